// SPDX-License-Identifier: Apache-2.0
#include "journey/parse_ip.hpp"

#include "journey/extension_headers.hpp"
#include "journey/wire.hpp"
#include "support/checksum.hpp"

namespace sallyport::journey {
namespace {

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
    if (checksum_fold(checksum_add(0, ip, header_bytes)) != 0xffff) return DropReason::Ipv4BadChecksum;
    detail::accept_ipv4(packet, *ip, header_bytes);
    return check_ipv4_options(packet);
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
    if (packet.protocol == protocol_tcp || packet.protocol == protocol_udp) [[likely]]
        return std::nullopt;
    return detail::pass_extension_headers(packet, detail::Behind::ip_header);
}

} // namespace

std::optional<DropReason> detail::pass_extension_headers(Packet& packet, Behind behind) noexcept {
    unsigned at = packet.l4;
    bool has_fragment_header = behind == Behind::fragment_header;
    for (unsigned passed = has_fragment_header ? 1 : 0; passed <= max_extension_headers; ++passed) {
        const std::uint8_t kind = packet.protocol;
        if (kind == protocol_ipv6_fragment) {
            const auto* fragment = packet.header<Ipv6FragmentHeader>(at);
            if (fragment == nullptr) return DropReason::Ipv6Truncated;
            if (has_fragment_header) return DropReason::Ipv6BadHeader;
            const std::uint16_t offset = fragment->offset.host();
            if ((offset & (Ipv6FragmentHeader::offset_mask | Ipv6FragmentHeader::more_fragments)) != 0) break;
            has_fragment_header = true; // RFC 6946: first and last at once, so the packet is whole
        } else if (!is_extension_header(kind)) {
            break;
        }
        if (at + 8 > packet.end) return DropReason::Ipv6Truncated;
        // RFC 5095: routing headers that steer are deprecated; the others have no business in front of a firewall.
        if (kind == header_routing) return DropReason::Ipv6RoutingHeader;
        // RFC 8200 4.1: hop-by-hop options only directly behind the IPv6 header.
        if (kind == header_hop_by_hop && passed != 0) return DropReason::Ipv6BadHeader;
        const unsigned length = kind == protocol_ipv6_fragment ? unsigned{sizeof(Ipv6FragmentHeader)}
                                                               : extension_header_bytes(kind, packet.buffer[at + 1]);
        packet.protocol = packet.buffer[at];
        at += length;
        if (at > packet.end) return DropReason::Ipv6Truncated;
        if (passed == max_extension_headers) return DropReason::Ipv6BadHeader;
    }
    packet.l4 = static_cast<std::uint16_t>(at);
    return std::nullopt;
}

std::optional<DropReason> detail::parse_any_network(Packet& packet) noexcept {
    if (packet.l3 >= packet.end) return DropReason::Ipv4Truncated;
    switch (packet.buffer[packet.l3] >> 4) {
    case 4:
        return parse_ipv4(packet);
    case 6:
        return parse_ipv6(packet);
    default:
        return DropReason::Ipv4BadHeader;
    }
}

} // namespace sallyport::journey
