// SPDX-License-Identifier: Apache-2.0
// What can one entry of an HTTP listener's rules not be, by itself? ALB's limits, and what HTTP could not carry.
//
// The answer is a problem as findings have it, the words behind a place: "is longer than 128 characters". Nothing: no
// fault. Where an entry has several keys, the words begin with the key.
//
// ALB asks for a "." in hosts, and counts values and wildcards of a whole rule: that is left out, for names without a
// "." are usual in private networks, and matching takes linear time.
#pragma once

#include "config/http.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace sallyport::config {

inline constexpr std::size_t max_pattern_size = 128;
inline constexpr std::size_t max_values = 5; // of a condition
inline constexpr std::size_t max_header_name_size = 40;
inline constexpr std::size_t max_method_size = 40;
inline constexpr std::size_t max_redirect_part_size = 128;
inline constexpr std::size_t max_rewrite_size = 1024; // of the expression, and of the replacement
inline constexpr std::size_t max_fixed_body_bytes = 1024;
inline constexpr std::size_t max_header_value_size = 4096;
inline constexpr std::size_t max_shares = 5;
inline constexpr std::uint16_t max_share_weight = 999;
inline constexpr std::uint32_t max_rule_priority = 50'000;

using Fault = std::optional<std::string>;

/// The size, the characters, and whether RE2 takes the expression.
[[nodiscard]] Fault fault_of(const Pattern& pattern);
/// How many values, and each of them.
[[nodiscard]] Fault fault_of(const Condition& condition);
/// Names of target groups are left to whoever knows the groups.
[[nodiscard]] Fault fault_of(const ForwardAction& forward);
[[nodiscard]] Fault fault_of(const RedirectAction& redirect);
/// Of redirects of HTTPS listeners: they may not lead to HTTP.
[[nodiscard]] Fault fault_on_https(const RedirectAction& redirect);
[[nodiscard]] Fault fault_of(const FixedResponse& response);
[[nodiscard]] Fault fault_of(const Action& action);
/// Expression and replacement, and that the replacement names groups that there are.
[[nodiscard]] Fault fault_of(const Rewrite& rewrite);
/// Fields that frame a message or belong to one connection are the gateway's own.
[[nodiscard]] Fault fault_of(const HeaderChange& change);
/// All of the above, its priority, and one condition at most of each kind that ALB allows one of.
[[nodiscard]] Fault fault_of(const HttpRule& rule);

} // namespace sallyport::config
