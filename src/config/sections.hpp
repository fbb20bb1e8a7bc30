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
inline constexpr std::size_t max_target_groups = 256;
inline constexpr std::size_t max_targets_per_group = 1024;
inline constexpr std::size_t max_source_addresses = 64;
inline constexpr std::size_t max_listeners = 1024;
inline constexpr std::size_t max_rules_per_listener = 100;      // ELB's quota
inline constexpr std::size_t max_target_groups_per_forward = 5; // ELB's quota
inline constexpr std::uint64_t least_log_bytes = 1ULL << 20U;
inline constexpr std::uint64_t most_log_bytes = 1ULL << 32U;
inline constexpr unsigned most_log_files = 100;

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
/// Of appliances.
HealthCheck read_health_check(const Value& value, const std::filesystem::path& base);
/// ELB's defaults for the targets of Network Load Balancers: TCP on the port that takes traffic.
HealthCheck default_target_check();
/// Those for the targets of Application Load Balancers: HTTP, or HTTPS for groups of that.
HealthCheck default_http_check(const TargetGroup& group);
/// The group's protocols are read.
HealthCheck read_target_check(const Value& value, const TargetGroup& group, const std::filesystem::path& base);
std::vector<Chain> read_chains(const Value& section);
std::vector<PolicyRule> read_policy(const Value& section);
Match read_match(const Value& match);
std::vector<Route> read_routes(const Value& section);
/// One whose inside is at fault has port 0, as has such a listener: checks leave it alone.
std::vector<TargetGroup> read_target_groups(const Value& section, const std::filesystem::path& base);
std::vector<Listener> read_listeners(const Value& section, const std::filesystem::path& base);
std::optional<FlowLog> read_flow_log(const Value& section, const std::filesystem::path& base);

/// What a listener or a target group takes, in ELB's words.
enum class Protocol { tcp, udp, tcp_udp, tls, http, https };
constexpr bool has_tls(Protocol protocol) noexcept {
    return protocol == Protocol::tls || protocol == Protocol::https;
}
constexpr bool has_http(Protocol protocol) noexcept {
    return protocol == Protocol::http || protocol == Protocol::https;
}
/// Under TLS and HTTP is TCP.
constexpr L4Protocol l4_of(Protocol protocol) noexcept {
    if (protocol == Protocol::udp) return L4Protocol::udp;
    return protocol == Protocol::tcp_udp ? L4Protocol::tcp_udp : L4Protocol::tcp;
}
/// Protocols of ELB that are not built yet are told so.
std::optional<Protocol> read_protocol(const Value& value);
/// An address that another host, or the gateway on a link, can have; `what` completes "is not an address that ...".
std::optional<IpAddress> read_host_address(const Value& value, std::string_view what, std::string_view advice);
/// A prefix or a list of them; none without the key.
std::vector<IpPrefix> read_prefixes(const Fields& fields, std::string_view key);

/// Timeouts that are not given stay as they are in `defaults`.
FlowTimeouts read_timeouts(const Value& section, const FlowTimeouts& defaults);
std::optional<TcpMidstream> read_tcp_midstream(const Value& value);

/// The word of a value that later versions will know, told so; whether it was one.
bool is_later_word(const Value& value, const std::vector<std::string_view>& later, const std::string& advice);

/// A file's path, made absolute.
std::optional<std::string> read_path(const Value& value, std::string_view expected, const std::filesystem::path& base);

} // namespace sallyport::config
