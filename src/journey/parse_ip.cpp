// SPDX-License-Identifier: Apache-2.0
#include "journey/parse_ip.hpp"

#include "journey/wire.hpp"
#include "support/checksum.hpp"

namespace sallyport::journey {
namespace {

// IPv6 extension headers (RFC 8200 section 4, RFC 7045).
constexpr std::uint8_t hop_by_hop = 0;
constexpr std::uint8_t routing = 43;
constexpr std::uint8_t fragment = 44;
constexpr std::uint8_t authentication = 51;
constexpr std::uint8_t destination_options = 60;
constexpr std::uint8_t mobility = 135;
constexpr unsigned max_extension_headers = 8;

// IPv4 options (RFC 791 section 3.1).
constexpr std::uint8_t option_end = 0;
constexpr std::uint8_t option_nop = 1;
constexpr std::uint8_t loose_source_route = 131;
constexpr std::uint8_t strict_source_route = 137;

/// RFC 7126 4.3, 4.4: source routes are dropped. A list of options that does not add up is a bad header.
std::optional<DropReason> check_ipv4_options(const Packet& packet) noexcept {
    for (unsigned at = packet.l3 + unsigned{sizeof(Ipv4Header)}; at < packet.l4;) {
        const std::uint8_t option = packet.buffer[at];
        if (option == option_end) break;
        if (option == option_nop) {
            ++at;
            continue;
        }
        if (option == loose_source_route || option == strict_source_route) return DropReason::Ipv4SourceRoute;
        if (at + 1 >= packet.l4) return DropReason::Ipv4BadHeader;
        const unsigned length = packet.buffer[at + 1];
        if (length < 2 || at + length > packet.l4) return DropReason::Ipv4BadHeader;
        at += length;
    }
    return std::nullopt;
}

std::optional<DropReason> parse_ipv4(Packet& packet) noexcept {
    const auto* ip = packet.header<Ipv4Header>(packet.l3);
    if (ip == nullptr) return DropReason::Ipv4Truncated;
    // RFC 1812 5.2.2: the five checks of a router.
    const unsigned header_bytes = ip->header_bytes();
    const unsigned total = ip->total_length.host();
    if (header_bytes < sizeof(Ipv4Header) || total < header_bytes) return DropReason::Ipv4BadHeader;
    if (packet.l3 + total > packet.end) return DropReason::Ipv4Truncated;
    // The first sum has a constant length, and so no loop, for the header that nearly every packet has.
    std::uint64_t sum = checksum_add(0, ip, sizeof(Ipv4Header));
    if (header_bytes != sizeof(Ipv4Header)) sum = checksum_add(sum, ip + 1, header_bytes - sizeof(Ipv4Header));
    if (checksum_fold(sum) != 0xffff) return DropReason::Ipv4BadChecksum;

    packet.family = Family::ipv4;
    packet.protocol = ip->protocol;
    packet.l4 = static_cast<std::uint16_t>(packet.l3 + header_bytes);
    packet.end = static_cast<std::uint16_t>(packet.l3 + total);
    if (header_bytes == sizeof(Ipv4Header)) [[likely]] return std::nullopt;
    return check_ipv4_options(packet);
}

/// Passes the extension headers; ends at the first header that is none of them, or at a fragment header.
std::optional<DropReason> pass_extension_headers(Packet& packet) noexcept {
    unsigned at = packet.l4;
    for (unsigned passed = 0; passed <= max_extension_headers; ++passed) {
        const std::uint8_t kind = packet.protocol;
        const bool is_extension = kind == hop_by_hop || kind == routing || kind == authentication ||
                                  kind == destination_options || kind == mobility;
        if (!is_extension) {
            packet.l4 = static_cast<std::uint16_t>(at);
            return std::nullopt;
        }
        if (at + 8 > packet.end) return DropReason::Ipv6Truncated;
        // RFC 5095: routing headers that steer are deprecated; the others have no business in front of a firewall.
        if (kind == routing) return DropReason::Ipv6RoutingHeader;
        // RFC 8200 4.1: hop-by-hop options only directly behind the IPv6 header.
        if (kind == hop_by_hop && passed != 0) return DropReason::Ipv6BadHeader;
        const unsigned words = packet.buffer[at + 1];
        // RFC 4302 2.2: AH counts 4-byte words less two, the others 8-byte words less one.
        const unsigned length = kind == authentication ? (words + 2) * 4 : (words + 1) * 8;
        packet.protocol = packet.buffer[at];
        at += length;
        if (at > packet.end) return DropReason::Ipv6Truncated;
    }
    return DropReason::Ipv6BadHeader;
}

std::optional<DropReason> parse_ipv6(Packet& packet) noexcept {
    const auto* ip = packet.header<Ipv6Header>(packet.l3);
    if (ip == nullptr) return DropReason::Ipv6Truncated;
    const unsigned total = unsigned{sizeof(Ipv6Header)} + ip->payload_length.host();
    if (packet.l3 + total > packet.end) return DropReason::Ipv6Truncated;

    packet.family = Family::ipv6;
    packet.protocol = ip->next_header;
    packet.l4 = static_cast<std::uint16_t>(packet.l3 + sizeof(Ipv6Header));
    packet.end = static_cast<std::uint16_t>(packet.l3 + total);
    if (packet.protocol == protocol_tcp || packet.protocol == protocol_udp) [[likely]] return std::nullopt;
    return pass_extension_headers(packet);
}

/// RFC 1812 5.3.7, RFC 4291 2.5: loopback, unspecified and multicast sources, loopback and unspecified destinations,
/// and packets from an address to itself. RFC 3927 2.7, RFC 4291 2.5.6: what is local to a link.
[[nodiscard]] bool is_martian(const flow::Tuple& tuple) noexcept {
    if (((tuple.source[0] ^ tuple.destination[0]) | (tuple.source[1] ^ tuple.destination[1])) == 0) return true;
    if (tuple.family == Family::ipv4) {
        const auto source = static_cast<std::uint32_t>(tuple.source[1]);
        const auto destination = static_cast<std::uint32_t>(tuple.destination[1]);
        return source >> 24 == 0 || source >> 24 == 127 || source >= 0xe0000000U || destination >> 24 == 0 ||
               destination >> 24 == 127 || source >> 16 == 0xa9feU || destination >> 16 == 0xa9feU;
    }
    const auto is_low = [](const std::array<std::uint64_t, 2>& address) { return address[0] == 0 && address[1] <= 1; };
    return is_low(tuple.source) || is_low(tuple.destination) || tuple.source[0] >> 56 == 0xff ||
           tuple.source[0] >> 54 == 0xfe80U >> 6;
}

std::optional<DropReason> parse_tcp(Packet& packet, flow::Tuple& tuple) noexcept {
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

std::optional<DropReason> parse_udp(Packet& packet, flow::Tuple& tuple) noexcept {
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

} // namespace

std::optional<DropReason> parse_network(Packet& packet) noexcept {
    if (packet.l3 >= packet.end) return DropReason::Ipv4Truncated;
    switch (packet.buffer[packet.l3] >> 4) {
    case 4: return parse_ipv4(packet);
    case 6: return parse_ipv6(packet);
    default: return DropReason::Ipv4BadHeader;
    }
}

bool is_fragment(const Packet& packet) noexcept {
    if (packet.family == Family::ipv6) return packet.protocol == fragment;
    const auto& ip = packet.checked_header<Ipv4Header>(packet.l3);
    return (ip.fragment.host() & (Ipv4Header::more_fragments | Ipv4Header::offset_mask)) != 0;
}

std::optional<DropReason> parse_flow(Packet& packet, flow::Tuple& tuple) noexcept {
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
    if (is_martian(tuple)) return DropReason::MartianAddress;
    if (is_fragment(packet)) return DropReason::FragmentUnsupported;
    if (packet.protocol == protocol_tcp) return parse_tcp(packet, tuple);
    if (packet.protocol == protocol_udp) return parse_udp(packet, tuple);
    return std::nullopt;
}

} // namespace sallyport::journey
