// SPDX-License-Identifier: Apache-2.0
#include "config/sections.hpp"

#include <algorithm>

namespace sallyport::config {

namespace {

std::vector<std::string> read_groups(const Value& value) {
    constexpr std::string_view expected = "a list of 1 to 8 appliance groups, such as [firewalls, sensors]";
    std::vector<std::string> groups;
    for (const Value& item : value.items(expected, max_groups_per_chain)) {
        const auto group = item.text("the name of an appliance group");
        if (group && std::ranges::find(groups, *group) != groups.end())
            item.fault("names the group " + in_backticks(*group) + " a second time", "visit a group once in a chain");
        groups.push_back(group.value_or(""));
    }
    if (value.node().kind == Node::Kind::sequence && value.node().children.empty())
        value.fault("is a chain without groups", "write " + std::string(expected) + ", or `chain: none` in the policy");
    return groups;
}

} // namespace

std::vector<Chain> read_chains(const Value& section) {
    std::vector<Chain> chains;
    for (const Value& value : section.named("a map from chain names to lists of appliance groups", max_chains)) {
        if (value.key() == "none") value.fault("`none` means no chain in the policy", "choose another name");
        chains.push_back({.name = value.key(), .groups = read_groups(value), .line = value.line()});
    }
    return chains;
}

} // namespace sallyport::config
