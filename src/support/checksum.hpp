// SPDX-License-Identifier: Apache-2.0
// The Internet checksum (RFC 1071) and its incremental update (RFC 1624). Sums are of 16-bit words in memory order, so
// that nothing needs swapping: a finished checksum is stored as it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace sallyport {

/// Adds `size` bytes to a running sum. An odd last byte counts as the first of a word (RFC 1071 section 4.1), so only
/// the last piece of several may be odd.
[[nodiscard]] inline std::uint64_t checksum_add(std::uint64_t sum, const void* bytes, std::size_t size) noexcept {
    const auto* at = static_cast<const std::uint8_t*>(bytes);
    for (; size >= 4; at += 4, size -= 4) {
        std::uint32_t word;
        std::memcpy(&word, at, 4);
        sum += word;
    }
    if (size >= 2) {
        std::uint16_t word;
        std::memcpy(&word, at, 2);
        sum += word;
        at += 2;
        size -= 2;
    }
    if (size == 1) sum += *at;
    return sum;
}

/// The sum as 16 bits, carries folded in; 0xffff over a packet whose checksum is right.
[[nodiscard]] inline std::uint16_t checksum_fold(std::uint64_t sum) noexcept {
    const auto low = static_cast<std::uint32_t>(sum);
    std::uint32_t folded = low + static_cast<std::uint32_t>(sum >> 32);
    folded += static_cast<std::uint32_t>(folded < low); // the carry comes around
    folded = (folded >> 16) + (folded & 0xffff);
    folded += folded >> 16;
    return static_cast<std::uint16_t>(folded);
}

/// What to store in the checksum field.
[[nodiscard]] inline std::uint16_t checksum_finish(std::uint64_t sum) noexcept {
    return static_cast<std::uint16_t>(~checksum_fold(sum));
}

/// The checksum after one 16-bit word of what it covers changed (RFC 1624, equation 3); all in memory order.
[[nodiscard]] inline std::uint16_t checksum_update(std::uint16_t checksum, std::uint16_t before,
                                                   std::uint16_t after) noexcept {
    return checksum_finish(std::uint64_t{static_cast<std::uint16_t>(~checksum)} + static_cast<std::uint16_t>(~before) +
                           after);
}

} // namespace sallyport
