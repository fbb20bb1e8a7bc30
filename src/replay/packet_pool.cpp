// SPDX-License-Identifier: Apache-2.0
#include "replay/packet_pool.hpp"

namespace sallyport::replay {

journey::Packet* PacketPool::take() {
    if (free_.empty()) {
        auto slot = std::make_unique<Slot>();
        slot->memory = std::make_unique<std::uint8_t[]>(capacity_bytes);
        slot->packet.buffer = slot->memory.get();
        free_.reserve(all_.size() + 1); // give_back() may not throw
        free_.push_back(&slot->packet);
        all_.push_back(std::move(slot));
    }
    journey::Packet* packet = free_.back();
    free_.pop_back();
    std::uint8_t* buffer = packet->buffer;
    *packet = journey::Packet{};
    packet->buffer = buffer;
    packet->capacity = capacity_bytes;
    packet->begin = packet->end = headroom_bytes;
    return packet;
}

} // namespace sallyport::replay
