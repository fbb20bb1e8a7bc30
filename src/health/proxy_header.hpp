// SPDX-License-Identifier: Apache-2.0
// What a health check says first to a target that expects a PROXY protocol header: nobody's connection but our own
// (PROXY protocol, version 2, section 2.2: command LOCAL, family UNSPEC, no addresses).
#pragma once

#include <array>
#include <cstdint>

namespace sallyport::health {

inline constexpr std::array<std::uint8_t, 16> proxy_local_header = {
    0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, // the signature
    0x20,                                                                   // version 2, LOCAL
    0x00,                                                                   // family UNSPEC, protocol UNSPEC
    0x00, 0x00,                                                             // length of what follows
};

} // namespace sallyport::health
