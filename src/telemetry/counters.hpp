// SPDX-License-Identifier: Apache-2.0
// What a worker counts. One writer, the worker; readers on other threads see each number whole, and none of them slows
// the writer down.
#pragma once

#include "telemetry/drop_reason.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

namespace sallyport {

/// A number that one thread adds to and any thread reads.
class Counter {
public:
    void add(std::uint64_t amount) noexcept {
        value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
    }
    void set(std::uint64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t read() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

struct PortCounters {
    Counter packets_in;
    Counter bytes_in;
    Counter packets_out;
    Counter bytes_out;
    Counter packets_to_host;
    Counter packets_from_host;
};

struct ApplianceCounters {
    Counter packets_sent;
    Counter bytes_sent; // inner bytes, without encapsulation
    Counter packets_returned;
    Counter flows_created;  // that got this appliance, also by moving to it
    Counter flows_ended;    // or moved away; created less ended is who is there now
    Counter flows_moved_to; // of the created: from an appliance that failed or left
    Counter copies_sent;    // of packets_sent: to mirrors, which give nothing back
    Counter probe_answered; // not a count: the number of the last GENEVE probe that came back
    /// Went past the appliance, as it had said they should.
    Counter packets_offloaded;
};

struct GroupCounters {
    Counter flows_bypassed; // began while nobody of the group could take them
    Counter packets_bypassed;
};

struct TargetCounters {
    Counter flows_created;
    Counter flows_ended; // created less ended is who is there now
    Counter packets_to;
    Counter bytes_to; // IP bytes
    Counter packets_from;
    Counter bytes_from;
    Counter refused;    // connections that it answered with RST
    Counter unanswered; // connections that it did not answer at all
    Counter answered;   // connections that it accepted
    Counter terminated; // flows ended with RST because it was unhealthy or left
    // Of requests of HTTP, what became of them at the target. One that its client gave up is in neither.
    Counter requests_succeeded; // answered with less than 500, to the end
    Counter requests_failed;    // with 5xx, or not: no connection, no TLS, none or a broken answer, or too late
};

struct ListenerCounters {
    Counter flows_created;
    Counter flows_ended;
    Counter sources_refused;        // packets: by its allow and deny lists
    Counter half_open;              // not a count: handshakes that are not complete now
    Counter half_open_dropped;      // the oldest of them, to make room
    Counter no_target;              // packets of flows that could not begin: nobody takes flows
    Counter port_allocation_errors; // packets of flows that could not begin: no free source port
    Counter keys_taken;             // packets of flows that could not begin: the target has that very flow already
};

/// How many of each there are to count for, in this and all later rosters.
struct CounterSizes {
    std::size_t ports = 0;
    std::size_t appliances = 0;
    std::size_t groups = 0;
    std::size_t listeners = 0;
    std::size_t targets = 0;
};

/// What the stream proxy counts, on its one thread: connections for flows, payload for bytes, no packets.
struct StreamCounters {
    explicit StreamCounters(const CounterSizes& sizes) : listeners(sizes.listeners), targets(sizes.targets) {}

    std::vector<ListenerCounters> listeners; // what the packet path can not know; the flows are in the workers'
    std::vector<TargetCounters> targets;
};

struct WorkerCounters {
    explicit WorkerCounters(const CounterSizes& sizes)
        : ports(sizes.ports), appliances(sizes.appliances), groups(sizes.groups), listeners(sizes.listeners),
          targets(sizes.targets) {}

    std::array<Counter, drop_reason_count> drops;
    std::vector<PortCounters> ports;           // by port index
    std::vector<ApplianceCounters> appliances; // by appliance index
    std::vector<GroupCounters> groups;         // by group index
    std::vector<ListenerCounters> listeners;   // by listener index
    std::vector<TargetCounters> targets;       // by target index
    Counter rounds;
    Counter flows_created;
    Counter flows_expired;
    Counter icmp_errors_sent;
    Counter icmp_errors_limited; // not sent, to keep the rate limit
    Counter handed_over;
    Counter flows_moved;
    Counter flows_reset;
    Counter resets_sent;    // TCP RST packets
    Counter fragments_made; // parts of packets that were cut, but the first of each
    Counter copies_lost;    // for mirrors; no packet buffer was free
    /// About the rest of a flow. Ignored: not granted, malformed, of a flow that has moved, or no room for more.
    Counter verdicts_taken;
    Counter verdicts_ignored;
    Counter flow_log_dropped; // lines: the flow log's writer was behind

    [[nodiscard]] Counter& drop(DropReason reason) noexcept { return drops[static_cast<std::size_t>(reason)]; }
};

} // namespace sallyport
