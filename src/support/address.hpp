// SPDX-License-Identifier: Apache-2.0
// IP and MAC addresses and prefixes as values: IPv4 and IPv6 in one type, so that the two never drift apart.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace sallyport {

enum class Family : std::uint8_t { ipv4 = 4, ipv6 = 6 };

/// An IPv4 or IPv6 address. Held in 16 bytes in network order; IPv4 as ::ffff:a.b.c.d (RFC 4291 2.5.5.2), beside
/// an explicit family, so that 192.0.2.1 and ::ffff:192.0.2.1 stay two different addresses.
class IpAddress {
public:
    using Bytes = std::array<std::uint8_t, 16>;

    IpAddress() = default;
    static IpAddress v4(std::uint32_t host_order) noexcept {
        return from_halves(Family::ipv4, 0, 0xffff00000000U | host_order);
    }
    static IpAddress v6(const std::uint8_t* sixteen_bytes) noexcept {
        IpAddress address;
        address.family_ = Family::ipv6;
        std::memcpy(address.bytes_.data(), sixteen_bytes, sizeof(Bytes));
        return address;
    }
    /// "192.0.2.1" or "2001:db8::1"; nothing else (no zone, no port, no leading zeros in IPv4).
    static std::optional<IpAddress> parse(std::string_view text) noexcept;

    [[nodiscard]] Family family() const noexcept { return family_; }
    [[nodiscard]] bool is_v4() const noexcept { return family_ == Family::ipv4; }
    [[nodiscard]] const Bytes& bytes() const noexcept { return bytes_; }
    /// The four bytes of an IPv4 address as a host-order integer. Only for IPv4.
    [[nodiscard]] std::uint32_t v4_host_order() const noexcept { return static_cast<std::uint32_t>(low()); }
    /// The two halves in host order, high half first; IPv4 in its mapped form.
    [[nodiscard]] std::uint64_t high() const noexcept { return half(0); }
    [[nodiscard]] std::uint64_t low() const noexcept { return half(8); }
    static IpAddress from_halves(Family family, std::uint64_t high, std::uint64_t low) noexcept {
        IpAddress address;
        address.family_ = family;
        high = __builtin_bswap64(high);
        low = __builtin_bswap64(low);
        std::memcpy(address.bytes_.data(), &high, 8);
        std::memcpy(address.bytes_.data() + 8, &low, 8);
        return address;
    }
    [[nodiscard]] std::string to_string() const;

    [[nodiscard]] bool is_unspecified() const noexcept {
        return is_v4() ? v4_host_order() == 0 : (high() | low()) == 0;
    }
    [[nodiscard]] bool is_multicast() const noexcept;
    [[nodiscard]] bool is_loopback() const noexcept;
    [[nodiscard]] bool is_link_local() const noexcept;

    friend bool operator==(const IpAddress& a, const IpAddress& b) noexcept {
        // By halves: the generated comparison calls memcmp, and this stands on the hot path.
        return ((a.raw_half(0) ^ b.raw_half(0)) | (a.raw_half(8) ^ b.raw_half(8))) == 0 && a.family_ == b.family_;
    }
    friend auto operator<=>(const IpAddress& a, const IpAddress& b) noexcept {
        if (auto order = a.family_ <=> b.family_; order != 0) return order;
        return a.bytes_ <=> b.bytes_;
    }

private:
    [[nodiscard]] std::uint64_t raw_half(std::size_t at) const noexcept {
        std::uint64_t raw;
        std::memcpy(&raw, bytes_.data() + at, 8);
        return raw;
    }
    [[nodiscard]] std::uint64_t half(std::size_t at) const noexcept { return __builtin_bswap64(raw_half(at)); }

    Bytes bytes_ = {};
    Family family_ = Family::ipv4;
};

/// An address with a prefix length, in the address' own bits (0..32 or 0..128).
struct IpPrefix {
    IpAddress address;
    std::uint8_t length = 0;

    /// "192.0.2.0/24"; a lone address is a host prefix. Host bits may be set: see is_canonical().
    static std::optional<IpPrefix> parse(std::string_view text) noexcept;
    [[nodiscard]] bool contains(const IpAddress& other) const noexcept;
    [[nodiscard]] bool overlaps(const IpPrefix& other) const noexcept;
    /// The same prefix with its host bits cleared.
    [[nodiscard]] IpPrefix network() const noexcept;
    [[nodiscard]] bool is_canonical() const noexcept { return network().address == address; }
    [[nodiscard]] std::uint8_t max_length() const noexcept { return address.is_v4() ? 32 : 128; }
    [[nodiscard]] std::string to_string() const;
    friend bool operator==(const IpPrefix&, const IpPrefix&) = default;
};

struct MacAddress {
    std::array<std::uint8_t, 6> bytes = {};

    /// "02:00:5e:00:53:01".
    static std::optional<MacAddress> parse(std::string_view text) noexcept;
    [[nodiscard]] std::string to_string() const;
    [[nodiscard]] bool is_zero() const noexcept { return bytes == std::array<std::uint8_t, 6>{}; }
    [[nodiscard]] bool is_multicast() const noexcept { return (bytes[0] & 1U) != 0; }
    friend bool operator==(const MacAddress& a, const MacAddress& b) noexcept {
        std::uint32_t first[2];
        std::uint16_t last[2];
        std::memcpy(&first[0], a.bytes.data(), 4);
        std::memcpy(&first[1], b.bytes.data(), 4);
        std::memcpy(&last[0], a.bytes.data() + 4, 2);
        std::memcpy(&last[1], b.bytes.data() + 4, 2);
        return first[0] == first[1] && last[0] == last[1];
    }
};

} // namespace sallyport
