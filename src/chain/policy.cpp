// SPDX-License-Identifier: Apache-2.0
#include "chain/policy.hpp"

#include <algorithm>

namespace sallyport::chain {
namespace {

bool holds(const std::vector<IpPrefix>& prefixes, const IpAddress& address) noexcept {
    return prefixes.empty() || std::any_of(prefixes.begin(), prefixes.end(),
                                           [&](const IpPrefix& prefix) { return prefix.contains(address); });
}

bool holds(const std::vector<config::PortRange>& ranges, std::uint16_t port) noexcept {
    return ranges.empty() || std::any_of(ranges.begin(), ranges.end(), [&](const config::PortRange& range) {
               return range.first <= port && port <= range.last;
           });
}

bool has_ports(std::uint8_t protocol) noexcept {
    return protocol == 6 || protocol == 17;
}

bool names_one_of(const Rule& rule, std::span<const TargetGroupIndex> groups) noexcept {
    return rule.target_groups.empty() || std::any_of(groups.begin(), groups.end(), [&](TargetGroupIndex group) {
               return std::find(rule.target_groups.begin(), rule.target_groups.end(), group) !=
                      rule.target_groups.end();
           });
}

} // namespace

Mismatch compare(const Rule& rule, const NewFlow& flow) noexcept {
    if (rule.is_of_legs == flow.leg_groups.empty()) return Mismatch::kind;
    if (rule.is_of_legs && !names_one_of(rule, flow.leg_groups)) return Mismatch::target_group;
    if (rule.endpoint != no_index && rule.endpoint != flow.endpoint) return Mismatch::endpoint;
    if (rule.direction && *rule.direction != flow.direction) return Mismatch::direction;
    if (!rule.protocols.empty() &&
        std::find(rule.protocols.begin(), rule.protocols.end(), flow.protocol) == rule.protocols.end()) {
        return Mismatch::protocol;
    }
    if (!holds(rule.sources, flow.source)) return Mismatch::source;
    if (!holds(rule.destinations, flow.destination)) return Mismatch::destination;
    // A rule that asks for ports is never about a protocol that has none.
    if (!has_ports(flow.protocol)) {
        if (!rule.source_ports.empty()) return Mismatch::source_port;
        if (!rule.destination_ports.empty()) return Mismatch::destination_port;
        return Mismatch::none;
    }
    if (!holds(rule.source_ports, flow.source_port)) return Mismatch::source_port;
    if (!holds(rule.destination_ports, flow.destination_port)) return Mismatch::destination_port;
    return Mismatch::none;
}

std::uint16_t first_match(const Policy& policy, const NewFlow& flow) noexcept {
    for (std::size_t position = 0; position < policy.rules.size(); ++position) {
        if (compare(policy.rules[position], flow) == Mismatch::none) return static_cast<std::uint16_t>(position);
    }
    return no_index;
}

} // namespace sallyport::chain
