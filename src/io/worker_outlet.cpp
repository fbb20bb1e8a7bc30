// SPDX-License-Identifier: Apache-2.0
#include "io/worker_outlet.hpp"

#include "io/vlan_tag.hpp"

#include <unistd.h>

namespace sallyport::io {

using journey::Packet;

WorkerOutlet::WorkerOutlet(unsigned index, Station& station, journey::Worker& worker)
    : index_(index), station_(station), worker_(worker), batches_(station.devices.size()) {}

void WorkerOutlet::transmit(std::span<Packet* const> packets) noexcept {
    for (Packet* packet : packets) {
        const std::uint16_t vlan = station_.ports[packet->port].vlan;
        if (vlan != untagged && !insert_vlan_tag(*packet, vlan)) [[unlikely]] {
            worker_.refuse(*this, {&packet, 1}, DropReason::NoHeadroom);
            continue;
        }
        stage(packet);
    }
    flush_all();
}

void WorkerOutlet::transmit_tagged(std::span<Packet* const> packets) noexcept {
    for (Packet* packet : packets)
        stage(packet);
    flush_all();
}

void WorkerOutlet::stage(Packet* packet) noexcept {
    const std::size_t device = station_.ports[packet->port].device;
    const unsigned queues = station_.devices[device]->queues();
    if (index_ >= queues) { // no queue of our own: to the worker that has one
        const unsigned server = index_ % queues;
        pass(station_.rings[server].transmit.get(), {&packet, 1}, DropReason::TransmitFull);
        return;
    }
    Batch& batch = batches_[device];
    batch.frames[batch.count++] = to_frame(packet);
    if (batch.count == batch.frames.size()) flush(device);
}

void WorkerOutlet::flush_all() noexcept {
    for (std::size_t device = 0; device < batches_.size(); ++device) {
        if (batches_[device].count != 0) flush(device);
    }
}

void WorkerOutlet::flush(std::size_t number) noexcept {
    Batch& batch = batches_[number];
    Device& device = *station_.devices[number];
    const auto queue = static_cast<std::uint16_t>(index_);
    std::uint16_t sent = device.transmit(queue, batch.frames.data(), batch.count);
    // A second try: the first may have been what made the driver take back sent buffers.
    if (sent < batch.count) {
        const auto rest = static_cast<std::uint16_t>(batch.count - sent);
        sent = static_cast<std::uint16_t>(sent + device.transmit(queue, batch.frames.data() + sent, rest));
    }
    std::array<Packet*, journey::max_burst> refused;
    std::size_t count = 0;
    for (std::size_t i = sent; i < batch.count; ++i) {
        refused[count++] = static_cast<Packet*>(rte_mbuf_to_priv(batch.frames[i]));
    }
    batch.count = 0;
    if (count != 0) worker_.refuse(*this, {refused.data(), count}, DropReason::TransmitFull);
}

void WorkerOutlet::to_host(std::span<Packet* const> packets) noexcept {
    for (Packet* packet : packets) {
        if (station_.host_links[packet->port].write(packet->bytes())) {
            rte_pktmbuf_free(to_mbuf(packet));
        } else {
            worker_.refuse(*this, {&packet, 1}, DropReason::HostLinkFull);
        }
    }
}

void WorkerOutlet::release(std::span<Packet* const> packets) noexcept {
    for (Packet* packet : packets)
        rte_pktmbuf_free(to_mbuf(packet));
}

void WorkerOutlet::hand_over(unsigned worker, std::span<Packet* const> packets) noexcept {
    pass(station_.rings[worker].handover.get(), packets, DropReason::HandoverFull);
}

void WorkerOutlet::pass(rte_ring* ring, std::span<Packet* const> packets, DropReason if_full) noexcept {
    void* objects[journey::max_burst];
    for (std::size_t i = 0; i < packets.size(); ++i)
        objects[i] = packets[i];
    const unsigned taken = rte_ring_enqueue_burst(ring, objects, static_cast<unsigned>(packets.size()), nullptr);
    if (taken < packets.size()) worker_.refuse(*this, packets.subspan(taken), if_full);
}

Packet* WorkerOutlet::allocate() noexcept {
    rte_mbuf* frame = rte_pktmbuf_alloc(station_.buffers->pool());
    return frame == nullptr ? nullptr : to_packet(frame);
}

void WorkerOutlet::resolve(PortIndex port, const IpAddress& address) noexcept {
    if (!station_.resolve_queues[index_]->push({port, address})) return;
    // Once for each neighbour that is not known: rare enough for a system call.
    const std::uint64_t one = 1;
    static_cast<void>(::write(station_.resolve_event.number(), &one, sizeof one) == 0);
}

} // namespace sallyport::io
