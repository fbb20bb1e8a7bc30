// SPDX-License-Identifier: Apache-2.0
#include "journey/flow_record.hpp"

#include "journey/verdict.hpp"

namespace sallyport::journey {
namespace {

constexpr std::uint64_t ns_per_ms = 1'000'000;

/// What holds for the next packet; or what held for the last one, when no other will come.
void copy_verdicts(const WorkerState& worker, flow::FlowIndex flow, Instant at, FlowRecord& record) noexcept {
    for (unsigned hop = 0; record.entry.has_detours && hop < record.entry.hop_count; ++hop)
        record.verdicts[hop] = worker.offloads.look(offloaded_hop(worker.flows, flow, hop), at);
}

void copy_times(const flow::HopClock& clock, FlowRecord& record) noexcept {
    for (unsigned hop = 0; hop < record.entry.hop_count; ++hop)
        record.hop_times[hop] = {clock.mean_us(hop), clock.visits(hop)};
}

} // namespace

FlowRecord copy_flow(const WorkerState& worker, flow::FlowIndex flow, Instant now) noexcept {
    const flow::FlowTable& flows = worker.flows;
    FlowRecord record;
    record.entry = flows.entry(flow);
    record.counters = flows.counters(flow);
    record.birth = flows.birth(flow);
    const std::uint32_t now_ms = now.wrapped_ms();
    const std::uint32_t timeout_ms = worker.timeout_ms(record.entry);
    const std::uint32_t idle_ms = age_ms(now_ms, record.entry.last_seen_ms);
    const std::uint32_t overdue_ms = idle_ms > timeout_ms ? idle_ms - timeout_ms : 0;
    record.at = Instant{now.nanoseconds - overdue_ms * ns_per_ms};
    record.idle_ms = idle_ms - overdue_ms;
    record.age_ms = age_ms(now_ms, record.birth.created_ms) - overdue_ms;
    record.remaining_ms = timeout_ms - record.idle_ms;
    record.roster_version = worker.roster_version;
    if (record.entry.is_balanced && flows.has_translations()) record.translation = flows.translation(flow);
    if (flows.has_hop_clocks()) copy_times(flows.hop_clock(flow), record);
    copy_verdicts(worker, flow, now, record);
    return record;
}

void hand_to_log(WorkerState& worker, flow::FlowIndex flow, flow::EndReason why, Instant now) noexcept {
    // One that was given up before it took its first packet was never a flow to anybody.
    const flow::FlowCounters& counters = worker.flows.counters(flow);
    if (counters.packets[0] + counters.packets[1] == 0) return;
    FlowRecord record = copy_flow(worker, flow, now);
    record.end = why;
    copy_verdicts(worker, flow, Instant{record.at.nanoseconds - record.idle_ms * ns_per_ms}, record);
    if (!worker.ended_flows->push(record)) worker.counters.flow_log_dropped.add(1);
}

} // namespace sallyport::journey
