// SPDX-License-Identifier: Apache-2.0
#include "replay/outlet.hpp"

#include <cstdio>
#include <cstdlib>

namespace sallyport::replay {

ReplayOutlet::ReplayOutlet(PacketPool& pool) : pool_(pool) {}

void ReplayOutlet::transmit(std::span<journey::Packet* const> packets) noexcept {
    transmitted_.insert(transmitted_.end(), packets.begin(), packets.end());
}

void ReplayOutlet::to_host(std::span<journey::Packet* const> packets) noexcept {
    for_host_.insert(for_host_.end(), packets.begin(), packets.end());
}

void ReplayOutlet::release(std::span<journey::Packet* const> packets) noexcept {
    for (journey::Packet* packet : packets)
        pool_.give_back(packet);
}

void ReplayOutlet::hand_over(unsigned /*worker*/, std::span<journey::Packet* const> /*packets*/) noexcept {
    std::fputs("sallyport: the only worker of a replay handed a packet over\n", stderr);
    std::abort();
}

journey::Packet* ReplayOutlet::allocate() noexcept {
    return pool_.take();
}

void ReplayOutlet::resolve(PortIndex /*port*/, const IpAddress& /*address*/) noexcept {}

} // namespace sallyport::replay
