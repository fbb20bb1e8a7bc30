// SPDX-License-Identifier: Apache-2.0
// Numbers and bytes as hexadecimal text in small letters, and back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sallyport::l7 {

/// The lowest `digits` digits of `number`, the highest first; returns behind the last one.
inline char* write_hex(char* to, std::uint64_t number, unsigned digits) noexcept {
    constexpr std::string_view alphabet = "0123456789abcdef";
    for (unsigned i = digits; i > 0; --i)
        *to++ = alphabet[(number >> (4 * (i - 1))) & 0xfU];
    return to;
}

/// 0..15, or -1; small letters and capital ones.
[[nodiscard]] constexpr int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

} // namespace sallyport::l7
