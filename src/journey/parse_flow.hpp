// SPDX-License-Identifier: Apache-2.0
// From an IP packet to the fields of its flow. Inline, for every packet goes through here once on each visit.
#pragma once

#include "flow/flow_key.hpp"
#include "journey/icmp_quote.hpp"
#include "journey/packet.hpp"
#include "journey/wire.hpp"
#include "telemetry/drop_reason.hpp"

#include <optional>

namespace sallyport::journey {

/// After parse_network: any fragment, the first one included.
[[nodiscard]] inline bool is_fragment(const Packet& packet) noexcept {
    if (packet.family == Family::ipv6) return packet.protocol == protocol_ipv6_fragment;
    const auto& ip = packet.checked_header<Ipv4Header>(packet.l3);
    return (ip.fragment.host() & (Ipv4Header::more_fragments | Ipv4Header::offset_mask)) != 0;
}

namespace detail {

/// RFC 1812 5.3.7, RFC 4291 2.5: loopback, unspecified and multicast sources, loopback and unspecified destinations,
/// and packets from an address to itself. RFC 3927 2.7, RFC 4291 2.5.6: what is local to a link.
[[nodiscard]] inline bool is_martian(const flow::Tuple& tuple) noexcept {
    if (((tuple.source[0] ^ tuple.destination[0]) | (tuple.source[1] ^ tuple.destination[1])) == 0) return true;
    if (tuple.family == Family::ipv4) {
        const auto source = static_cast<std::uint32_t>(tuple.source[1]);
        const auto destination = static_cast<std::uint32_t>(tuple.destination[1]);
        return source >> 24 == 0 || source >> 24 == 127 || source >= 0xe0000000U || destination >> 24 == 0 ||
               destination >> 24 == 127 || source >> 16 == 0xa9feU || destination >> 16 == 0xa9feU;
    }
    // RFC 4291 2.5.5.2: mapped addresses are for programs, and would let IPv4 past rules about IPv4.
    const auto is_mapped = [](const std::array<std::uint64_t, 2>& address) {
        return address[0] == 0 && address[1] >> 32 == 0xffff;
    };
    if (is_mapped(tuple.source) || is_mapped(tuple.destination)) return true;
    const auto is_low = [](const std::array<std::uint64_t, 2>& address) { return address[0] == 0 && address[1] <= 1; };
    return is_low(tuple.source) || is_low(tuple.destination) || tuple.source[0] >> 56 == 0xff ||
           tuple.source[0] >> 54 == 0xfe80U >> 6;
}

[[nodiscard]] inline std::optional<DropReason> parse_tcp(Packet& packet, flow::Tuple& tuple) noexcept {
    const auto* tcp = packet.header<TcpHeader>(packet.l4);
    if (tcp == nullptr) return DropReason::TransportTruncated;
    const unsigned header_bytes = (tcp->words >> 4) * 4U;
    if (header_bytes < sizeof(TcpHeader)) return DropReason::TransportBadHeader;
    if (packet.l4 + header_bytes > packet.end) return DropReason::TransportTruncated;
    packet.tcp_flags = tcp->flags;
    tuple.source_port = tcp->source_port.host();
    tuple.destination_port = tcp->destination_port.host();
    return std::nullopt;
}

[[nodiscard]] inline std::optional<DropReason> parse_udp(Packet& packet, flow::Tuple& tuple) noexcept {
    const auto* udp = packet.header<UdpHeader>(packet.l4);
    if (udp == nullptr) return DropReason::TransportTruncated;
    // RFC 768: at least its own header; RFC 2675's length 0 is for jumbograms, which do not fit a port's MTU.
    const unsigned length = udp->length.host();
    if (length < sizeof(UdpHeader)) return DropReason::TransportBadHeader;
    if (packet.l4 + length > packet.end) return DropReason::TransportTruncated;
    tuple.source_port = udp->source_port.host();
    tuple.destination_port = udp->destination_port.host();
    return std::nullopt;
}

} // namespace detail

/// After parse_network: the fields that every packet has, fragments too.
inline void read_addresses(const Packet& packet, flow::Tuple& tuple) noexcept {
    tuple.family = packet.family;
    tuple.protocol = packet.protocol;
    if (packet.family == Family::ipv4) {
        const auto& ip = packet.checked_header<Ipv4Header>(packet.l3);
        tuple.source = halves(ip.source);
        tuple.destination = halves(ip.destination);
    } else {
        const auto& ip = packet.checked_header<Ipv6Header>(packet.l3);
        tuple.source = halves(ip.source);
        tuple.destination = halves(ip.destination);
    }
}

/// After parse_network: reads the transport header, sets `tcp_flags` and `kind`, and gives the flow's fields with the
/// endpoint left open; of a fragment only the addresses, and which of them it is stays open too. Addresses that can not
/// stand in a routed packet are faults here.
[[nodiscard]] inline std::optional<DropReason> parse_flow(Packet& packet, flow::Tuple& tuple) noexcept {
    read_addresses(packet, tuple);
    if (detail::is_martian(tuple)) return DropReason::MartianAddress;
    if (is_fragment(packet)) [[unlikely]] {
        packet.kind = Kind::later_fragment;
        return std::nullopt;
    }
    if (packet.protocol == protocol_tcp) return detail::parse_tcp(packet, tuple);
    if (packet.protocol == protocol_udp) return detail::parse_udp(packet, tuple);
    if (is_icmp_error(packet)) {
        flow::Tuple quoted = tuple; // a copy, so that the other packets' fields may stay in registers
        const auto fault = parse_icmp_error(packet, quoted);
        tuple = quoted;
        return fault;
    }
    return std::nullopt;
}

} // namespace sallyport::journey
