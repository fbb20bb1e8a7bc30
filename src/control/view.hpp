// SPDX-License-Identifier: Apache-2.0
// What the admin commands show of a running gateway, as an interface: src/io runs the gateway and stands above this
// folder, so whoever starts it hands a View down, and the tests hand down one made by hand. All calls come from the
// control thread.
#pragma once

#include "balance/serve/counters.hpp"
#include "balance/stream/tls_counters.hpp"
#include "chain/roster.hpp"
#include "control/appliance_counts.hpp"
#include "control/member_state.hpp"
#include "control/target_counts.hpp"
#include "forward/table.hpp"
#include "health/report.hpp"
#include "journey/worker.hpp"
#include "support/address.hpp"
#include "support/index.hpp"
#include "support/wall_clock.hpp"
#include "telemetry/counters.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace sallyport::control {

/// A port as the gateway found it; what counts its packets is in WorkerCounters.
struct PortFacts {
    std::string device;        // gw-north, 0000:03:00.0, a file's path
    std::string driver;        // net_af_xdp, net_af_packet, net_pcap, ...: what was picked, not what was asked for
    std::string driver_reason; // why this one, a clause
    std::string host_link;     // sp-north
    std::uint16_t vlan = 0;    // 0: untagged
    MacAddress mac;
    bool link_up = false;
    bool present = true;              // false: the interface vanished while the gateway ran
    std::uint64_t packets_missed = 0; // that the device had to let go because nobody fetched them
};

struct WorkerFacts {
    std::uint64_t flow_capacity = 0;
    std::uint64_t flow_memory_bytes = 0; // of the whole flow table, used or not
    std::uint64_t pending_packets = 0;   // that wait for a neighbour
};

struct ForwardingFacts {
    std::uint64_t routes = 0;
    std::uint64_t neighbours = 0;
};

/// How the flow log fares.
struct FlowLogFacts {
    std::string path;
    std::uint64_t lines_written = 0;
    std::uint64_t lines_dropped = 0; // by workers, whose queue was full, and by a file that could not be written
    bool is_failing = false;         // the last lines could not be written
};

/// How a log of HTTP listeners fares.
struct HttpLogFacts {
    struct Lines {
        std::uint64_t written = 0;
        std::uint64_t lost = 0;    // that could not be written
        std::uint64_t dropped = 0; // that a thread had no room for
        bool is_failing = false;   // the last lines could not be written
    };
    std::string name;
    Lines requests;
    Lines connections;
};

/// A piece of a worker's flow table.
struct FlowPage {
    std::size_t count = 0;                // records written
    flow::FlowIndex next = flow::no_flow; // where to go on; no_flow at the end
};

class View {
public:
    virtual ~View() = default;

    [[nodiscard]] virtual std::string gateway_name() const = 0;
    [[nodiscard]] virtual std::chrono::milliseconds uptime() const = 0;
    /// Valid until the control thread returns to its event loop, as are all references from here.
    [[nodiscard]] virtual const chain::Roster& roster() const = 0;
    [[nodiscard]] virtual unsigned worker_count() const = 0;
    [[nodiscard]] virtual const WorkerCounters& counters(unsigned worker) const = 0;
    /// Threads that serve proxied connections: the stream proxy's, and those that serve HTTP.
    [[nodiscard]] virtual unsigned stream_thread_count() const = 0;
    [[nodiscard]] virtual const StreamCounters& stream_counters(unsigned thread) const = 0;
    /// Of a listener of TLS without HTTP.
    [[nodiscard]] virtual const balance::TlsCounters& tls_counters(ListenerIndex listener) const = 0;
    /// Connections to targets of whose client the appliances on the way could not be told.
    [[nodiscard]] virtual std::uint64_t clients_not_told() const = 0;
    [[nodiscard]] virtual WorkerFacts worker(unsigned worker) const = 0;
    [[nodiscard]] virtual PortFacts port(PortIndex port) const = 0;
    [[nodiscard]] virtual ForwardingFacts forwarding() const = 0;
    /// As forward::Table::to_appliance(); port no_index when there is no way.
    [[nodiscard]] virtual forward::Adjacency way_to(ApplianceIndex appliance) const = 0;
    [[nodiscard]] virtual MemberState appliance_state(ApplianceIndex appliance) const = 0;
    /// What its place in the roster had counted before the appliance came to it.
    [[nodiscard]] virtual ApplianceCounts counts_before(ApplianceIndex appliance) const = 0;
    [[nodiscard]] virtual MemberState target_state(TargetIndex target) const = 0;
    [[nodiscard]] virtual TargetCounts target_counts_before(TargetIndex target) const = 0;
    /// Nothing: it is not watched.
    [[nodiscard]] virtual std::optional<health::Report> target_health(TargetIndex target) const = 0;
    /// Those that are shifted away.
    [[nodiscard]] virtual std::set<std::string> shifted_zones() const = 0;
    /// The time of day, now.
    [[nodiscard]] virtual WallClock wall_clock() const = 0;
    /// Nothing without a flow log.
    [[nodiscard]] virtual std::optional<FlowLogFacts> flow_log() const = 0;
    /// Threads that serve HTTP; 0: there was nothing for them to do yet.
    [[nodiscard]] virtual unsigned http_thread_count() const = 0;
    [[nodiscard]] virtual const serve::HttpCounters& http_counters(unsigned thread) const = 0;
    [[nodiscard]] virtual std::vector<HttpLogFacts> http_logs() const = 0;
    /// Worker::list_flows() on the worker's own thread; waits for the worker, but for no more than a moment (100 ms):
    /// nothing when it did not answer in that time.
    [[nodiscard]] virtual std::optional<FlowPage> list_flows(unsigned worker, flow::FlowIndex from,
                                                             std::span<journey::FlowRecord> out) = 0;
};

} // namespace sallyport::control
