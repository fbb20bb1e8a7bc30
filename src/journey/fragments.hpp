// SPDX-License-Identifier: Apache-2.0
// What the other steps ask of the worker's memory of fragments. The step itself is fragments.cpp.
#pragma once

#include "flow/flow_key.hpp"
#include "journey/steps.hpp"

#include <optional>

namespace sallyport::journey {

/// Of a packet whose flow is known, and which is a fragment: the flow's owner will know it by any of its fragments.
/// False when there is no room to.
[[nodiscard]] bool remember_fragment(Round& round, const Packet& packet) noexcept;

/// Of a packet that an appliance gave back and that is not whole, its addresses being in `tuple`: what else its flow
/// needs, from itself or from memory.
[[nodiscard]] std::optional<DropReason> recall_fragment(Round& round, Packet& packet, flow::Tuple& tuple) noexcept;

/// Ends the fragments whose first one did not come in time.
void end_held_fragments(Round& round) noexcept;

} // namespace sallyport::journey
