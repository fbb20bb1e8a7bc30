// SPDX-License-Identifier: Apache-2.0
// What a single value's text means. Pure: text in, value or nothing out.
#pragma once

#include "config/config.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::config {

/// "42" or "0x2a"; no sign, no leading zeros (YAML 1.1 would read them as octal).
std::optional<std::uint64_t> parse_integer(std::string_view text) noexcept;

/// "350s", "500ms", "5m", "24h": a whole number and its unit.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept;

/// The shortest way to write a duration.
std::string to_text(std::chrono::milliseconds duration);

/// "443" or "8000-8999".
std::optional<PortRange> parse_port_range(std::string_view text) noexcept;

/// "200-399", or "200,204,300-310": HTTP status codes from 200 to 599.
std::optional<std::vector<StatusRange>> parse_status_ranges(std::string_view text);

/// The same for codes of gRPC, from 0 to 99: ELB's bounds, gRPC itself has 0 to 16.
std::optional<std::vector<StatusRange>> parse_grpc_ranges(std::string_view text);

/// 32 hex digits.
std::optional<std::array<std::uint8_t, 16>> parse_hash_key(std::string_view text) noexcept;

/// "0000:03:00.0"; the domain may be left out. Gives the full lower-case form.
std::optional<std::string> parse_pci_address(std::string_view text);

/// A name of ours: a letter or digit, then letters, digits, `_` and `-`, 63 in all.
bool is_name(std::string_view text) noexcept;

/// What a Host header and a TLS server name can both hold: labels of letters, digits, `-` and `_` between dots, each of
/// 63 at most, 253 in all. An IPv4 address is one, too.
bool is_host_name(std::string_view text) noexcept;

/// What Linux takes for an interface: 1 to 15 printable characters without `/`, `:` or space; not `.` or `..`.
bool is_interface_name(std::string_view text) noexcept;

} // namespace sallyport::config
