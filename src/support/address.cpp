// SPDX-License-Identifier: Apache-2.0
#include "support/address.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <cstring>

namespace sallyport {

namespace {

constexpr std::size_t mapped_offset = 12; // where the four bytes of IPv4 stand in ::ffff:a.b.c.d

/// inet_pton wants a terminated string, and would stop at a NUL inside the text and call the rest fine.
template <std::size_t Size>
bool terminate(std::string_view text, std::array<char, Size>& out) noexcept {
    if (text.empty() || text.size() >= Size || text.find('\0') != std::string_view::npos) return false;
    std::copy(text.begin(), text.end(), out.begin());
    out[text.size()] = '\0';
    return true;
}

/// The length in the bits of the 16-byte form, where IPv4 lies behind 96 bits that always match.
unsigned mapped_length(const IpPrefix& prefix) noexcept {
    const unsigned length = std::min(prefix.length, prefix.max_length());
    return prefix.address.is_v4() ? length + 96U : length;
}

constexpr std::uint64_t mask64(unsigned bits) noexcept {
    if (bits == 0) return 0;
    return bits >= 64 ? ~std::uint64_t{0} : ~std::uint64_t{0} << (64U - bits);
}

bool same_leading_bits(const IpAddress& a, const IpAddress& b, unsigned bits) noexcept {
    const std::uint64_t high = (a.high() ^ b.high()) & mask64(bits);
    const std::uint64_t low = (a.low() ^ b.low()) & mask64(bits > 64 ? bits - 64 : 0);
    return (high | low) == 0;
}

std::optional<std::uint8_t> hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
    return std::nullopt;
}

} // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) noexcept {
    std::array<char, INET6_ADDRSTRLEN> terminated;
    if (!terminate(text, terminated)) return std::nullopt;
    in_addr four;
    if (inet_pton(AF_INET, terminated.data(), &four) == 1) return v4(ntohl(four.s_addr));
    in6_addr sixteen;
    if (inet_pton(AF_INET6, terminated.data(), &sixteen) == 1) return v6(sixteen.s6_addr);
    return std::nullopt;
}

std::string IpAddress::to_string() const {
    std::array<char, INET6_ADDRSTRLEN> text = {};
    if (is_v4()) {
        inet_ntop(AF_INET, bytes_.data() + mapped_offset, text.data(), text.size());
    } else {
        inet_ntop(AF_INET6, bytes_.data(), text.data(), text.size());
    }
    return text.data();
}

bool IpAddress::is_multicast() const noexcept {
    return is_v4() ? v4_host_order() >> 28U == 0xe : bytes_[0] == 0xff;
}

bool IpAddress::is_loopback() const noexcept {
    return is_v4() ? v4_host_order() >> 24U == 127 : high() == 0 && low() == 1;
}

bool IpAddress::is_link_local() const noexcept {
    return is_v4() ? v4_host_order() >> 16U == 0xa9fe : high() >> 54U == 0xfe80U >> 6U;
}

std::optional<IpPrefix> IpPrefix::parse(std::string_view text) noexcept {
    const std::size_t slash = text.find('/');
    const auto address = IpAddress::parse(text.substr(0, slash));
    if (!address) return std::nullopt;
    IpPrefix prefix{*address, 0};
    prefix.length = prefix.max_length();
    if (slash == std::string_view::npos) return prefix;

    const std::string_view digits = text.substr(slash + 1);
    if (digits.size() > 1 && digits.front() == '0') return std::nullopt;
    std::uint8_t length = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, fault] = std::from_chars(digits.data(), end, length);
    if (fault != std::errc{} || stop != end || length > prefix.max_length()) return std::nullopt;
    prefix.length = length;
    return prefix;
}

bool IpPrefix::contains(const IpAddress& other) const noexcept {
    return other.family() == address.family() && same_leading_bits(address, other, mapped_length(*this));
}

bool IpPrefix::overlaps(const IpPrefix& other) const noexcept {
    return length <= other.length ? contains(other.address) : other.contains(address);
}

IpPrefix IpPrefix::network() const noexcept {
    const unsigned bits = mapped_length(*this);
    const std::uint64_t high = address.high() & mask64(bits);
    const std::uint64_t low = address.low() & mask64(bits > 64 ? bits - 64 : 0);
    return {IpAddress::from_halves(address.family(), high, low), length};
}

std::string IpPrefix::to_string() const {
    return address.to_string() + "/" + std::to_string(length);
}

std::optional<MacAddress> MacAddress::parse(std::string_view text) noexcept {
    MacAddress mac;
    if (text.size() != mac.bytes.size() * 3 - 1) return std::nullopt;
    for (std::size_t i = 0; i < mac.bytes.size(); ++i) {
        const auto high = hex_digit(text[i * 3]);
        const auto low = hex_digit(text[i * 3 + 1]);
        if (!high || !low) return std::nullopt;
        if (i + 1 < mac.bytes.size() && text[i * 3 + 2] != ':') return std::nullopt;
        mac.bytes[i] = static_cast<std::uint8_t>(*high << 4U | *low);
    }
    return mac;
}

std::string MacAddress::to_string() const {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : bytes) {
        if (!text.empty()) text += ':';
        text += digits[byte >> 4U];
        text += digits[byte & 0xfU];
    }
    return text;
}

} // namespace sallyport
