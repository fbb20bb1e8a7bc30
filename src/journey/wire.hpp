// SPDX-License-Identifier: Apache-2.0
// The headers that the journey reads and writes, as they stand on the wire. All fields are made of bytes, so a header
// may stand at any offset of a buffer.
#pragma once

#include "support/address.hpp"
#include "support/big_endian.hpp"

#include <array>
#include <cstdint>

namespace sallyport::journey {

inline constexpr std::uint16_t ethertype_ipv4 = 0x0800;
inline constexpr std::uint16_t ethertype_arp = 0x0806;
inline constexpr std::uint16_t ethertype_ipv6 = 0x86dd;

inline constexpr std::uint8_t protocol_icmp = 1;
inline constexpr std::uint8_t protocol_tcp = 6;
inline constexpr std::uint8_t protocol_udp = 17;
inline constexpr std::uint8_t protocol_ipv6_fragment = 44;
inline constexpr std::uint8_t protocol_icmpv6 = 58;

struct EthernetHeader {
    MacAddress destination;
    MacAddress source;
    be16 type;
};
static_assert(sizeof(EthernetHeader) == 14 && alignof(EthernetHeader) == 1);

/// RFC 791 section 3.1.
struct Ipv4Header {
    std::uint8_t version_and_words; // version in the high, header length in words in the low half
    std::uint8_t dscp_ecn;
    be16 total_length;
    be16 identification;
    be16 fragment; // 0, DF, MF, then the offset in units of 8 bytes
    std::uint8_t ttl;
    std::uint8_t protocol;
    be16 checksum;
    be32 source;
    be32 destination;

    static constexpr std::uint16_t dont_fragment = 0x4000;
    static constexpr std::uint16_t more_fragments = 0x2000;
    static constexpr std::uint16_t offset_mask = 0x1fff;

    [[nodiscard]] unsigned header_bytes() const noexcept { return (version_and_words & 0x0fU) * 4U; }
};
static_assert(sizeof(Ipv4Header) == 20 && alignof(Ipv4Header) == 1);

/// RFC 8200 section 3.
struct Ipv6Header {
    be32 version_class_label;
    be16 payload_length;
    std::uint8_t next_header;
    std::uint8_t hop_limit;
    std::array<std::uint8_t, 16> source;
    std::array<std::uint8_t, 16> destination;
};
static_assert(sizeof(Ipv6Header) == 40 && alignof(Ipv6Header) == 1);

/// RFC 8200 section 4.5.
struct Ipv6FragmentHeader {
    std::uint8_t next_header;
    std::uint8_t reserved;
    be16 offset; // in units of 8 bytes, which stand where bytes would; two reserved bits, M
    be32 identification;

    static constexpr std::uint16_t offset_mask = 0xfff8;
    static constexpr std::uint16_t more_fragments = 0x0001;
};
static_assert(sizeof(Ipv6FragmentHeader) == 8 && alignof(Ipv6FragmentHeader) == 1);

/// RFC 9293 section 3.1.
struct TcpHeader {
    be16 source_port;
    be16 destination_port;
    be32 sequence;
    be32 acknowledgment;
    std::uint8_t words; // header length in words in the high half
    std::uint8_t flags;
    be16 window;
    be16 checksum;
    be16 urgent;

    static constexpr std::uint8_t fin = 0x01;
    static constexpr std::uint8_t syn = 0x02;
    static constexpr std::uint8_t rst = 0x04;
    static constexpr std::uint8_t ack = 0x10;
};
static_assert(sizeof(TcpHeader) == 20 && alignof(TcpHeader) == 1);

/// RFC 768.
struct UdpHeader {
    be16 source_port;
    be16 destination_port;
    be16 length;
    be16 checksum;
};
static_assert(sizeof(UdpHeader) == 8 && alignof(UdpHeader) == 1);

/// The first eight bytes of an ICMP (RFC 792) or ICMPv6 (RFC 4443) error.
struct IcmpErrorHeader {
    std::uint8_t type;
    std::uint8_t code;
    be16 checksum;
    be32 argument; // unused, or an MTU
};
static_assert(sizeof(IcmpErrorHeader) == 8 && alignof(IcmpErrorHeader) == 1);

/// An IPv6 address' halves in host order, as FlowKey holds them.
[[nodiscard]] inline std::array<std::uint64_t, 2> halves(const std::array<std::uint8_t, 16>& bytes) noexcept {
    std::uint64_t high;
    std::uint64_t low;
    std::memcpy(&high, bytes.data(), 8);
    std::memcpy(&low, bytes.data() + 8, 8);
    return {__builtin_bswap64(high), __builtin_bswap64(low)};
}

/// The same for an IPv4 address, in its mapped form.
[[nodiscard]] inline std::array<std::uint64_t, 2> halves(be32 address) noexcept {
    return {0, 0xffff00000000U | address.host()};
}

} // namespace sallyport::journey
