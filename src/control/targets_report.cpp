// SPDX-License-Identifier: Apache-2.0
#include "balance/l4/directory.hpp"
#include "control/config_words.hpp"
#include "control/member_report.hpp"
#include "control/port_room.hpp"
#include "control/reports.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace sallyport::control {
namespace {

namespace json = boost::json;

/// Null when it is not checked at all.
json::value health_report(const std::optional<health::Report>& report) {
    if (!report) return nullptr;
    const auto text = [](const std::string& sentence) {
        return sentence.empty() ? json::value() : json::value(sentence);
    };
    return json::object{{"checks", report->checks},
                        {"checks_failed", report->checks_failed},
                        {"failures_in_a_row", report->failures_in_a_row},
                        {"took_us", report->took ? json::value(report->took->count()) : json::value()},
                        {"last_failure", text(report->last_failure)},
                        {"fails_connections", report->fails_connections}};
}

json::object target_report(const View& view, TargetIndex index) {
    const balance::Directory& directory = *view.roster().directory;
    const balance::Target& target = directory.targets[index];
    const TargetCounts counts = count_target(view, index);
    const std::optional<std::uint64_t> room = port_room(directory, index);
    json::object report = {{"group", directory.groups[target.group].name},
                           {"name", target.name},
                           {"address", target.address.to_string()},
                           {"port", target.port},
                           {"weight", target.weight}};
    const MemberState state = view.target_state(index);
    add_standing(state, report);
    report["anomalous"] = state.is_anomalous;
    report["mitigated_percent"] = state.mitigated_percent;
    report["health_check"] = health_report(view.target_health(index));
    report["source_ports"] = room ? json::value(*room) : json::value();
    report["flows_active"] = counts.flows_active();
    report["flows_created"] = counts.flows_created;
    report["flows_ended"] = counts.flows_ended;
    report["flows_terminated"] = counts.terminated;
    report["packets_to"] = counts.packets_to;
    report["bytes_to"] = counts.bytes_to;
    report["packets_from"] = counts.packets_from;
    report["bytes_from"] = counts.bytes_from;
    report["answered"] = counts.answered;
    report["refused"] = counts.refused;
    report["unanswered"] = counts.unanswered;
    report["requests_succeeded"] = counts.requests_succeeded;
    report["requests_failed"] = counts.requests_failed;
    return report;
}

json::object group_report(const View& view, const balance::TargetGroup& group) {
    std::uint64_t flows = 0;
    for (const TargetIndex index : group.targets)
        flows += count_target(view, index).flows_active();
    const auto count = [&](auto holds) {
        return std::ranges::count_if(group.targets, [&](TargetIndex index) { return holds(view.target_state(index)); });
    };
    const auto healthy = count([](const MemberState& each) { return each.state == State::healthy; });
    return {{"name", group.name},
            {"protocol", protocol_word(group)},
            {"algorithm", algorithm_word(group)},
            {"preserve_client_ip", group.preserve_client_ip && !group.is_http && !group.is_tls},
            {"targets", group.targets.size()},
            {"healthy", healthy},
            {"taking_flows", group.takers.size()},
            {"failing_open", group.is_failing_open},
            {"anomalous", count([](const MemberState& each) { return each.is_anomalous; })},
            {"mitigated", count([](const MemberState& each) { return each.mitigated_percent < 100; })},
            {"flows_active", flows}};
}

} // namespace

json::array target_reports(const View& view, const std::vector<TargetIndex>& targets) {
    json::array reports;
    for (const TargetIndex index : targets)
        reports.emplace_back(target_report(view, index));
    return reports;
}

json::object targets_report(const View& view) {
    json::array groups;
    std::vector<TargetIndex> targets;
    const auto directory = view.roster().directory;
    if (directory != nullptr) {
        for (const balance::TargetGroup& group : directory->groups) {
            if (group.targets.empty()) continue;
            groups.emplace_back(group_report(view, group));
            targets.insert(targets.end(), group.targets.begin(), group.targets.end());
        }
    }
    return {{"target_groups", std::move(groups)},
            {"targets", target_reports(view, targets)},
            {"zones_shifted", zones_report(view)}};
}

} // namespace sallyport::control
