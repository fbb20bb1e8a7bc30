// SPDX-License-Identifier: Apache-2.0
// Base64 with the alphabet for URLs and cookies, without padding (RFC 4648 5).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace sallyport::l7 {

/// Writes ceil(bytes * 4 / 3) characters.
inline void write_base64url(std::span<const std::uint8_t> bytes, char* to) noexcept {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::uint32_t held = 0;
    unsigned bits = 0;
    for (const std::uint8_t byte : bytes) {
        held = held << 8U | byte;
        for (bits += 8; bits >= 6; bits -= 6)
            *to++ = alphabet[held >> (bits - 6) & 0x3fU];
    }
    if (bits != 0) *to = alphabet[held << (6 - bits) & 0x3fU];
}

[[nodiscard]] constexpr int base64url_digit(char c) noexcept {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '-') return 62;
    return c == '_' ? 63 : -1;
}

/// True when `text` is exactly the one that write_base64url() makes of as many bytes.
[[nodiscard]] inline bool read_base64url(std::string_view text, std::span<std::uint8_t> bytes) noexcept {
    if (text.size() != (bytes.size() * 4 + 2) / 3) return false;
    std::uint32_t held = 0;
    unsigned bits = 0;
    std::size_t done = 0;
    for (const char c : text) {
        const int digit = base64url_digit(c);
        if (digit < 0) return false;
        held = held << 6U | static_cast<std::uint32_t>(digit);
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes[done++] = static_cast<std::uint8_t>(held >> bits & 0xffU);
    }
    return (held & ((1U << bits) - 1)) == 0;
}

} // namespace sallyport::l7
