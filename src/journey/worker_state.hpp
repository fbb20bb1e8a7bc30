// SPDX-License-Identifier: Apache-2.0
// What a worker remembers between rounds. Its thread alone touches it, but for the counters, which anyone may read.
#pragma once

#include "balance/l4/choose_target.hpp"
#include "balance/l4/directory.hpp"
#include "flow/flow_table.hpp"
#include "journey/fragment_table.hpp"
#include "journey/half_open.hpp"
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
#include <memory>

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
    balance::ChooserState chooser;
    HalfOpen half_open;
    std::unique_ptr<EndedFlows> ended_flows; // nullptr: there is no flow log
    /// By endpoint, and behind those by FlowEntry::timers; the roster's, kept beside the flows for they are asked with
    /// each of them.
    std::vector<std::array<std::uint32_t, 8>> timeouts_ms;
    std::size_t endpoint_count = 0;
    flow::FlowIndex to_end_left = 0;   // flows below this one may be at targets whose flows are over
    std::uint64_t roster_version = 0;  // that the above is of
    std::uint64_t cookie_sequence = 0; // flows that were ever created here
    flow::FlowIndex newest_flow = flow::no_flow;
    flow::FlowIndex sweep_position = 0; // where the search for idle flows goes on
    Instant swept_at;

    [[nodiscard]] std::uint32_t timeout_ms(const flow::FlowEntry& entry) const noexcept {
        const std::size_t row = entry.timers == 0 ? entry.key.endpoint() : endpoint_count + entry.timers;
        return timeouts_ms[row][static_cast<unsigned>(entry.timed_as())];
    }
    /// Before anything else is done with a roster. Endpoints stay the same as long as a worker lives.
    void follow(const chain::Roster& roster) noexcept {
        if (roster.version != roster_version) [[unlikely]]
            take_over(roster);
    }
    /// Whether the flow's timer has run out. What decides is this, at lookup; the sweep only frees the memory.
    [[nodiscard]] bool is_over(const flow::FlowEntry& entry, std::uint32_t now_ms) const noexcept {
        return age_ms(now_ms, entry.last_seen_ms) > timeout_ms(entry);
    }

private:
    void take_over(const chain::Roster& roster) noexcept;
};

/// What a roster without listeners has.
[[nodiscard]] inline const balance::Directory& directory_of(const chain::Roster& roster) noexcept {
    static const balance::Directory none;
    return roster.directory ? *roster.directory : none;
}

} // namespace sallyport::journey
