// SPDX-License-Identifier: Apache-2.0
// Integers as they stand on the wire: big-endian, without alignment, and without implicit conversion, so that
// a missing byte swap does not compile.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace sallyport {

template <typename Integer>
class BigEndian {
public:
    BigEndian() = default;
    explicit BigEndian(Integer host) noexcept { set(host); }

    [[nodiscard]] Integer host() const noexcept {
        Integer raw;
        std::memcpy(&raw, bytes_, sizeof raw);
        return swap(raw);
    }

    /// The bytes as they stand in memory; for checksums and for copies of a field to another of the same order.
    [[nodiscard]] Integer raw() const noexcept {
        Integer raw;
        std::memcpy(&raw, bytes_, sizeof raw);
        return raw;
    }

    void set(Integer host) noexcept {
        const Integer raw = swap(host);
        std::memcpy(bytes_, &raw, sizeof raw);
    }

    /// The opposite of raw().
    void set_raw(Integer raw) noexcept { std::memcpy(bytes_, &raw, sizeof raw); }

    friend bool operator==(BigEndian a, BigEndian b) noexcept { return a.raw() == b.raw(); }

private:
    static Integer swap(Integer value) noexcept {
        static_assert(std::endian::native == std::endian::little, "Sallyport runs on little-endian machines");
        if constexpr (sizeof(Integer) == 2) {
            return __builtin_bswap16(value);
        } else if constexpr (sizeof(Integer) == 4) {
            return __builtin_bswap32(value);
        } else {
            static_assert(sizeof(Integer) == 8);
            return __builtin_bswap64(value);
        }
    }

    std::uint8_t bytes_[sizeof(Integer)] = {};
};

using be16 = BigEndian<std::uint16_t>;
using be32 = BigEndian<std::uint32_t>;
using be64 = BigEndian<std::uint64_t>;

} // namespace sallyport
