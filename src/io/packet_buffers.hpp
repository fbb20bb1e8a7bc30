// SPDX-License-Identifier: Apache-2.0
// The pool of packet buffers (DPDK's mbufs). A Packet lives in its mbuf's private area, so that going from one to the
// other is arithmetic. Included by the .cpp files of this folder only: DPDK's types end here.
#pragma once

#include "journey/packet.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <memory>
#include <new>
#include <rte_mbuf.h>

namespace sallyport::io {

/// Bytes behind the headroom for frames of the largest MTU and one tag. 256 bytes more than the frame, because the
/// kernel keeps so much in front of what AF_XDP receives; a power of two above one page's share, because AF_PACKET's
/// ring frames must be one and fit into a buffer.
[[nodiscard]] std::uint16_t buffer_room_bytes(unsigned largest_mtu) noexcept;
/// What a buffer takes in memory with all that belongs to it.
[[nodiscard]] std::uint64_t buffer_bytes(std::uint16_t room_bytes) noexcept;

class PacketBuffers {
public:
    static Result<PacketBuffers> create(std::uint32_t count, std::uint16_t room_bytes);

    [[nodiscard]] rte_mempool* pool() const noexcept { return pool_.get(); }
    /// In one piece of memory, as AF_XDP wants it.
    [[nodiscard]] bool in_one_piece() const noexcept;

private:
    struct Free {
        void operator()(rte_mempool* pool) const noexcept;
    };
    explicit PacketBuffers(rte_mempool* pool) noexcept : pool_(pool) {}
    std::unique_ptr<rte_mempool, Free> pool_;
};

static_assert(sizeof(rte_mbuf) % alignof(journey::Packet) == 0, "the private area is aligned for a Packet");

[[nodiscard]] inline rte_mbuf* to_mbuf(journey::Packet* packet) noexcept {
    return reinterpret_cast<rte_mbuf*>(packet) - 1;
}

/// The Packet of a frame that has just been received, all but the window at its defaults.
[[nodiscard]] inline journey::Packet* to_packet(rte_mbuf* mbuf) noexcept {
    auto* packet = new (rte_mbuf_to_priv(mbuf)) journey::Packet;
    packet->buffer = static_cast<std::uint8_t*>(mbuf->buf_addr);
    packet->capacity = mbuf->buf_len;
    packet->begin = mbuf->data_off;
    packet->end = static_cast<std::uint16_t>(mbuf->data_off + mbuf->data_len);
    return packet;
}

/// The mbuf with the packet's window as its data, ready to be sent.
[[nodiscard]] inline rte_mbuf* to_frame(journey::Packet* packet) noexcept {
    rte_mbuf* mbuf = to_mbuf(packet);
    mbuf->data_off = packet->begin;
    mbuf->data_len = packet->length();
    mbuf->pkt_len = packet->length();
    mbuf->ol_flags = 0;
    return mbuf;
}

} // namespace sallyport::io
