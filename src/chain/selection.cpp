// SPDX-License-Identifier: Apache-2.0
#include "chain/selection.hpp"

#include "select/flow_hash.hpp"
#include "select/maglev.hpp"

namespace sallyport::chain {
namespace {

constexpr std::uint16_t first_dynamic_port = 49152; // RFC 6335 section 6

} // namespace

std::uint64_t selection_hash(const Roster& roster, const flow::FlowKey& key, config::Stickiness stickiness) noexcept {
    const bool ports = stickiness == config::Stickiness::five_tuple;
    const bool protocol = stickiness != config::Stickiness::two_tuple;
    return select::flow_hash(roster.selection_key, {.low = key.low,
                                                    .high = key.high,
                                                    .low_port = ports ? key.low_port() : std::uint16_t{0},
                                                    .high_port = ports ? key.high_port() : std::uint16_t{0},
                                                    .protocol = protocol ? key.protocol() : std::uint8_t{0},
                                                    .family = key.family(),
                                                    .endpoint_id = roster.endpoints[key.endpoint()].id});
}

ApplianceIndex select_appliance(const Roster& roster, const Group& group, const flow::FlowKey& key) noexcept {
    if (group.maglev.empty()) return no_index;
    return select::member_at(group.maglev, selection_hash(roster, key, group.stickiness));
}

bool is_sampled(const Roster& roster, const Group& group, const flow::FlowKey& key) noexcept {
    if (group.sample_percent >= 100) return true;
    // Other bits than the Maglev slot's or the source port's.
    const std::uint64_t hash = selection_hash(roster, key, config::Stickiness::five_tuple);
    return (hash >> 20 & 0xffffU) * 100 / 0x10000U < group.sample_percent;
}

HopChoice choose_hop(const Roster& roster, const Group& group, const flow::FlowKey& key) noexcept {
    if (group.mode == config::GroupMode::mirror) {
        const bool is_shown = !group.maglev.empty() && is_sampled(roster, group, key);
        if (!is_shown) return {HopKind::unseen, no_index};
        return {HopKind::copy, select_appliance(roster, group, key)};
    }
    const ApplianceIndex appliance = select_appliance(roster, group, key);
    if (appliance != no_index) return {HopKind::visit, appliance};
    return {group.is_bypassed ? HopKind::bypassed : HopKind::nobody, no_index};
}

std::uint16_t outer_source_port(const Roster& roster, const flow::FlowKey& key) noexcept {
    const std::uint64_t hash = selection_hash(roster, key, config::Stickiness::five_tuple);
    // From other bits than the Maglev slot, so that one appliance's flows still differ in their ports.
    return static_cast<std::uint16_t>(first_dynamic_port | (hash >> 50));
}

} // namespace sallyport::chain
