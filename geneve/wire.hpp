// SPDX-License-Identifier: Apache-2.0
// Big-endian integers at any address, one load and one swap each.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace sallyport::geneve {

namespace detail {

inline std::uint16_t swap(std::uint16_t value) noexcept {
    return __builtin_bswap16(value);
}
inline std::uint32_t swap(std::uint32_t value) noexcept {
    return __builtin_bswap32(value);
}
inline std::uint64_t swap(std::uint64_t value) noexcept {
    return __builtin_bswap64(value);
}

template <typename Integer>
[[nodiscard]] Integer load(const std::uint8_t* bytes) noexcept {
    Integer value;
    std::memcpy(&value, bytes, sizeof value);
    return std::endian::native == std::endian::little ? swap(value) : value;
}

template <typename Integer>
void store(std::uint8_t* bytes, Integer value) noexcept {
    if constexpr (std::endian::native == std::endian::little) value = swap(value);
    std::memcpy(bytes, &value, sizeof value);
}

} // namespace detail

inline std::uint16_t load_be16(const std::uint8_t* bytes) noexcept {
    return detail::load<std::uint16_t>(bytes);
}
inline std::uint32_t load_be32(const std::uint8_t* bytes) noexcept {
    return detail::load<std::uint32_t>(bytes);
}
inline std::uint64_t load_be64(const std::uint8_t* bytes) noexcept {
    return detail::load<std::uint64_t>(bytes);
}
inline void store_be16(std::uint8_t* bytes, std::uint16_t value) noexcept {
    detail::store(bytes, value);
}
inline void store_be32(std::uint8_t* bytes, std::uint32_t value) noexcept {
    detail::store(bytes, value);
}
inline void store_be64(std::uint8_t* bytes, std::uint64_t value) noexcept {
    detail::store(bytes, value);
}

} // namespace sallyport::geneve
