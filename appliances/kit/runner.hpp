// SPDX-License-Identifier: Apache-2.0
// An appliance as a program: sockets, signals, counters; until SIGTERM or SIGINT.
#pragma once

#include "kit/appliance.hpp"
#include "support/address.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace sallyport::appliances {

struct RunnerSettings {
    std::string program;           // its name, for messages
    std::vector<IpAddress> listen; // empty: every address, of both families
    std::uint32_t socket_buffer_bytes = 64U << 20;
    std::string stats_file;                 // counters as JSON, at the end and on SIGUSR1; empty: nowhere
    std::chrono::seconds stats_interval{0}; // and every so often; 0: not
};

/// Runs until SIGTERM or SIGINT. The exit code: 0 ended by a signal, 1 could not start or go on.
[[nodiscard]] int run(const RunnerSettings& settings, Appliance& appliance);

} // namespace sallyport::appliances
