// SPDX-License-Identifier: Apache-2.0
// A worker: what one thread owns alone, and the rounds that carry bursts of packets through all steps.
#pragma once

#include "chain/roster.hpp"
#include "config/config.hpp"
#include "flow/end_reason.hpp"
#include "flow/flow_table.hpp"
#include "forward/table.hpp"
#include "geneve/verdict.hpp"
#include "journey/outlet.hpp"
#include "support/bounded_queue.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"
#include "telemetry/counters.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace sallyport::balance {
class LegNotes;
}

namespace sallyport::journey {

/// The most packets that one call carries.
inline constexpr unsigned max_burst = 64;

/// The secrets of a process. Random in a running gateway, fixed in a replay.
struct WorkerKeys {
    SipKey table; // the same for all workers: it decides who owns a flow
    SipKey cookie;
};

struct WorkerSettings {
    unsigned index = 0;
    unsigned count = 1; // of workers in all, at most max_workers
    std::uint32_t flow_capacity = 1024;
    std::uint32_t pending_capacity = 256;
    std::uint32_t fragmented_packets = 1024;
    std::uint32_t held_fragments = 256;
    std::uint32_t offloaded_hops = 65'536; // of flows, that an appliance's verdict can be kept for; at least 1
    std::size_t appliance_slots = 0;       // that rosters of later may have; 0: as many as the first one has
    std::size_t group_slots = 0;
    std::size_t listener_slots = 0; // 0: no listeners ever, and no memory for what they need
    std::size_t target_group_slots = 0;
    std::size_t target_slots = 0;
    std::uint32_t sticky_clients = 65'536; // whose target is remembered
    std::uint64_t random_seed = 1;
    bool flow_log = false;             // flows that end are put into ended_flows(), and visits are timed
    std::vector<MacAddress> port_macs; // by port index
    WorkerKeys keys;
    /// For whom the gateway opened its connections to targets; null: nobody notes it.
    const balance::LegNotes* leg_notes = nullptr;
};

/// The cookie's top bits name the worker.
inline constexpr unsigned max_workers = 16;

/// What a round reads and never changes; the snapshots stay valid until the call returns.
struct Surroundings {
    const chain::Roster& roster;
    const forward::Table& forwarding;
    Instant now;
};

struct HopTime {
    std::uint32_t mean_us = 0; // that packets were away
    std::uint16_t visits = 0;  // that were timed
};

/// A flow as `flows` and the flow log show it: a copy, in the roster's indexes.
struct FlowRecord {
    flow::FlowEntry entry;
    flow::Translation translation; // of an entry that is_balanced
    flow::FlowCounters counters;
    flow::FlowBirth birth;
    std::uint32_t idle_ms = 0;
    std::uint32_t age_ms = 0;
    std::uint32_t remaining_ms = 0; // until it expires if nothing more comes
    /// By hop: what its appliance has said about the rest of the flow. Counts only while it may_offload.
    std::array<geneve::FlowVerdict, max_hops> verdicts = {};
    flow::EndReason end = flow::EndReason::none; // none: it lives
    std::array<HopTime, max_hops> hop_times = {};
    Instant at; // when the copy was made, or the flow ended
    std::uint64_t roster_version = 0;
};

/// Flows that have ended, on their way from the worker to whoever writes the flow log.
using EndedFlows = BoundedQueue<FlowRecord, 16'384>;

/// A packet that a health check sends through an appliance and back.
struct Probe {
    ApplianceIndex appliance = no_index;
    EndpointIndex endpoint = no_index;    // whose id it carries
    std::uint32_t number = 0;             // ApplianceCounters::probe_answered when it is back
    std::span<const std::uint8_t> packet; // IP
};

struct WorkerState;

class Worker {
public:
    /// Fails with a sentence when there is no memory for the flow table.
    static Result<Worker> create(const WorkerSettings& settings, const chain::Roster& roster);
    Worker(Worker&&) noexcept;
    Worker& operator=(Worker&&) noexcept;
    ~Worker();

    /// Carries frames that arrived (buffer, capacity, begin, end and port set, all else at its defaults) through all
    /// steps. Frames are untagged Ethernet: who drives the port has taken the VLAN tag off. At most max_burst.
    void arrive(const Surroundings& surroundings, Outlet& outlet, std::span<Packet* const> packets) noexcept;
    /// Sends frames of the gateway's own IP stack (as arrive() takes them; port: whose host link they came by). What a
    /// proxy answers its clients goes through their flow's chain; all else leaves as it is. At most max_burst.
    void leave_host(const Surroundings& surroundings, Outlet& outlet, std::span<Packet* const> packets) noexcept;
    /// Carries on what another worker handed over, unchanged since. At most max_burst.
    void take_over(const Surroundings& surroundings, Outlet& outlet, std::span<Packet* const> packets) noexcept;
    /// Makes a frame that arrive() will be given next, and that its sender addressed from a listener's side, what the
    /// flow's target would have sent. For replays, whose traces know no targets.
    void stand_in(const Surroundings& surroundings, Outlet& outlet, const Packet& frame) noexcept;
    /// Counts and releases packets that whoever drives the ports could not bring in or out (VlanUnknown,
    /// TransmitFull, HostLinkFull, HandoverFull, ...).
    void refuse(Outlet& outlet, std::span<Packet* const> packets, DropReason reason) noexcept;
    /// Housekeeping, a bounded piece a call: expires idle flows, sends on or ends what waits for neighbours. Call it
    /// after every round, packets or not.
    void tend(const Surroundings& surroundings, Outlet& outlet) noexcept;
    /// Sends a probe. What does not come back says enough, so nothing is said when it could not even leave.
    void send_probe(const Surroundings& surroundings, Outlet& outlet, const Probe& probe) noexcept;
    /// Packets that wait for a neighbour, or for their first fragment. When the worker ends, give_up_pending() releases
    /// them.
    [[nodiscard]] std::uint32_t pending() const noexcept;
    void give_up_pending(Outlet& outlet) noexcept;

    /// Copies live flows from entry `from` on into `out`; returns how many, and sets `next` to where to go on
    /// (no_flow at the end). Looks at no more than 4096 entries a call. On the worker's own thread only.
    [[nodiscard]] std::size_t list_flows(Instant now, flow::FlowIndex from, std::span<FlowRecord> out,
                                         flow::FlowIndex& next) const noexcept;

    /// With a flow log: where flows that end wait for it; else nullptr. One other thread may take them out.
    [[nodiscard]] EndedFlows* ended_flows() noexcept;
    enum class WhenFull { stop, drop };
    /// Before the worker's end: puts the flows that live, from entry `from` on, into ended_flows() as well. Returns
    /// where to go on when that is full (no_flow: all are done), or counts what finds no room as dropped.
    [[nodiscard]] flow::FlowIndex log_living(Instant now, flow::FlowIndex from, WhenFull when_full) noexcept;

    [[nodiscard]] const flow::FlowTable& flows() const noexcept;
    /// The flow that began last; no_flow before the first. On the worker's own thread only, and at once: it may end.
    [[nodiscard]] flow::FlowIndex newest_flow() const noexcept;
    /// Readable from any thread.
    [[nodiscard]] const WorkerCounters& counters() const noexcept;
    [[nodiscard]] WorkerCounters& counters() noexcept;

private:
    explicit Worker(std::unique_ptr<WorkerState> state) noexcept;
    std::unique_ptr<WorkerState> state_;
};

} // namespace sallyport::journey
