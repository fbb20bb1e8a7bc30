// SPDX-License-Identifier: Apache-2.0
// Decrypted legs: the connections that the gateway's own proxies open to targets. Which of them has a chain, and when
// does its flow begin? The slow path, once a flow.
#pragma once

#include "journey/steps.hpp"

namespace sallyport::journey {

/// Whether a packet of the host goes where policy may have a chain for it, or had one before a reload.
[[nodiscard]] inline bool may_be_leg(const balance::Directory& directory, const flow::Tuple& tuple) noexcept {
    return !directory
                .leg_to({.address = tuple.destination,
                         .port = tuple.destination_port,
                         .endpoint = tuple.endpoint,
                         .protocol = tuple.protocol,
                         .family = tuple.family})
                .empty();
}

/// The policy rule of the leg that a packet of no flow is of, in either direction; no_index when no rule is, or the
/// rule's chain is none, or the connection is the gateway's own business (a health check).
[[nodiscard]] std::uint16_t rule_of_leg(const Round& round, const Packet& packet, flow::Direction direction) noexcept;

/// Whether a packet to the gateway, of no flow and no listener, is what a target says on a leg.
[[nodiscard]] bool answers_leg(const Round& round, const Packet& packet) noexcept;

/// Makes the packet's flow, whose entry is complete otherwise, a leg.
void attach_leg(Round& round, const Packet& packet) noexcept;

} // namespace sallyport::journey
