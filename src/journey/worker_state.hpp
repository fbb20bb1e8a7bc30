// SPDX-License-Identifier: Apache-2.0
// What a worker remembers between rounds. Its thread alone touches it, but for the counters, which anyone may read.
#pragma once

#include "flow/flow_table.hpp"
#include "journey/pending.hpp"
#include "journey/rate_limit.hpp"
#include "journey/worker.hpp"
#include "telemetry/counters.hpp"

#include <array>
#include <cstdint>

namespace sallyport::journey {

struct WorkerState {
    WorkerState(const WorkerSettings& from, flow::FlowTable table, const chain::Roster& roster);

    WorkerSettings settings;
    flow::FlowTable flows;
    WorkerCounters counters;
    Pending pending;
    RateLimit icmp_limit;
    std::array<std::uint32_t, flow::flow_state_count> timeouts_ms = {};
    std::uint64_t cookie_sequence = 0;  // flows that were ever created here
    flow::FlowIndex sweep_position = 0; // where the search for idle flows goes on
    Instant swept_at;

    [[nodiscard]] std::uint32_t timeout_ms(const flow::FlowEntry& entry) const noexcept {
        return timeouts_ms[static_cast<unsigned>(entry.timed_as())];
    }
    /// Whether the flow's timer has run out. What decides is this, at lookup; the sweep only frees the memory.
    [[nodiscard]] bool is_over(const flow::FlowEntry& entry, std::uint32_t now_ms) const noexcept {
        return age_ms(now_ms, entry.last_seen_ms) > timeout_ms(entry);
    }
};

} // namespace sallyport::journey
