// SPDX-License-Identifier: Apache-2.0
// A frame that the gateway's own IP stack sends: a proxy's answer to its client, which goes through the chain, or
// traffic of the gateway itself (ARP, health checks, a proxy's connections to targets), which leaves as it is.
#pragma once

#include "journey/steps.hpp"

namespace sallyport::journey {

/// Puts the packet into flow_lookup's or transmit's inbox, or drops it.
void take_from_host(Round& round, Packet* packet) noexcept;

} // namespace sallyport::journey
