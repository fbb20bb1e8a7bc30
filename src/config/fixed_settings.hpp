// SPDX-License-Identifier: Apache-2.0
// What of a configuration can not change while a gateway runs: what memory, sockets and threads were made from, and
// what flows hold positions of.
#pragma once

#include "config/config.hpp"

#include <string>
#include <vector>

namespace sallyport::config {

/// The places of the configuration, such as "gateway.workers" or "ports.north.mtu", that differ and may not. Empty:
/// `wanted` can take the place of `running`.
[[nodiscard]] std::vector<std::string> fixed_differences(const Config& running, const Config& wanted);

/// `wanted` with ports, endpoints and logs in the order of `running`: positions of them are what flows, counters and
/// listeners hold, while the order in the file means nothing. Of names that both have.
[[nodiscard]] Config in_running_order(const Config& running, Config wanted);

} // namespace sallyport::config
