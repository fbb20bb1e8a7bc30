// SPDX-License-Identifier: Apache-2.0
// Whether the zones of the gateway and of its appliances leave every group somebody who takes new flows. Warnings
// only: the other groups and the flows without a chain are served all the same.
#include "config/checks.hpp"

#include <algorithm>

namespace sallyport::config {

namespace {

void warn(std::string path, std::string problem, std::string advice, Findings& findings) {
    findings.push_back(
        {.path = std::move(path), .problem = std::move(problem), .advice = std::move(advice), .warning = true});
}

void check_somebody_is_here(const ApplianceGroup& group, const std::string& here, Findings& findings) {
    const auto is_here = [&](const Appliance& each) {
        return each.weight > 0 && (each.zone.empty() || each.zone == here);
    };
    if (group.appliances.empty() || std::ranges::any_of(group.appliances, is_here)) return;
    warn("appliance_groups." + group.name + ".appliances",
         "takes no new flows: no appliance is in the gateway's zone " + in_backticks(here) +
             ", and flows do not cross zones",
         "write `cross_zone: true`, or add an appliance of that zone", findings);
}

void check_zones_are_used(const ApplianceGroup& group, Findings& findings) {
    const auto has_zone = [](const Appliance& each) { return !each.zone.empty(); };
    const auto first = std::ranges::find_if(group.appliances, has_zone);
    if (first == group.appliances.end()) return;
    const auto index = static_cast<std::size_t>(first - group.appliances.begin());
    warn(at("appliance_groups." + group.name + ".appliances", index) + ".zone",
         "keeps no flow away: the gateway has no zone, so appliances of every zone take flows",
         "add `zone` to `gateway`, or write `cross_zone: true` in the group", findings);
}

} // namespace

Findings check_zones(const Config& config) {
    Findings findings;
    for (const ApplianceGroup& group : config.appliance_groups) {
        if (group.cross_zone) continue;
        if (config.gateway.zone.empty()) {
            check_zones_are_used(group, findings);
        } else {
            check_somebody_is_here(group, config.gateway.zone, findings);
        }
    }
    return findings;
}

} // namespace sallyport::config
