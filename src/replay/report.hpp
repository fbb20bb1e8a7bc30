// SPDX-License-Identifier: Apache-2.0
// What a replay found: DIR/report.json.
#pragma once

#include "telemetry/drop_reason.hpp"

#include <array>
#include <boost/json/fwd.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::replay {

struct Amount {
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0; // of frames, without VLAN tags

    void add(std::size_t frame_bytes) noexcept {
        ++packets;
        bytes += frame_bytes;
    }
};

struct PortReport {
    std::string name;
    Amount in; // what arrived, from appliances too
    Amount out;
};

struct TraceSpan {
    std::uint64_t first_ns = 0; // since 1970
    std::uint64_t last_ns = 0;
};

/// Of one name: added up. An appliance with another address is another one, and groups may use the same names.
using NamedCounts = std::vector<std::pair<std::string, std::uint64_t>>;

/// What the gateway's counters say of a listener, and of a target (telemetry/counters.hpp).
struct ListenerReport {
    std::string name;
    std::uint64_t flows = 0;
    std::uint64_t sources_refused = 0;
    std::uint64_t half_open_dropped = 0;
    std::uint64_t no_target = 0;
    std::uint64_t port_allocation_errors = 0;
    std::uint64_t keys_taken = 0;
};
struct TargetReport {
    std::string name; // its group, a slash, its own
    std::uint64_t flows = 0;
    Amount to; // IP bytes, as appliances see them
    Amount from;
    std::uint64_t answered = 0; // connections
    std::uint64_t refused = 0;
    std::uint64_t unanswered = 0;
    std::uint64_t terminated = 0;
};

struct Report {
    Amount in;  // the traces' records
    Amount out; // frames on the endpoints' ports
    Amount to_appliances;
    Amount from_appliances;
    std::uint64_t copies = 0; // of `to_appliances`: for mirrors, which give nothing back
    /// Of `out`: the gateway's own ICMP errors and TCP resets, and parts of packets that it cut, but for the first.
    std::uint64_t generated = 0;
    std::array<std::uint64_t, drop_reason_count> drops = {};
    std::uint64_t flows = 0;
    std::uint64_t flows_moved = 0; // to another appliance; once for each time and hop
    std::uint64_t flows_reset = 0;
    NamedCounts flows_by_appliance; // in the order of the config; those that moved there count, too
    NamedCounts flows_by_chain;     // likewise; last "none"
    std::uint64_t asymmetric_flows = 0;
    std::uint64_t filled_checksums = 0;  // IPv4 headers whose checksum the sender's network card would have filled in
    std::uint64_t unwatched_packets = 0; // of flows that were too many to be watched for that
    std::vector<PortReport> ports;       // in the order of the config
    /// Likewise; empty in one without listeners. Those that a reload changed stand there once more: added up by name.
    std::vector<ListenerReport> listeners;
    std::vector<TargetReport> targets;
    std::optional<TraceSpan> trace; // nothing: no record was read
    std::string trace_error;        // where a trace is damaged; empty: it is not

    [[nodiscard]] std::uint64_t dropped() const noexcept;
    /// Every record was forwarded or dropped: in.packets == forwarded() + dropped().
    [[nodiscard]] std::uint64_t forwarded() const noexcept { return out.packets - generated; }
};

[[nodiscard]] boost::json::object to_json(const Report& report);

} // namespace sallyport::replay
