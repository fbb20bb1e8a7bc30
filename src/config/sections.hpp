// SPDX-License-Identifier: Apache-2.0
// Reading each section of the file into its structs. What one entry alone can show to be wrong is found here; what
// takes two entries to see is found by checks.hpp. A named entry is kept even when its inside is at fault, so that a
// reference to it is not reported as well.
#pragma once

#include "config/config.hpp"
#include "config/reader.hpp"

#include <array>
#include <filesystem>

namespace sallyport::config {

// No real configuration comes near these; they keep checking cheap for whatever is written.
inline constexpr std::size_t max_ports = 256;
inline constexpr std::size_t max_addresses_per_port = 16;
inline constexpr std::size_t max_endpoints = 256;
inline constexpr std::size_t max_groups = 256;
inline constexpr std::size_t max_appliances_per_group = 1024;
inline constexpr std::size_t max_chains = 1024;
inline constexpr std::size_t max_groups_per_chain = 8;
inline constexpr std::size_t max_policy_rules = 4096;
inline constexpr std::size_t max_values_per_match = 256;
inline constexpr std::size_t max_routes = 8192;

/// `base`: the folder that relative paths in the file start from.
Gateway read_gateway(const Value& section, const std::filesystem::path& base);
std::vector<Port> read_ports(const Value& section, const std::filesystem::path& base);
/// What an endpoint does not say, `gateway` does.
std::vector<Endpoint> read_endpoints(const Value& section, const Gateway& gateway);
std::vector<ApplianceGroup> read_appliance_groups(const Value& section, const std::filesystem::path& base);
inline constexpr std::array<std::string_view, 12> group_behaviour_keys = {
    "mode",         "sample",          "payload",           "cross_zone",           "health_check", "passive_check",
    "on_unhealthy", "on_deregistered", "when_none_healthy", "deregistration_delay", "slow_start",   "verdicts"};
/// Everything in a group but its appliances and their stickiness. The keys are group_behaviour_keys.
void read_group_behaviour(const Fields& fields, ApplianceGroup& group, const std::filesystem::path& base);
HealthCheck read_health_check(const Value& value, const std::filesystem::path& base);
std::vector<Chain> read_chains(const Value& section);
std::vector<PolicyRule> read_policy(const Value& section);
Match read_match(const Value& match);
std::vector<Route> read_routes(const Value& section);

/// Timeouts that are not given stay as they are in `defaults`.
FlowTimeouts read_timeouts(const Value& section, const FlowTimeouts& defaults);
std::optional<TcpMidstream> read_tcp_midstream(const Value& value);

/// A file's path, made absolute.
std::optional<std::string> read_path(const Value& value, std::string_view expected, const std::filesystem::path& base);

} // namespace sallyport::config
