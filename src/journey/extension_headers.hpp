// SPDX-License-Identifier: Apache-2.0
// The IPv6 extension headers that may stand in front of a transport header (RFC 8200 section 4, RFC 7045).
#pragma once

#include <cstdint>

namespace sallyport::journey {

inline constexpr std::uint8_t header_hop_by_hop = 0;
inline constexpr std::uint8_t header_routing = 43;
inline constexpr std::uint8_t header_authentication = 51;
inline constexpr std::uint8_t header_destination_options = 60;
inline constexpr std::uint8_t header_mobility = 135;
inline constexpr unsigned max_extension_headers = 8;

/// The fragment header is none of them: what follows it may be no header.
[[nodiscard]] constexpr bool is_extension_header(std::uint8_t kind) noexcept {
    return kind == header_hop_by_hop || kind == header_routing || kind == header_authentication ||
           kind == header_destination_options || kind == header_mobility;
}

/// RFC 4302 2.2: AH counts 4-byte words less two, the others 8-byte words less one.
[[nodiscard]] constexpr unsigned extension_header_bytes(std::uint8_t kind, unsigned words) noexcept {
    return kind == header_authentication ? (words + 2) * 4 : (words + 1) * 8;
}

} // namespace sallyport::journey
