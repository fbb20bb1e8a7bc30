// SPDX-License-Identifier: Apache-2.0
// For the gateway's own IP stack, which is the kernel's: into the host link of the port that the frame came in by.
#include "journey/steps.hpp"

namespace sallyport::journey {

void to_host(Round& round) noexcept {
    for (const Packet* packet : round.to_host)
        round.worker.counters.ports[packet->port].packets_to_host.add(1);
    if (!round.to_host.empty()) round.outlet.to_host(round.to_host.packets());
}

} // namespace sallyport::journey
