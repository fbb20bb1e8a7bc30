// SPDX-License-Identifier: Apache-2.0
#include "config/checks.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace sallyport::config {

namespace {

/// Half of the positions that a roster has (support/index.hpp), so that a reload can bring in as many while these
/// drain.
constexpr std::size_t max_appliances = 32'000;

void check_group(const ApplianceGroup& group, Findings& findings) {
    const std::string list = "appliance_groups." + group.name + ".appliances";
    std::set<std::string_view> names;
    std::map<IpAddress, std::string_view> addresses;
    for (std::size_t i = 0; i < group.appliances.size(); ++i) {
        const Appliance& appliance = group.appliances[i];
        if (!appliance.name.empty() && !names.insert(appliance.name).second)
            findings.push_back({.path = at(list, i) + ".name",
                                .problem = "another appliance of the group is called " + in_backticks(appliance.name),
                                .advice = "give each appliance a name of its own"});
        if (appliance.address.is_unspecified()) continue; // reading failed, and said so
        const auto [same, first] = addresses.emplace(appliance.address, appliance.name);
        if (!first)
            findings.push_back(
                {.path = at(list, i) + ".address",
                 .problem = "is the address of appliance " + in_backticks(same->second) + " of this group too",
                 .advice = "list an appliance once; for a larger share raise its `weight`"});
    }
    const bool all_zero = std::ranges::all_of(group.appliances, [](const Appliance& each) { return each.weight == 0; });
    if (all_zero && !group.appliances.empty())
        findings.push_back({.path = list,
                            .problem = "every appliance has the weight 0: none would take a new flow",
                            .advice = "give at least one a weight from 1 to 999"});
}

} // namespace

Findings check_appliances(const Config& config) {
    Findings findings;
    std::size_t count = 0;
    for (const ApplianceGroup& group : config.appliance_groups) {
        check_group(group, findings);
        count += group.appliances.size();
    }
    if (count > max_appliances)
        findings.push_back({.path = "appliance_groups",
                            .problem = "holds " + std::to_string(count) + " appliances in all, more than " +
                                       std::to_string(max_appliances),
                            .advice = "divide the groups among several gateways"});
    return findings;
}

} // namespace sallyport::config
