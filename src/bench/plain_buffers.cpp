// SPDX-License-Identifier: Apache-2.0
#include "bench/buffers.hpp"

#include <array>
#include <new>
#include <vector>

namespace sallyport::bench {
namespace {

constexpr std::size_t buffer_count = 256;
constexpr std::size_t buffer_bytes = 512;

class PlainBuffers final : public Buffers {
public:
    PlainBuffers() : memory_(buffer_count), packets_(buffer_count) {
        for (std::size_t i = 0; i < buffer_count; ++i)
            free_[i] = &packets_[i];
    }

    void take(std::span<journey::Packet*> packets) noexcept override {
        for (journey::Packet*& packet : packets) {
            packet = free_[--free_count_];
            new (packet) journey::Packet;
            packet->buffer = memory_[static_cast<std::size_t>(packet - packets_.data())].data();
            packet->capacity = buffer_bytes;
        }
    }
    void give_back(std::span<journey::Packet* const> packets) noexcept override {
        for (journey::Packet* packet : packets)
            free_[free_count_++] = packet;
    }

private:
    std::vector<std::array<std::uint8_t, buffer_bytes>> memory_;
    std::vector<journey::Packet> packets_;
    std::array<journey::Packet*, buffer_count> free_ = {};
    std::size_t free_count_ = buffer_count;
};

} // namespace

std::unique_ptr<Buffers> plain_buffers() {
    return std::make_unique<PlainBuffers>();
}

} // namespace sallyport::bench
