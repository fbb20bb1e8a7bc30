// SPDX-License-Identifier: Apache-2.0
// The endpoint's port that a packet came into the gateway by, also when it has been to appliances since.
#pragma once

#include "journey/steps.hpp"

namespace sallyport::journey {

/// no_index when neither the packet nor its flow knows.
[[nodiscard]] inline PortIndex origin(const Round& round, const Packet& packet) noexcept {
    if (packet.origin != no_index || packet.flow == flow::no_flow) return packet.origin;
    const PortIndex initiators = round.worker.flows.birth(packet.flow).initiator_port;
    return packet.direction == flow::Direction::forward ? initiators : round.around.forwarding.across(initiators);
}

} // namespace sallyport::journey
