// SPDX-License-Identifier: Apache-2.0
#include "io/station.hpp"

#include <string>
#include <sys/eventfd.h>

namespace sallyport::io {

namespace {

constexpr unsigned ring_packets = 2048;

Result<PacketRing> make_ring(const std::string& name) {
    PacketRing ring(rte_ring_create(name.c_str(), ring_packets, SOCKET_ID_ANY, RING_F_SC_DEQ));
    if (!ring)
        return failure("no memory for the rings between workers; lower gateway.packet_buffers or gateway.workers");
    return ring;
}

void free_all(rte_ring* ring) noexcept {
    void* packet = nullptr;
    while (ring != nullptr && rte_ring_dequeue(ring, &packet) == 0) {
        rte_pktmbuf_free(to_mbuf(static_cast<journey::Packet*>(packet)));
    }
}

} // namespace

Result<void> Station::connect(unsigned workers) {
    resolve_event = Descriptor(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    if (!resolve_event) return failure("no file descriptor left; raise the limit: ulimit -n");
    for (unsigned worker = 0; worker < workers; ++worker) {
        auto handover = make_ring("handover-" + std::to_string(worker));
        if (!handover) return tl::unexpected(handover.error());
        auto transmit = make_ring("transmit-" + std::to_string(worker));
        if (!transmit) return tl::unexpected(transmit.error());
        rings.push_back({std::move(*handover), std::move(*transmit)});
        resolve_queues.push_back(std::make_unique<ResolveQueue>());
    }
    return {};
}

void Station::drain() noexcept {
    for (const WorkerRings& each : rings) {
        free_all(each.handover.get());
        free_all(each.transmit.get());
    }
}

} // namespace sallyport::io
