// SPDX-License-Identifier: Apache-2.0
// Packets over plain memory. A replay has few in flight: one, what the gateway keeps waiting, and what appliances were
// sent. So the pool starts empty and grows to that.
#pragma once

#include "journey/packet.hpp"

#include <memory>
#include <vector>

namespace sallyport::replay {

class PacketPool {
public:
    /// In front of each frame: the gateway's own headers, and ICMP errors, are written there.
    static constexpr std::uint16_t headroom_bytes = 256;
    /// Packet's offsets have 16 bits.
    static constexpr std::uint16_t capacity_bytes = 65535;
    static constexpr std::size_t longest_frame_bytes = capacity_bytes - headroom_bytes;

    /// An empty packet with its headroom in front of it.
    [[nodiscard]] journey::Packet* take();
    void give_back(journey::Packet* packet) noexcept { free_.push_back(packet); }

private:
    struct Slot {
        journey::Packet packet;
        std::unique_ptr<std::uint8_t[]> memory;
    };
    std::vector<std::unique_ptr<Slot>> all_;
    std::vector<journey::Packet*> free_; // has room for all of them
};

} // namespace sallyport::replay
