// SPDX-License-Identifier: Apache-2.0
// What groups say of how their members come and go: appliance groups and target groups in the same words.
#pragma once

#include "config/config.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>

namespace sallyport::control {

struct Terms {
    bool is_in_use = false;  // flows are sent to the group: by a chain, or a listener
    bool is_checked = false; // has a health check
    bool is_watched = false; // has one, or its traffic is watched
    std::chrono::milliseconds deregistration_delay{0};
    std::chrono::milliseconds slow_start{0};
    /// So long after a target became unhealthy its flows are ended; nothing: never.
    std::optional<std::chrono::milliseconds> unhealthy_flows_end;
};

using TermsByGroup = std::map<std::string, Terms, std::less<>>;

[[nodiscard]] TermsByGroup appliance_terms(const config::Config& config);
[[nodiscard]] TermsByGroup target_terms(const config::Config& config);

} // namespace sallyport::control
