// SPDX-License-Identifier: Apache-2.0
// What a listener would make of a flow: the part of an explanation that is about balancing.
#pragma once

#include "chain/policy.hpp"
#include "chain/roster.hpp"
#include "flow/translation.hpp"
#include "forward/table.hpp"
#include "support/index.hpp"
#include "telemetry/drop_reason.hpp"

#include <optional>
#include <span>
#include <vector>

namespace sallyport::cli {

struct Balanced {
    ListenerIndex listener = no_index;
    flow::Leads leads = flow::Leads::to_target;
    /// What the listener refuses the flow for; nothing below is set then.
    std::optional<DropReason> refusal;
    TargetIndex target = no_index; // no_index: the proxy chooses
    TargetGroupIndex group = no_index;
    /// Turns, counts of flows or chance choose: `target` is who gets the flow when it is the first of all.
    bool depends_on_others = false;
    /// In the client's place, each with a port that is free; empty: the client's own.
    std::vector<IpAddress> sources;
};

/// The listener at the flow's destination; no_index when there is none.
[[nodiscard]] ListenerIndex find_listener(const chain::Roster& roster, const chain::NewFlow& flow);

/// Whether the destination is an address at which listeners listen, at this port or others, or which stands in the
/// place of clients'.
[[nodiscard]] bool is_listeners_address(const chain::Roster& roster, const chain::NewFlow& flow);
/// The same for an address that the gateway has for these alone.
[[nodiscard]] bool is_listeners_only(const chain::Roster& roster, const chain::NewFlow& flow);

/// The target groups to which a connection of the gateway's own is a decrypted leg; empty: it is none, or another's.
[[nodiscard]] std::span<const TargetGroupIndex> leg_groups_of(const chain::Roster& roster, const chain::NewFlow& flow);

/// `arrives`: at which port. With every target as the roster has it, and no flow before this one.
[[nodiscard]] Balanced balance_flow(const chain::Roster& roster, const forward::Table& forwarding,
                                    const chain::NewFlow& flow, PortIndex arrives);

} // namespace sallyport::cli
