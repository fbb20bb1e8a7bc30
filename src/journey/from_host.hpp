// SPDX-License-Identifier: Apache-2.0
// A frame that the gateway's own IP stack sends: a proxy's answer to its client, which goes through the client's chain;
// what a proxy says to a target, which may have a chain of its own; or other traffic of the gateway itself (ARP, health
// checks), which leaves as it is.
#pragma once

#include "journey/steps.hpp"

namespace sallyport::journey {

/// Puts the packet into flow_lookup's or transmit's inbox, or drops it.
void take_from_host(Round& round, Packet* packet) noexcept;

/// Out of the port whose host link it came by, as the kernel made it.
void leave_as_it_is(Round& round, Packet* packet) noexcept;

} // namespace sallyport::journey
