// SPDX-License-Identifier: Apache-2.0
// The beginning of a flow that is addressed to a listener: may it begin, which target does it get, and what do its
// packets look like there? The slow path, once a flow.
#pragma once

#include "journey/steps.hpp"

#include <optional>

namespace sallyport::journey {

/// The listener that the packet's destination names; no_index when there is none.
[[nodiscard]] ListenerIndex find_listener(const Round& round, const Packet& packet) noexcept;

/// Whether the packet's source is a listener. Those answer flows, and begin none.
[[nodiscard]] bool speaks_as_listener(const Round& round, const Packet& packet) noexcept;

/// What the flow's entry will have, worked out before there is one.
struct Admission {
    flow::Translation translation;
    std::uint64_t second_hash = 0;
};

/// Chooses the target and the target's side of the flow; says why there is none. Changes nothing but what choosing
/// remembers, so a refusal costs nothing.
[[nodiscard]] std::optional<DropReason> admit(Round& round, const Packet& packet, ListenerIndex listener,
                                              Admission& admission) noexcept;

/// Gives the flow, whose entry is complete otherwise, its listener and target. False when the index has no room for its
/// second key; then it is a flow without a listener, to be ended.
[[nodiscard]] bool attach(Round& round, flow::FlowIndex flow, const Admission& admission) noexcept;

/// Another target for a flow whose own is not to have it any more. False when nobody takes it.
[[nodiscard]] bool move_to_another_target(Round& round, const Packet& packet) noexcept;

} // namespace sallyport::journey
