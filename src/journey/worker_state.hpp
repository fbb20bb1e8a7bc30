// SPDX-License-Identifier: Apache-2.0
// What a worker remembers between rounds. Its thread alone touches it, but for the counters, which anyone may read.
#pragma once

#include "flow/flow_table.hpp"
#include "journey/fragment_table.hpp"
#include "journey/held_fragments.hpp"
#include "journey/offloads.hpp"
#include "journey/pending.hpp"
#include "journey/probes.hpp"
#include "journey/produced.hpp"
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
    RateLimit reset_limit;
    Produced produced;
    Probes probes;
    FragmentTable fragments;
    HeldFragments held_fragments;
    Offloads offloads;
    /// By endpoint; the roster's, kept beside the flows for it is asked with each of them.
    std::vector<std::array<std::uint32_t, 8>> timeouts_ms;
    std::uint64_t roster_version = 0;  // that the above is of
    std::uint64_t cookie_sequence = 0; // flows that were ever created here
    flow::FlowIndex newest_flow = flow::no_flow;
    flow::FlowIndex sweep_position = 0; // where the search for idle flows goes on
    Instant swept_at;

    [[nodiscard]] std::uint32_t timeout_ms(const flow::FlowEntry& entry) const noexcept {
        return timeouts_ms[entry.key.endpoint()][static_cast<unsigned>(entry.timed_as())];
    }
    /// Before anything else is done with a roster. Endpoints stay the same as long as a worker lives.
    void follow(const chain::Roster& roster) noexcept {
        if (roster.version == roster_version) [[likely]]
            return;
        roster_version = roster.version;
        for (std::size_t endpoint = 0; endpoint < timeouts_ms.size(); ++endpoint) {
            const auto& from = roster.endpoints[endpoint].timeouts_ms;
            std::copy(from.begin(), from.end(), timeouts_ms[endpoint].begin());
        }
    }
    /// Whether the flow's timer has run out. What decides is this, at lookup; the sweep only frees the memory.
    [[nodiscard]] bool is_over(const flow::FlowEntry& entry, std::uint32_t now_ms) const noexcept {
        return age_ms(now_ms, entry.last_seen_ms) > timeout_ms(entry);
    }
};

} // namespace sallyport::journey
