// SPDX-License-Identifier: Apache-2.0
// The way that a flow would take, as the production code decides it: found out here, put into words elsewhere.
#pragma once

#include "chain/policy.hpp"
#include "chain/roster.hpp"
#include "chain/selection.hpp"
#include "cli/balanced.hpp"
#include "cli/flow_text.hpp"
#include "forward/table.hpp"
#include "support/result.hpp"
#include "telemetry/drop_reason.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sallyport::cli {

struct Question {
    FlowText flow;
    std::string endpoint; // empty: found from the source
    std::string port;     // where the first packet arrives; empty: likewise
};

/// Why the first packet is taken to arrive at the port.
enum class ArrivalReason { asked, source_network, source_route, first_of_endpoint, first_of_all };

struct Arrival {
    PortIndex port = no_index;
    EndpointIndex endpoint = no_index;
    ArrivalReason reason = ArrivalReason::asked;
};

struct Hop {
    GroupIndex group = no_index;
    chain::HopKind kind = chain::HopKind::nobody;
    ApplianceIndex appliance = no_index; // of a visit or copy
    std::uint64_t hash = 0;              // over what the group's stickiness keeps of the flow
    std::size_t slot = 0;                // of the group's Maglev table
};

enum class Fate { forwarded, to_host, to_proxy, dropped };

struct WayOut {
    PortIndex port = no_index; // no_index: no route in the configuration
    bool on_link = false;      // the destination is in the port's network
    IpAddress gateway;
    PortIndex across = no_index; // without a route: where a replay sends it
};

struct Explanation {
    Arrival arrival;
    chain::NewFlow flow;
    Fate fate = Fate::forwarded;
    DropReason reason = DropReason::NoRoute;  // when dropped
    std::vector<chain::Mismatch> passed_over; // by rule position, up to the one that matched
    std::uint16_t rule = no_index;
    ChainIndex chain = no_index;
    std::vector<Hop> hops; // forward order; one with nobody is the last
    std::uint16_t outer_source_port = 0;
    std::optional<Balanced> balanced; // of a flow that a listener takes
    WayOut way_out;                   // of no meaning for one that a proxy gets
};

/// Fails with a sentence when a name is unknown, or a port belongs to no endpoint.
[[nodiscard]] Result<Explanation> explain(const chain::Roster& roster, const forward::Table& forwarding,
                                          const Question& question);

} // namespace sallyport::cli
