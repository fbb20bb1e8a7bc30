// SPDX-License-Identifier: Apache-2.0
// The gateway's pipeline over capture files, offline and deterministic: the same input gives the same bytes.
#pragma once

#include "config/config.hpp"
#include "replay/events.hpp"
#include "replay/report.hpp"
#include "support/address.hpp"
#include "support/result.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sallyport::replay {

struct Input {
    std::string path;
    std::string port; // where all of it arrives; empty: each frame's own way
};

struct Settings {
    std::vector<Input> inputs;
    std::filesystem::path output; // a folder, made when it is not there
    std::vector<IpPrefix> north;  // empty: whoever begins a flow is north
    std::string endpoint;         // of frames without VLAN; empty: the config's first
    bool across = true;           // without a route: on to the endpoint's other side
    std::vector<Event> events;    // by time
};

/// Whether the configuration has the ports and the endpoint that the settings name; a sentence when not.
[[nodiscard]] Result<std::monostate> check_names(const config::Config& config, const Settings& settings);

/// What is wrong with the settings' events: names that there are not at their time, and reloads that can not be.
[[nodiscard]] std::vector<config::Finding> check_events(const config::Config& config, const Settings& settings);

/// From a config and events without findings. Fails with a sentence before anything is written, when an input can not
/// be opened or a name is unknown, and after, when the output can not be written. A damaged trace is no failure: what
/// could be read is replayed, and the report's trace_error says what could not.
[[nodiscard]] Result<Report> replay(const config::Config& config, const Settings& settings);

} // namespace sallyport::replay
