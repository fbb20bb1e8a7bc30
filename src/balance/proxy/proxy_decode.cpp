// SPDX-License-Identifier: Apache-2.0
#include "balance/proxy/crc32c.hpp"
#include "balance/proxy/proxy_line.hpp"
#include "balance/proxy/proxy_protocol.hpp"
#include "balance/proxy/proxy_signature.hpp"

#include <algorithm>

namespace sallyport::balance {
namespace {

using detail::v2_fixed_size;

ProxyReading malformed(ProxyFault fault) {
    return {Reading::malformed, fault, {}};
}

template <typename Signature>
bool could_begin_with(std::span<const std::uint8_t> bytes, const Signature& signature) {
    const std::size_t known = std::min(bytes.size(), signature.size());
    return std::equal(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(known), signature.begin(),
                      [](std::uint8_t a, auto b) { return a == static_cast<std::uint8_t>(b); });
}

/// The 16 bytes in front, as numbers.
struct Fixed {
    unsigned version = 0;
    unsigned command = 0;
    unsigned family = 0;
    unsigned transport = 0;
    std::size_t length = 0;
};

constexpr unsigned command_proxy = 1;
constexpr unsigned family_ipv4 = 1;
constexpr unsigned family_ipv6 = 2;
constexpr unsigned transport_stream = 1;
constexpr unsigned transport_datagram = 2;

Fixed read_fixed(std::span<const std::uint8_t> bytes) {
    const unsigned version_command = bytes[12];
    const unsigned family_transport = bytes[13];
    return {version_command >> 4U, version_command & 0xFU, family_transport >> 4U, family_transport & 0xFU,
            (std::size_t{bytes[14]} << 8U) | bytes[15]};
}

/// 2.2: how long the addresses are; AF_UNIX has two paths of 108 bytes and no ports.
std::size_t addresses_size(const Fixed& fixed) {
    static constexpr std::size_t by_family[] = {0, 12, 36, 216};
    return fixed.transport == 0 ? 0 : by_family[fixed.family];
}

ProxyFault check(const Fixed& fixed) {
    if (fixed.version != 2) return ProxyFault::wrong_version;
    if (fixed.command > command_proxy) return ProxyFault::unknown_command;
    if (v2_fixed_size + fixed.length > max_proxy_header_size) return ProxyFault::header_too_long;
    if (fixed.command != command_proxy) return ProxyFault::none; // 2.2: LOCAL, the family is ignored
    if (fixed.family > 3) return ProxyFault::unknown_family;
    if (fixed.transport > transport_datagram) return ProxyFault::unknown_transport;
    return fixed.length < addresses_size(fixed) ? ProxyFault::addresses_cut : ProxyFault::none;
}

std::uint16_t u16_at(std::span<const std::uint8_t> bytes, std::size_t at) {
    return static_cast<std::uint16_t>((bytes[at] << 8U) | bytes[at + 1]);
}

IpAddress address_at(std::span<const std::uint8_t> bytes, std::size_t at, bool is_v4) {
    if (!is_v4) return IpAddress::v6(bytes.data() + at);
    return IpAddress::v4((std::uint32_t{u16_at(bytes, at)} << 16U) | u16_at(bytes, at + 2));
}

std::optional<ClientRoute> read_route(const Fixed& fixed, std::span<const std::uint8_t> bytes) {
    const bool is_v4 = fixed.family == family_ipv4;
    if (fixed.command != command_proxy || fixed.transport != transport_stream) return std::nullopt;
    if (!is_v4 && fixed.family != family_ipv6) return std::nullopt;
    const std::size_t size = is_v4 ? 4 : 16;
    const std::size_t ports = v2_fixed_size + 2 * size;
    return ClientRoute{{address_at(bytes, v2_fixed_size, is_v4), u16_at(bytes, ports)},
                       {address_at(bytes, v2_fixed_size + size, is_v4), u16_at(bytes, ports + 2)}};
}

/// 2.2.3. `stored` is a part of `header`.
bool checksum_holds(std::span<const std::uint8_t> header, std::span<const std::uint8_t> stored) {
    static constexpr std::array<std::uint8_t, detail::checksum_size> zeros = {};
    const auto before = static_cast<std::size_t>(stored.data() - header.data());
    std::uint32_t state = crc32c_add(~0U, header.first(before));
    state = crc32c_add(state, zeros);
    state = ~crc32c_add(state, header.subspan(before + zeros.size()));
    return state == ((std::uint32_t{u16_at(stored, 0)} << 16U) | u16_at(stored, 2));
}

ProxyFault check_tlvs(std::span<const std::uint8_t> header, std::span<const std::uint8_t> tlvs) {
    TlvReader reader(tlvs);
    for (Tlv tlv; reader.next(tlv);) {
        if (tlv.type != TlvType::crc32c) continue;
        if (tlv.value.size() != detail::checksum_size) return ProxyFault::checksum_malformed;
        if (!checksum_holds(header, tlv.value)) return ProxyFault::checksum_wrong;
    }
    return reader.is_sound() ? ProxyFault::none : ProxyFault::tlv_overruns;
}

ProxyReading read_v2(std::span<const std::uint8_t> bytes) {
    if (bytes.size() < v2_fixed_size) return {};
    const Fixed fixed = read_fixed(bytes);
    if (const ProxyFault fault = check(fixed); fault != ProxyFault::none) return malformed(fault);
    const std::size_t size = v2_fixed_size + fixed.length;
    if (bytes.size() < size) return {};
    const std::span<const std::uint8_t> header = bytes.first(size);
    // 2.2: of a LOCAL header whatever stands behind the 16 bytes is skipped.
    const std::size_t skipped = fixed.command == command_proxy ? addresses_size(fixed) : fixed.length;
    const std::span<const std::uint8_t> tlvs = header.subspan(v2_fixed_size + skipped);
    if (const ProxyFault fault = check_tlvs(header, tlvs); fault != ProxyFault::none) return malformed(fault);
    return {Reading::done, ProxyFault::none, {2, read_route(fixed, header), tlvs, size}};
}

} // namespace

ProxyReading read_proxy_header(std::span<const std::uint8_t> bytes) noexcept {
    if (bytes.empty()) return {};
    if (could_begin_with(bytes, detail::v2_signature)) return read_v2(bytes);
    if (could_begin_with(bytes, detail::v1_signature)) return detail::read_proxy_line(bytes);
    return malformed(ProxyFault::no_signature);
}

std::string_view describe(ProxyFault fault) noexcept {
    switch (fault) {
    case ProxyFault::none:
        return "The PROXY header is sound";
    case ProxyFault::no_signature:
        return "The connection does not begin with a PROXY header";
    case ProxyFault::wrong_version:
        return "The PROXY header is of a version other than 1 and 2";
    case ProxyFault::unknown_command:
        return "The PROXY header's command is neither LOCAL nor PROXY";
    case ProxyFault::unknown_family:
        return "The PROXY header's address family is unknown";
    case ProxyFault::unknown_transport:
        return "The PROXY header's transport protocol is unknown";
    case ProxyFault::addresses_cut:
        return "The PROXY header is too short for its addresses";
    case ProxyFault::header_too_long:
        return "The PROXY header is longer than 4096 bytes";
    case ProxyFault::tlv_overruns:
        return "A field (TLV) of the PROXY header is longer than the header";
    case ProxyFault::checksum_malformed:
        return "The PROXY header's checksum field is not 4 bytes long";
    case ProxyFault::checksum_wrong:
        return "The PROXY header's checksum is wrong";
    case ProxyFault::line_too_long:
        return "The PROXY line does not end within 107 bytes";
    case ProxyFault::line_without_crlf:
        return "The PROXY line ends with something other than CR LF";
    case ProxyFault::line_unknown_protocol:
        return "The PROXY line's protocol is none of TCP4, TCP6 and UNKNOWN";
    case ProxyFault::line_malformed:
        return "The PROXY line is not two addresses and two ports, with one space between";
    case ProxyFault::line_bad_address:
        return "The PROXY line has an address that is none of its protocol";
    case ProxyFault::line_bad_port:
        return "The PROXY line has a port that is none";
    }
    return "The PROXY header is malformed";
}

} // namespace sallyport::balance
