// SPDX-License-Identifier: Apache-2.0
// Whether the zones of the gateway and of its appliances and targets leave every group somebody who takes new flows.
// Warnings only: the other groups and the flows without a chain are served all the same.
#include "config/checks.hpp"

#include <algorithm>

namespace sallyport::config {

namespace {

void warn(std::string path, std::string problem, std::string advice, Findings& findings) {
    findings.push_back(
        {.path = std::move(path), .problem = std::move(problem), .advice = std::move(advice), .warning = true});
}

/// The appliances or targets of a group.
template <typename Member>
struct Members {
    std::string path; // appliance_groups.firewalls.appliances
    const char* word; // for one of them
    const std::vector<Member>& list;
};

template <typename Member>
void check_somebody_is_here(const Members<Member>& members, const std::string& here, Findings& findings) {
    const auto is_here = [&](const Member& each) {
        return each.weight > 0 && (each.zone.empty() || each.zone == here);
    };
    if (members.list.empty() || std::ranges::any_of(members.list, is_here)) return;
    const std::string word = members.word;
    warn(members.path,
         "takes no new flows: no " + word + " is in the gateway's zone " + in_backticks(here) +
             ", and flows do not cross zones",
         "write `cross_zone: true`, or add " + std::string(word.front() == 'a' ? "an " : "a ") + word + " of that zone",
         findings);
}

template <typename Member>
void check_zones_are_used(const Members<Member>& members, Findings& findings) {
    const auto has_zone = [](const Member& each) { return !each.zone.empty(); };
    const auto first = std::ranges::find_if(members.list, has_zone);
    if (first == members.list.end()) return;
    const auto index = static_cast<std::size_t>(first - members.list.begin());
    warn(at(members.path, index) + ".zone",
         "keeps no flow away: the gateway has no zone, so " + std::string(members.word) + "s of every zone take flows",
         "add `zone` to `gateway`, or write `cross_zone: true` in the group", findings);
}

template <typename Member>
void check_group(const Members<Member>& members, const std::string& here, Findings& findings) {
    if (here.empty()) {
        check_zones_are_used(members, findings);
    } else {
        check_somebody_is_here(members, here, findings);
    }
}

} // namespace

Findings check_zones(const Config& config) {
    Findings findings;
    const std::string& here = config.gateway.zone;
    for (const ApplianceGroup& group : config.appliance_groups)
        if (!group.cross_zone)
            check_group<Appliance>({"appliance_groups." + group.name + ".appliances", "appliance", group.appliances},
                                   here, findings);
    for (const TargetGroup& group : config.target_groups)
        if (!group.cross_zone)
            check_group<Target>({"target_groups." + group.name + ".targets", "target", group.targets}, here, findings);
    return findings;
}

} // namespace sallyport::config
