// SPDX-License-Identifier: Apache-2.0
#include "journey/housekeeping.hpp"

#include "journey/egress.hpp"
#include "journey/flow_end.hpp"
#include "journey/icmp_error.hpp"
#include "journey/tcp_reset.hpp"

#include <algorithm>

namespace sallyport::journey {
namespace {

constexpr std::uint64_t nanoseconds_per_second = 1'000'000'000;
constexpr std::uint64_t neighbour_patience = 3 * nanoseconds_per_second; // what the kernel needs for three requests
constexpr std::uint64_t sweep_period = 5 * nanoseconds_per_second;       // once through the whole table
constexpr std::uint32_t max_sweep = 4096;
constexpr unsigned max_ended = 256; // two RSTs each

/// Whether the packet's wait is over, one way or the other. Its place in the queue is free then.
[[nodiscard]] bool settle(Round& round, Waiting& waiting) noexcept {
    const Instant now = round.around.now;
    MacAddress mac;
    if (round.around.forwarding.neighbour(waiting.port, waiting.station, mac)) {
        finish_frame(round, waiting.packet, waiting.port, mac);
        return true;
    }
    if (now.nanoseconds - waiting.since.nanoseconds >= neighbour_patience) {
        if (waiting.packet->to_appliance || waiting.packet->endpoint == no_index) {
            drop(round, waiting.packet, DropReason::NeighbourUnresolved);
        } else {
            answer_with_error(round, waiting.packet, IcmpError::host_unreachable, DropReason::NeighbourUnresolved);
        }
        return true;
    }
    if (now.nanoseconds - waiting.asked.nanoseconds >= nanoseconds_per_second) {
        waiting.asked = now;
        round.outlet.resolve(waiting.port, waiting.station);
    }
    return false;
}

} // namespace

void send_pending(Round& round) noexcept {
    std::vector<Waiting>& waiting = round.worker.pending.all();
    // A round has room for max_burst; the rest is seen in the next one.
    unsigned settled = 0;
    std::size_t kept = 0;
    for (Waiting& one : waiting) {
        if (settled < max_burst && settle(round, one)) {
            ++settled;
        } else {
            waiting[kept++] = one;
        }
    }
    waiting.resize(kept);
}

void sweep_flows(WorkerState& worker, Instant now) noexcept {
    const std::uint64_t elapsed = std::min(now.nanoseconds - worker.swept_at.nanoseconds, sweep_period);
    const std::uint64_t due = worker.flows.capacity() * elapsed / sweep_period;
    if (due == 0) return;
    worker.swept_at = now;
    const auto slice = static_cast<std::uint32_t>(std::min<std::uint64_t>(due, max_sweep));
    const std::uint32_t now_ms = now.wrapped_ms();
    for (std::uint32_t i = 0; i < slice; ++i) {
        const flow::FlowIndex flow = worker.sweep_position;
        worker.sweep_position = flow + 1 == worker.flows.capacity() ? 0 : flow + 1;
        const flow::FlowEntry& entry = worker.flows.entry(flow);
        if (entry.state == flow::FlowState::free || !worker.is_over(entry, now_ms)) continue;
        end_flow(worker, flow, flow::reason_of_timeout(entry), now);
    }
}

void drop_oldest_handshakes(WorkerState& worker, const balance::Directory& directory, Instant now) noexcept {
    for (std::size_t number = 0; number < directory.listeners.size(); ++number) {
        const auto listener = static_cast<ListenerIndex>(number);
        const std::uint32_t limit =
            std::max(directory.listeners[number].half_open_limit / worker.settings.count, std::uint32_t{1});
        while (worker.half_open.count(listener) > limit) {
            end_flow(worker, worker.half_open.oldest(listener), flow::EndReason::half_open_dropped, now);
            worker.counters.listeners[listener].half_open_dropped.add(1);
        }
    }
    worker.half_open.is_over = false;
}

void end_flows_of_targets(Round& round) noexcept {
    WorkerState& worker = round.worker;
    const balance::Directory& directory = directory_of(round.around.roster);
    unsigned ended = 0;
    for (unsigned looked = 0; looked < max_sweep && ended < max_ended && worker.to_end_left != 0; ++looked) {
        const flow::FlowIndex flow = --worker.to_end_left;
        const flow::FlowEntry& entry = worker.flows.entry(flow);
        const bool is_open =
            entry.state == flow::FlowState::tcp_established || entry.state == flow::FlowState::tcp_half_open;
        if (!entry.is_balanced || !is_open) continue;
        const TargetIndex target = worker.flows.translation(flow).target;
        if (target == no_index || !directory.targets[target].ends_flows) continue;
        end_connection(round, flow);
        worker.counters.targets[target].terminated.add(1);
        ++ended;
    }
}

} // namespace sallyport::journey
