// SPDX-License-Identifier: Apache-2.0
#include "io/packet_buffers.hpp"

#include <algorithm>
#include <bit>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_mempool.h>
#include <string>

namespace sallyport::io {

namespace {

constexpr unsigned cache_per_thread = 256;
constexpr unsigned frame_overhead_bytes = 14 + 4; // Ethernet and a tag
constexpr unsigned xdp_reserve_bytes = 256;       // XDP_PACKET_HEADROOM
constexpr unsigned ring_header_bytes = 80;        // TPACKET2_HDRLEN, aligned

constexpr std::uint32_t element_bytes(std::uint16_t room_bytes) {
    return static_cast<std::uint32_t>(sizeof(rte_mbuf) + sizeof(journey::Packet) + RTE_PKTMBUF_HEADROOM + room_bytes);
}

} // namespace

std::uint16_t buffer_room_bytes(unsigned largest_mtu) noexcept {
    constexpr unsigned common = 2048;
    if (largest_mtu + frame_overhead_bytes + xdp_reserve_bytes <= common) return common;
    return static_cast<std::uint16_t>(std::bit_ceil(largest_mtu + frame_overhead_bytes + ring_header_bytes));
}

std::uint64_t buffer_bytes(std::uint16_t room_bytes) noexcept {
    return rte_mempool_calc_obj_size(element_bytes(room_bytes), 0, nullptr);
}

void PacketBuffers::Free::operator()(rte_mempool* pool) const noexcept {
    rte_mempool_free(pool);
}

Result<PacketBuffers> PacketBuffers::create(std::uint32_t count, std::uint16_t room_bytes) {
    // A buffer may lie across two pages where I/O goes by virtual addresses. Otherwise DPDK leaves gaps at page ends,
    // and its AF_XDP driver, which knows of no gaps, would offer the kernel less memory than the pool has.
    const unsigned flags = rte_eal_iova_mode() == RTE_IOVA_VA ? RTE_MEMPOOL_F_NO_IOVA_CONTIG : 0;
    PacketBuffers buffers(rte_mempool_create_empty("packets", count, element_bytes(room_bytes), cache_per_thread,
                                                   sizeof(rte_pktmbuf_pool_private), SOCKET_ID_ANY, flags));
    rte_mempool* pool = buffers.pool();
    if (pool != nullptr) {
        rte_pktmbuf_pool_private sizes = {};
        sizes.mbuf_data_room_size = static_cast<std::uint16_t>(RTE_PKTMBUF_HEADROOM + room_bytes);
        sizes.mbuf_priv_size = sizeof(journey::Packet);
        rte_pktmbuf_pool_init(pool, &sizes);
        if (rte_mempool_populate_default(pool) == static_cast<int>(count)) {
            rte_mempool_obj_iter(pool, rte_pktmbuf_init, nullptr);
            return buffers;
        }
    }
    return failure("no memory for " + std::to_string(count) + " packet buffers (" +
                   std::to_string(count * buffer_bytes(room_bytes) >> 20U) +
                   " MiB); lower gateway.packet_buffers, or give the machine more memory");
}

bool PacketBuffers::in_one_piece() const noexcept {
    return pool_->nb_mem_chunks == 1;
}

} // namespace sallyport::io
