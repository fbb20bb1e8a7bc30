// SPDX-License-Identifier: Apache-2.0
// A reload before and after: the new configuration, if it is one, and what it brought.
#pragma once

#include "config/config.hpp"
#include "support/result.hpp"

#include <string>
#include <vector>

namespace sallyport::control {

/// A configuration that works, and the warnings about it.
struct NewConfig {
    config::Config config;
    std::vector<std::string> warnings; // "FILE:LINE: warning: ..."
};

/// Fails with all findings, a line each.
[[nodiscard]] Result<NewConfig> load_for_reload(const std::string& path);

/// What came and went; "firewalls/fw-3" for an appliance. One with another address is another one: in both lists.
struct ReloadReport {
    std::vector<std::string> appliances_added;
    std::vector<std::string> appliances_removed;
    std::vector<std::string> groups_added;
    std::vector<std::string> groups_removed;
    std::vector<std::string> chains_added;
    std::vector<std::string> chains_removed;
    std::vector<std::string> listeners_added;
    std::vector<std::string> listeners_removed;
    std::vector<std::string> target_groups_added;
    std::vector<std::string> target_groups_removed;
    std::vector<std::string> targets_added; // "web/web-1"; known by address and port
    std::vector<std::string> targets_removed;
    std::vector<std::string> warnings;
};

[[nodiscard]] ReloadReport compare_configs(const config::Config& before, const config::Config& after);

/// One clause for the log: "appliances added: firewalls/fw-3; groups removed: sensors".
[[nodiscard]] std::string describe(const ReloadReport& report);

} // namespace sallyport::control
