// SPDX-License-Identifier: Apache-2.0
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

} // namespace

json::object appliances_report(const View& view) {
    json::array appliances;
    for (std::size_t index = 0; index < view.roster().appliances.size(); ++index) {
        const chain::Appliance& appliance = view.roster().appliances[index];
        const auto sum = [&](auto member) {
            return sum_of_workers(
                view, [&](const auto& counters) -> auto& { return counters.appliances[index].*member; });
        };
        appliances.emplace_back(json::object{{"group", view.roster().groups[appliance.group].name},
                                             {"name", appliance.name},
                                             {"address", appliance.address.to_string()},
                                             {"weight", appliance.weight},
                                             {"way", way_report(view, static_cast<ApplianceIndex>(index))},
                                             {"packets_sent", sum(&ApplianceCounters::packets_sent)},
                                             {"bytes_sent", sum(&ApplianceCounters::bytes_sent)},
                                             {"packets_returned", sum(&ApplianceCounters::packets_returned)},
                                             {"flows_created", sum(&ApplianceCounters::flows_created)}});
    }
    return {{"appliances", std::move(appliances)}};
}

} // namespace sallyport::control
