// SPDX-License-Identifier: Apache-2.0
// What a replay has to know of the config's ports beyond the roster: what the devices would say in a running gateway.
#pragma once

#include "chain/roster.hpp"
#include "config/config.hpp"
#include "forward/table.hpp"
#include "support/address.hpp"

#include <cstdint>
#include <vector>

namespace sallyport::replay {

struct ReplayPort {
    MacAddress mac;
    std::uint16_t vlan = 0; // 0: untagged
};

/// By port index. A port without a configured MAC gets 02:53:50:00 and its index, so that every replay has the same.
[[nodiscard]] std::vector<ReplayPort> plan_ports(const config::Config& config);

/// Routes from the config alone: the ports' networks and `routes`. Neighbours are made up; with `across`, what no route
/// covers leaves by the other side of its endpoint.
[[nodiscard]] forward::Inputs plan_forwarding(const config::Config& config, const chain::Roster& roster, bool across);

} // namespace sallyport::replay
