// SPDX-License-Identifier: Apache-2.0
// Which appliance of a group a new flow gets: the group's Maglev table at the flow's selection hash. Both directions of
// a flow have one key, so both give the same answer; so does every gateway with the same roster and hash key.
#pragma once

#include "chain/roster.hpp"
#include "flow/flow_key.hpp"

namespace sallyport::chain {

/// The hash over what the stickiness keeps of the key: 5-tuple, 3-tuple (no ports) or 2-tuple (no protocol either).
[[nodiscard]] std::uint64_t selection_hash(const Roster& roster, const flow::FlowKey& key,
                                           config::Stickiness stickiness) noexcept;

/// no_index when the group has no appliance that takes new flows.
[[nodiscard]] ApplianceIndex select_appliance(const Roster& roster, const Group& group,
                                              const flow::FlowKey& key) noexcept;

/// Whether a mirror group is shown the flow: so many of a hundred are, always the same.
[[nodiscard]] bool is_sampled(const Roster& roster, const Group& group, const flow::FlowKey& key) noexcept;

/// What a flow that begins gets at a group.
enum class HopKind : std::uint8_t {
    visit,
    copy,     // of a mirror; the packet itself goes on at once
    unseen,   // a mirror that this flow is not shown to, or that has nobody
    bypassed, // nobody takes new flows, and they go past
    nobody,   // nobody takes new flows, and so there is no flow
};
struct HopChoice {
    HopKind kind = HopKind::nobody;
    ApplianceIndex appliance = no_index; // of a visit or copy
};
[[nodiscard]] HopChoice choose_hop(const Roster& roster, const Group& group, const flow::FlowKey& key) noexcept;

/// The outer UDP source port: 49152 to 65535 (RFC 8926 3.3), from the flow's 5-tuple hash.
[[nodiscard]] std::uint16_t outer_source_port(const Roster& roster, const flow::FlowKey& key) noexcept;

} // namespace sallyport::chain
