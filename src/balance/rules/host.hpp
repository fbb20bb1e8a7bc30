// SPDX-License-Identifier: Apache-2.0
// The host in a request's authority.
#pragma once

#include <cstddef>
#include <string_view>

namespace sallyport::rules {

/// "host", "host:port", "[2001:db8::1]:port" (RFC 3986 3.2).
struct Authority {
    std::string_view host; // as written, with brackets, without the dot that may end a name (RFC 1034 3.1)
    std::string_view port; // with its colon; empty: none
};
[[nodiscard]] Authority split_authority(std::string_view authority) noexcept;

inline constexpr std::size_t max_host_size = 255; // RFC 1035 2.3.4

/// A name of letters, digits, `-`, `.`, `_` and `~`, at most `max_host_size` long and without empty labels, or an IPv6
/// address in brackets. Names with other characters are allowed by RFC 3986 and looked up by nobody.
[[nodiscard]] bool is_host(std::string_view host) noexcept;
/// ":1" to ":65535", or nothing.
[[nodiscard]] bool is_port_suffix(std::string_view port) noexcept;

} // namespace sallyport::rules
