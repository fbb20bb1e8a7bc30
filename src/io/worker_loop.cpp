// SPDX-License-Identifier: Apache-2.0
#include "io/worker_loop.hpp"

#include "io/vlan_tag.hpp"

#include <algorithm>
#include <ctime>
#include <rte_lcore.h>
#include <string>
#include <sys/prctl.h>

namespace sallyport::io {

using journey::Packet;

namespace {

constexpr unsigned patient_rounds = 64;            // empty ones before the first rest
constexpr std::uint64_t longest_rest_ns = 100'000; // what a packet may wait that ends a pause
constexpr unsigned asleep_rounds = 2'000;          // empty ones, some 300 ms: nobody is there
constexpr std::uint64_t asleep_rest_ns = 500'000;  // what the first packet after that may wait
constexpr std::uint64_t log_patience_ns = 3'000'000'000;
// Between looks at host links that had nothing: each look costs a system call for every one of them, under load too.
constexpr std::uint64_t host_interval_ns = longest_rest_ns;

void sleep_for(std::uint64_t nanoseconds) noexcept {
    const timespec time = {.tv_sec = 0, .tv_nsec = static_cast<long>(nanoseconds)};
    ::nanosleep(&time, nullptr);
}

std::uint64_t nanoseconds_of(clockid_t clock) noexcept {
    timespec time = {};
    ::clock_gettime(clock, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(time.tv_nsec);
}

} // namespace

Instant monotonic_now() noexcept {
    return {nanoseconds_of(CLOCK_MONOTONIC)};
}

WallClock wall_clock_now() noexcept {
    return {static_cast<std::int64_t>(nanoseconds_of(CLOCK_REALTIME) - nanoseconds_of(CLOCK_MONOTONIC))};
}

WorkerLoop::WorkerLoop(unsigned index, unsigned count, Station& station, Snapshots& snapshots, journey::Worker worker)
    : index_(index), station_(station), snapshots_(snapshots), worker_(std::move(worker)),
      outlet_(index, station, worker_) {
    for (const auto& device : station.devices) {
        for (unsigned queue = index; queue < device->queues(); queue += count) {
            queues_.push_back({device.get(), static_cast<std::uint16_t>(queue)});
        }
    }
    for (std::size_t port = index; port < station.ports.size(); port += count) {
        host_ports_.push_back(static_cast<PortIndex>(port));
    }
}

void WorkerLoop::start() {
    snapshots_.join(index_);
    stopping_ = false;
    thread_ = std::thread([this] { run(); });
}

void WorkerLoop::stop() {
    if (!thread_.joinable()) return;
    stopping_ = true;
    thread_.join();
    snapshots_.leave(index_);
}

void WorkerLoop::run() noexcept {
    ::pthread_setname_np(::pthread_self(), ("worker-" + std::to_string(index_)).c_str());
    // DPDK then keeps a cache of packet buffers for this thread. Without a free number it works without one.
    static_cast<void>(rte_thread_register());
    ::prctl(PR_SET_TIMERSLACK, 1000UL); // short rests are short
    unsigned idle_rounds = 0;
    while (!stopping_.load(std::memory_order_relaxed)) {
        const unsigned work = round(monotonic_now());
        if (work != 0) {
            idle_rounds = 0;
            continue;
        }
        if (!station_.busy_poll) rest(++idle_rounds);
    }
    worker_.give_up_pending(outlet_);
    log_living();
    rte_thread_unregister();
}

/// Flows that the gateway's end ends are logged like others, as far as their log is written in a moment.
void WorkerLoop::log_living() noexcept {
    using journey::Worker;
    const Instant now = monotonic_now();
    flow::FlowIndex next = worker_.log_living(now, 0, Worker::WhenFull::stop);
    while (next != flow::no_flow && monotonic_now().nanoseconds - now.nanoseconds < log_patience_ns) {
        sleep_for(1'000'000);
        next = worker_.log_living(now, next, Worker::WhenFull::stop);
    }
    if (next != flow::no_flow) next = worker_.log_living(now, next, Worker::WhenFull::drop);
}

void WorkerLoop::rest(unsigned idle_rounds) noexcept {
    if (idle_rounds < patient_rounds) return;
    // 2, 4, 8 ... microseconds.
    const unsigned doublings = std::min((idle_rounds - patient_rounds) / 4 + 1, 7U);
    const std::uint64_t rest_ns = std::min(std::uint64_t{1000} << doublings, longest_rest_ns);
    sleep_for(idle_rounds < asleep_rounds ? rest_ns : asleep_rest_ns);
}

unsigned WorkerLoop::round(Instant now) noexcept {
    const Snapshot& snapshot = snapshots_.pick_up(index_);
    const journey::Surroundings around{*snapshot.roster, snapshot.forwarding, now};
    unsigned work = 0;
    for (const Queue& queue : queues_)
        work += receive(around, queue);
    work += take_over(around);
    work += send_for_others();
    work += send_for_host(around);
    work += probe_mail_.serve(worker_, around, outlet_);
    worker_.tend(around, outlet_);
    pending_.store(worker_.pending(), std::memory_order_relaxed);
    if (flow_mail_.serve(worker_, now)) ++work;
    return work;
}

unsigned WorkerLoop::receive(const journey::Surroundings& around, const Queue& queue) noexcept {
    rte_mbuf* frames[receive_burst];
    const std::uint16_t count = queue.device->receive(queue.number, frames, receive_burst);
    if (count == 0) return 0;

    Packet* packets[receive_burst];
    std::size_t arrived = 0;
    const std::vector<PortIndex>& by_vlan = queue.device->plan().by_vlan;
    for (std::uint16_t i = 0; i < count; ++i) {
        rte_mbuf* frame = frames[i];
        Packet* packet = to_packet(frame);
        if (frame->nb_segs != 1) [[unlikely]] {
            worker_.refuse(outlet_, {&packet, 1}, DropReason::FrameTooLong);
            continue;
        }
        const bool stripped = (frame->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) != 0;
        const std::uint16_t vlan = stripped ? frame->vlan_tci & 0x0fff : strip_vlan_tag(*packet);
        packet->port = by_vlan[vlan];
        if (packet->port == no_index) [[unlikely]] {
            worker_.refuse(outlet_, {&packet, 1}, DropReason::VlanUnknown);
            continue;
        }
        packets[arrived++] = packet;
    }
    if (arrived != 0) worker_.arrive(around, outlet_, {packets, arrived});
    return count;
}

unsigned WorkerLoop::take_over(const journey::Surroundings& around) noexcept {
    void* objects[receive_burst];
    const unsigned count =
        rte_ring_dequeue_burst(station_.rings[index_].handover.get(), objects, receive_burst, nullptr);
    Packet* packets[receive_burst];
    std::transform(objects, objects + count, packets, [](void* object) { return static_cast<Packet*>(object); });
    if (count != 0) worker_.take_over(around, outlet_, {packets, count});
    return count;
}

unsigned WorkerLoop::send_for_others() noexcept {
    void* objects[receive_burst];
    const unsigned count =
        rte_ring_dequeue_burst(station_.rings[index_].transmit.get(), objects, receive_burst, nullptr);
    Packet* packets[receive_burst];
    std::transform(objects, objects + count, packets, [](void* object) { return static_cast<Packet*>(object); });
    if (count != 0) outlet_.transmit_tagged({packets, count});
    return count;
}

unsigned WorkerLoop::send_for_host(const journey::Surroundings& around) noexcept {
    if (around.now.nanoseconds - host_polled_at_.nanoseconds < host_interval_ns) return 0;
    unsigned work = 0;
    for (const PortIndex port : host_ports_)
        work += send_for_host(around, port);
    if (work == 0) host_polled_at_ = around.now;
    return work;
}

unsigned WorkerLoop::send_for_host(const journey::Surroundings& around, PortIndex port) noexcept {
    Packet* packets[receive_burst];
    std::size_t count = 0;
    while (count < receive_burst) {
        rte_mbuf* frame = rte_pktmbuf_alloc(station_.buffers->pool());
        if (frame == nullptr) break; // stays in the host link's queue
        auto* room = rte_pktmbuf_mtod(frame, std::uint8_t*);
        const std::size_t length = station_.host_links[port].read({room, rte_pktmbuf_tailroom(frame)});
        if (length == 0) {
            rte_pktmbuf_free(frame);
            break;
        }
        frame->data_len = static_cast<std::uint16_t>(length);
        packets[count] = to_packet(frame);
        packets[count++]->port = port;
    }
    if (count != 0) worker_.leave_host(around, outlet_, {packets, count});
    return static_cast<unsigned>(count);
}

} // namespace sallyport::io
