// SPDX-License-Identifier: Apache-2.0
// The end of a flow, for whatever reason: what its appliances, its listener and its target lose by it, and what the
// flow log says of it.
#pragma once

#include "journey/flow_record.hpp"
#include "journey/worker_state.hpp"

namespace sallyport::journey {

/// One handshake more that a listener waits for. Decrypted legs have none.
inline void begin_handshake(WorkerState& worker, flow::FlowIndex flow, std::uint32_t limit) noexcept {
    const ListenerIndex listener = worker.flows.translation(flow).listener;
    worker.half_open.add(worker.flows, flow);
    const std::uint32_t count = worker.half_open.count(listener);
    worker.counters.listeners[listener].half_open.set(count);
    if (count > std::max(limit / worker.settings.count, 1U)) worker.half_open.is_over = true;
}

/// It is complete, or will never be.
inline void end_handshake(WorkerState& worker, flow::FlowIndex flow) noexcept {
    const ListenerIndex listener = worker.flows.translation(flow).listener;
    if (listener == no_index) return;
    worker.half_open.remove(worker.flows, flow);
    worker.counters.listeners[listener].half_open.set(worker.half_open.count(listener));
}

/// Takes the flow from its target, second key included; what it has instead is left to the caller.
inline void leave_target(WorkerState& worker, flow::FlowIndex flow) noexcept {
    flow::Translation& translation = worker.flows.translation(flow);
    if (translation.target != no_index) worker.counters.targets[translation.target].flows_ended.add(1);
    if (translation.leads == flow::Leads::to_target)
        worker.flows.erase_second(flow, flow::table_hash(worker.settings.keys.table, translation.key));
}

inline void leave_listener(WorkerState& worker, flow::FlowIndex flow) noexcept {
    const flow::FlowEntry& entry = worker.flows.entry(flow);
    const flow::Translation& translation = worker.flows.translation(flow);
    const ListenerIndex listener = translation.listener;
    if (listener == no_index) return; // a leg's target is the proxy's to count
    if (entry.state == flow::FlowState::tcp_half_open) {
        end_handshake(worker, flow);
        // A target that was asked and said nothing; of a flood it was not given the time.
        const bool is_silent =
            translation.target != no_index && translation.target_asked && !translation.target_answered;
        if (is_silent && !worker.half_open.is_over) worker.counters.targets[translation.target].unanswered.add(1);
    }
    leave_target(worker, flow);
    worker.counters.listeners[listener].flows_ended.add(1);
}

/// Takes the flow off everybody's books and logs it; its entry is left to the caller.
inline void leave_books(WorkerState& worker, flow::FlowIndex flow, flow::EndReason why, Instant now) noexcept {
    if (worker.ended_flows != nullptr) hand_to_log(worker, flow, why, now);
    for (unsigned hop = 0; hop < worker.flows.entry(flow).hop_count; ++hop) {
        const ApplianceIndex appliance = worker.flows.hop(flow, hop);
        if (appliance != no_index) worker.counters.appliances[appliance].flows_ended.add(1);
    }
    if (worker.flows.entry(flow).is_balanced) [[unlikely]]
        leave_listener(worker, flow);
    worker.counters.flows_expired.add(1);
}

/// Never inline: it would crowd the registers of those who hardly ever call it.
[[gnu::noinline]] inline void end_flow(WorkerState& worker, flow::FlowIndex flow, flow::EndReason why,
                                       Instant now) noexcept {
    leave_books(worker, flow, why, now);
    worker.flows.erase(flow, flow::table_hash(worker.settings.keys.table, worker.flows.entry(flow).key));
}

} // namespace sallyport::journey
