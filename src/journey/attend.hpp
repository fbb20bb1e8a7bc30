// SPDX-License-Identifier: Apache-2.0
// What a packet of a listener's flow needs before its first visit, and what a packet to the gateway itself needs that
// turned out to be of no flow.
#pragma once

#include "journey/steps.hpp"

namespace sallyport::journey {

/// Sets the packet's direction, gives it the form that the client sees, and notes what the target does. False when the
/// packet has ended here.
[[nodiscard]] bool attend(Round& round, Packet* packet) noexcept;

/// After the TCP state has been followed: the end of the handshake, and where a RST would have to stand, should the
/// gateway have to end the connection by itself.
void follow_listeners_flow(Round& round, const Packet& packet, bool was_half_open) noexcept;

/// Whether the gateway's own IP stack may have a packet to an address that the gateway has on the port where it came
/// in. An address that is there for listeners alone leads there only for ICMP, neighbour discovery included.
[[nodiscard]] bool is_for_host(const Round& round, const Packet& packet) noexcept;

/// A packet to one of the gateway's addresses that begins no flow: into the gateway's own IP stack if it may have it.
/// False when the reason stands as it is.
[[nodiscard]] bool turn_to_gateway(Round& round, Packet* packet, DropReason reason) noexcept;

} // namespace sallyport::journey
