// SPDX-License-Identifier: Apache-2.0
// Reading what HTTP, HTTPS and TLS listeners and target groups have beyond those of TCP. Rules are left in the file's
// order, as findings name them; in_priority_order() comes last.
#pragma once

#include "config/config.hpp"
#include "config/http_faults.hpp"
#include "config/reader.hpp"

#include <filesystem>
#include <span>

namespace sallyport::config {

inline constexpr std::size_t max_conditions_per_rule = 5; // ALB's quotas
inline constexpr std::size_t max_certificates = 26;       // the default one, and 25
inline constexpr std::size_t max_header_changes = 32;
inline constexpr std::size_t max_error_pages = 64;
inline constexpr std::size_t max_http_logs = 64;

// Keys of listeners that need TLS, or HTTP. Each is told so elsewhere.
std::span<const std::string_view> tls_server_keys();
std::span<const std::string_view> http_server_keys();

/// Says what http_faults.hpp finds, unless reading found something there already.
template <typename Thing>
void tell_fault(const Value& value, const Thing& thing, std::string_view advice) {
    if (value.report().has_error_under(value.path())) return;
    if (const Fault fault = fault_of(thing)) value.fault(*fault, std::string(advice));
}

/// `forward: web`, or a list with weights.
std::vector<ForwardShare> read_forward(const Value& value);
/// Of rules or actions that are not built yet, told so.
std::vector<std::string_view> later_actions();

/// The fields are the listener's. `with_http`: of an HTTPS listener.
TlsServer read_tls_server(const Fields& fields, bool with_http, const std::filesystem::path& base);
TlsClient read_tls_client(const Value& value, const std::filesystem::path& base);

/// The fields are the listener's.
HttpServer read_http_server(const Fields& fields, const std::filesystem::path& base);
/// All but actions, rules and header changes.
void read_http_attributes(const Fields& fields, HttpServer& server, const std::filesystem::path& base);
std::vector<HttpRule> read_http_rules(const Value& value);
Condition read_condition(const Value& value);
Action read_http_action(const Value& value);
/// Of a listener or a rule; `key`: request_headers or response_headers.
std::vector<HeaderChange> read_header_changes(const Fields& fields, std::string_view key);
/// Sorts the rules of every listener.
void in_priority_order(Config& config);

/// Of a group with `protocol: HTTP` or HTTPS: what such ones alone have. The fields are the group's.
void read_http_group(const Fields& fields, TargetGroup& group);
/// `stickiness` of such a group.
void read_http_stickiness(const Value& value, TargetGroup& group);

HttpSettings read_http_settings(const Value& section, const std::filesystem::path& base);
std::vector<HttpLog> read_http_logs(const Value& section, const std::filesystem::path& base);

/// The only item of a list that may hold one; a fault when it holds none or several.
std::optional<Value> only_item(const Value& list, std::string_view expected);

} // namespace sallyport::config
