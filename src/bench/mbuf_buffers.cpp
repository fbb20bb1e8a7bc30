// SPDX-License-Identifier: Apache-2.0
#include "bench/buffers.hpp"

#include "io/eal.hpp"
#include "io/packet_buffers.hpp"
#include "journey/worker.hpp"

#include <array>

namespace sallyport::bench {
namespace {

constexpr std::uint32_t buffer_count = 4096;
constexpr std::uint16_t room_bytes = 2048;
/// What EAL itself takes; without hugepages its memory does not grow, so it has to be named.
constexpr std::uint64_t eal_bytes = std::uint64_t{64} << 20;
constexpr std::size_t most_at_once = journey::max_burst;

class MbufBuffers final : public Buffers {
public:
    MbufBuffers(io::Eal eal, io::PacketBuffers buffers) : eal_(std::move(eal)), buffers_(std::move(buffers)) {}

    void take(std::span<journey::Packet*> packets) noexcept override {
        std::array<rte_mbuf*, most_at_once> mbufs;
        rte_pktmbuf_alloc_bulk(buffers_.pool(), mbufs.data(), static_cast<unsigned>(packets.size()));
        for (std::size_t i = 0; i < packets.size(); ++i)
            packets[i] = io::to_packet(mbufs[i]);
    }
    void give_back(std::span<journey::Packet* const> packets) noexcept override {
        std::array<rte_mbuf*, most_at_once> mbufs;
        for (std::size_t i = 0; i < packets.size(); ++i)
            mbufs[i] = io::to_frame(packets[i]);
        rte_pktmbuf_free_bulk(mbufs.data(), static_cast<unsigned>(packets.size()));
    }

private:
    io::Eal eal_;
    io::PacketBuffers buffers_;
};

} // namespace

Result<std::unique_ptr<Buffers>> mbuf_buffers() {
    io::EalFacts facts = io::machine_facts();
    facts.needed_bytes = buffer_count * io::buffer_bytes(room_bytes) + eal_bytes;
    auto plan = io::plan_eal(facts);
    if (!plan) return tl::unexpected(plan.error());
    auto eal = io::Eal::start(*plan, false);
    if (!eal) return tl::unexpected(eal.error());
    auto buffers = io::PacketBuffers::create(buffer_count, room_bytes);
    if (!buffers) return tl::unexpected(buffers.error());
    return std::make_unique<MbufBuffers>(std::move(*eal), std::move(*buffers));
}

} // namespace sallyport::bench
