// SPDX-License-Identifier: Apache-2.0
// The packet inside GENEVE, as far as an appliance needs it to judge: addresses, protocol, ports, fragments. Real
// header lengths throughout: IPv4 options and IPv6 extension headers are stepped over, not assumed away.
#pragma once

#include "support/address.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sallyport::appliances {

enum class InnerFault : std::uint8_t {
    none,
    not_ip,                  // neither IPv4 nor IPv6
    header_truncated,        // ends within the Ethernet, IP or extension header
    version_wrong,           // the IP version is not the one that the header before it announced
    header_length_wrong,     // an IPv4 header shorter than 20 bytes, or longer than the packet
    longer_than_packet,      // the IP header announces more bytes than there are
    too_many_extensions,     // more IPv6 extension headers than anybody sends in good faith
    transport_truncated,     // ends within the ports, or a first fragment that hides them
    fragment_overlaps_ports, // a fragment that would be put over the TCP header of the first one
};

inline constexpr std::size_t inner_fault_count = 9;

/// The fault's word in counters and logs.
[[nodiscard]] std::string_view name(InnerFault fault) noexcept;

enum class Fragment : std::uint8_t { none, first, later };

namespace protocol {
inline constexpr std::uint8_t icmp = 1;
inline constexpr std::uint8_t tcp = 6;
inline constexpr std::uint8_t udp = 17;
inline constexpr std::uint8_t icmp6 = 58;
inline constexpr std::uint8_t sctp = 132;
} // namespace protocol

namespace tcp_flag {
inline constexpr std::uint8_t fin = 0x01;
inline constexpr std::uint8_t syn = 0x02;
inline constexpr std::uint8_t rst = 0x04;
inline constexpr std::uint8_t ack = 0x10;
} // namespace tcp_flag

struct InnerPacket {
    IpAddress source;
    IpAddress destination;
    std::uint8_t protocol = 0; // of the transport, behind all extension headers
    Fragment fragment = Fragment::none;
    std::uint32_t fragment_id = 0;
    bool has_ports = false; // TCP, UDP and SCTP; never in a later fragment
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    std::uint8_t tcp_flags = 0;
    bool has_icmp = false; // ICMP and ICMPv6; never in a later fragment
    std::uint8_t icmp_type = 0;
    std::uint8_t icmp_code = 0;
    std::uint16_t icmp_id = 0;               // of an echo request or reply
    std::span<const std::uint8_t> transport; // from the transport header to the packet's end

    /// What TCP or UDP carry; empty for all else, for later fragments, and where a header is longer than the packet.
    [[nodiscard]] std::span<const std::uint8_t> payload() const noexcept;
    [[nodiscard]] bool is_icmp_echo() const noexcept;
    /// Destination unreachable, time exceeded and their like: they quote the packet that they are about.
    [[nodiscard]] bool is_icmp_error() const noexcept;
    /// "tcp 192.0.2.10:40000 > 203.0.113.11:443"
    [[nodiscard]] std::string to_string() const;
};

/// Reads a packet of the given EtherType: 0x0800, 0x86DD, or 0x6558 for an Ethernet frame with up to two VLAN tags.
[[nodiscard]] InnerFault parse_inner(std::uint16_t protocol_type, std::span<const std::uint8_t> bytes,
                                     InnerPacket& out) noexcept;

/// Reads the packet that an ICMP error quotes; such a quote may end early (RFC 792, RFC 4443 3), but not before the
/// ports.
[[nodiscard]] InnerFault parse_quoted(const InnerPacket& icmp_error, InnerPacket& out) noexcept;

} // namespace sallyport::appliances
