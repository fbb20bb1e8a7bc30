// SPDX-License-Identifier: Apache-2.0
// The last touch on a frame, shared by egress and by the queue of those that waited for a neighbour.
#pragma once

#include "journey/steps.hpp"

namespace sallyport::journey {

/// Writes the Ethernet header in front of packet.l3 and gives the frame to the port.
void finish_frame(Round& round, Packet* packet, PortIndex port, const MacAddress& station) noexcept;

} // namespace sallyport::journey
