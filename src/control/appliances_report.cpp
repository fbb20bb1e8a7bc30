// SPDX-License-Identifier: Apache-2.0
#include "control/member_report.hpp"
#include "control/reports.hpp"
#include "control/sum.hpp"

#include <boost/json.hpp>

namespace sallyport::control {
namespace {

namespace json = boost::json;

/// How far the gateway knows the way to an appliance: "no route", "unresolved" (the next station's MAC is not known,
/// which is so until the first packet too) or "resolved".
json::object way_report(const View& view, ApplianceIndex appliance) {
    const forward::Adjacency way = view.way_to(appliance);
    const std::vector<chain::Port>& ports = view.roster().ports;
    if (way.port >= ports.size())
        return {{"state", "no route"}, {"port", nullptr}, {"gateway", nullptr}, {"mac", nullptr}};
    return {{"state", way.resolved ? "resolved" : "unresolved"},
            {"port", ports[way.port].name},
            {"gateway",
             way.on_link || way.address.is_unspecified() || way.address == view.roster().appliances[appliance].address
                 ? json::value()
                 : json::value(way.address.to_string())},
            {"mac", way.resolved ? json::value(way.mac.to_string()) : json::value()}};
}

json::object appliance_report(const View& view, ApplianceIndex index) {
    const chain::Appliance& appliance = view.roster().appliances[index];
    const ApplianceCounts counts = count_appliance(view, index);
    json::object report = {{"group", view.roster().groups[appliance.group].name},
                           {"name", appliance.name},
                           {"address", appliance.address.to_string()},
                           {"weight", appliance.weight}};
    add_standing(view.appliance_state(index), report);
    report["way"] = way_report(view, index);
    report["flows_active"] = counts.flows_active();
    report["flows_created"] = counts.flows_created;
    report["flows_ended"] = counts.flows_ended;
    report["flows_moved_to"] = counts.flows_moved_to;
    report["packets_sent"] = counts.packets_sent;
    report["bytes_sent"] = counts.bytes_sent;
    report["packets_returned"] = counts.packets_returned;
    report["copies_sent"] = counts.copies_sent;
    report["packets_offloaded"] = counts.packets_offloaded;
    return report;
}

json::object group_report(const View& view, GroupIndex index) {
    const chain::Group& group = view.roster().groups[index];
    const auto sum = [&](auto member) {
        return sum_of_workers(
            view, [&](const auto& counters) -> auto& { return counters.groups[index].*member; });
    };
    return {{"name", group.name},
            {"mode", group.mode == config::GroupMode::mirror ? "mirror" : "inline"},
            {"takes_flows", !group.maglev.empty()},
            {"bypassed", group.is_bypassed},
            {"flows_bypassed", sum(&GroupCounters::flows_bypassed)},
            {"packets_bypassed", sum(&GroupCounters::packets_bypassed)}};
}

json::array reports_of(const View& view, const std::vector<ApplianceIndex>& appliances) {
    json::array reports;
    for (const ApplianceIndex index : appliances)
        reports.emplace_back(appliance_report(view, index));
    return reports;
}

json::array texts(const std::vector<std::string>& lines) {
    json::array array;
    for (const std::string& line : lines)
        array.emplace_back(line);
    return array;
}

} // namespace

json::object appliances_report(const View& view) {
    std::vector<ApplianceIndex> taken;
    for (std::size_t index = 0; index < view.roster().appliances.size(); ++index) {
        if (view.roster().appliances[index].group != no_index) taken.push_back(static_cast<ApplianceIndex>(index));
    }
    json::object report = {{"appliances", reports_of(view, taken)}, {"zones_shifted", zones_report(view)}};
    json::array groups;
    for (std::size_t index = 0; index < view.roster().groups.size(); ++index) {
        if (!view.roster().groups[index].appliances.empty())
            groups.emplace_back(group_report(view, static_cast<GroupIndex>(index)));
    }
    report["groups"] = std::move(groups);
    return report;
}

json::object operation_report(const View& view, const Members& members) {
    return {{"appliances", reports_of(view, members.appliances)},
            {"targets", target_reports(view, members.targets)},
            {"zones_shifted", zones_report(view)}};
}

json::object reload_report(const View& view, const ReloadReport& report) {
    return {{"roster_version", view.roster().version},
            {"appliances_added", texts(report.appliances_added)},
            {"appliances_removed", texts(report.appliances_removed)},
            {"groups_added", texts(report.groups_added)},
            {"groups_removed", texts(report.groups_removed)},
            {"chains_added", texts(report.chains_added)},
            {"chains_removed", texts(report.chains_removed)},
            {"listeners_added", texts(report.listeners_added)},
            {"listeners_removed", texts(report.listeners_removed)},
            {"target_groups_added", texts(report.target_groups_added)},
            {"target_groups_removed", texts(report.target_groups_removed)},
            {"targets_added", texts(report.targets_added)},
            {"targets_removed", texts(report.targets_removed)},
            {"warnings", texts(report.warnings)}};
}

} // namespace sallyport::control
