// SPDX-License-Identifier: Apache-2.0
// Which worker has a packet's flow? Both directions and both forms of a translated flow must come to one. A plain flow
// is its key's; one with a listener or target on one side is its other side's, which stays the same on the way; one
// with an address of the gateway in place of the client's is told by the port that this worker gave it.
#pragma once

#include "journey/steps.hpp"

namespace sallyport::journey {

[[nodiscard]] unsigned owner_with_listeners(const Round& round, const Packet& packet) noexcept;

[[nodiscard]] inline unsigned owner_of(const Round& round, const Packet& packet) noexcept {
    const unsigned workers = round.worker.settings.count;
    if (workers == 1) return 0;
    if (round.worker.settings.listener_slots == 0) [[likely]]
        return flow::owner(packet.hash, workers);
    return owner_with_listeners(round, packet);
}

} // namespace sallyport::journey
