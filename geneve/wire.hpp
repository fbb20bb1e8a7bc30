// SPDX-License-Identifier: Apache-2.0
// Big-endian integers at any address. The loads are written with shifts, which GCC makes one load and one swap; the
// stores are not, for GCC 12 splits neighbouring ones into bytes again.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace sallyport::geneve {

constexpr std::uint16_t load_be16(const std::uint8_t* bytes) noexcept {
    return static_cast<std::uint16_t>((bytes[0] << 8) | bytes[1]);
}

constexpr std::uint32_t load_be32(const std::uint8_t* bytes) noexcept {
    return (std::uint32_t{bytes[0]} << 24) | (std::uint32_t{bytes[1]} << 16) | (std::uint32_t{bytes[2]} << 8) |
           bytes[3];
}

constexpr std::uint64_t load_be64(const std::uint8_t* bytes) noexcept {
    return (std::uint64_t{load_be32(bytes)} << 32) | load_be32(bytes + 4);
}

inline void store_be16(std::uint8_t* bytes, std::uint16_t value) noexcept {
    static_assert(std::endian::native == std::endian::little, "the stores swap");
    value = __builtin_bswap16(value);
    std::memcpy(bytes, &value, sizeof value);
}

inline void store_be32(std::uint8_t* bytes, std::uint32_t value) noexcept {
    value = __builtin_bswap32(value);
    std::memcpy(bytes, &value, sizeof value);
}

inline void store_be64(std::uint8_t* bytes, std::uint64_t value) noexcept {
    value = __builtin_bswap64(value);
    std::memcpy(bytes, &value, sizeof value);
}

} // namespace sallyport::geneve
