// SPDX-License-Identifier: Apache-2.0
#include "journey/icmp_quote.hpp"

#include "journey/extension_headers.hpp"
#include "journey/parse_flow.hpp"

namespace sallyport::journey {
namespace {

/// RFC 792, and what became of it: source quench (RFC 6633) and redirect (RFC 1812 5.2.7.2) should not be met any more.
[[nodiscard]] bool is_error_type_v4(std::uint8_t type) noexcept {
    return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

/// The quoted packet, as far as it tells its flow.
struct Quote {
    flow::Tuple tuple;
    std::size_t transport_at = 0;
    bool is_later_fragment = false;
};

[[nodiscard]] bool read_ipv4(const Packet& packet, std::size_t at, Quote& quote) noexcept {
    const auto* ip = packet.header<Ipv4Header>(at);
    if (ip == nullptr || ip->version_and_words >> 4 != 4 || ip->header_bytes() < sizeof(Ipv4Header)) return false;
    quote.tuple.source = halves(ip->source);
    quote.tuple.destination = halves(ip->destination);
    quote.tuple.protocol = ip->protocol;
    quote.is_later_fragment = (ip->fragment.host() & Ipv4Header::offset_mask) != 0;
    quote.transport_at = at + ip->header_bytes();
    return true;
}

[[nodiscard]] bool read_ipv6(const Packet& packet, std::size_t at, Quote& quote) noexcept {
    const auto* ip = packet.header<Ipv6Header>(at);
    if (ip == nullptr || ip->version_class_label.host() >> 28 != 6) return false;
    quote.tuple.source = halves(ip->source);
    quote.tuple.destination = halves(ip->destination);
    quote.tuple.protocol = ip->next_header;
    quote.transport_at = at + sizeof(Ipv6Header);
    for (unsigned passed = 0; passed <= max_extension_headers; ++passed) {
        const std::uint8_t kind = quote.tuple.protocol;
        const bool is_fragment = kind == protocol_ipv6_fragment;
        if (!is_fragment && !is_extension_header(kind)) return true;
        if (quote.transport_at + 8 > packet.end) return false;
        const std::uint8_t* header = packet.buffer + quote.transport_at;
        quote.tuple.protocol = header[0];
        quote.transport_at += is_fragment ? sizeof(Ipv6FragmentHeader) : extension_header_bytes(kind, header[1]);
        if (!is_fragment) continue;
        const auto& fragment = *reinterpret_cast<const Ipv6FragmentHeader*>(header);
        quote.is_later_fragment = (fragment.offset.host() & Ipv6FragmentHeader::offset_mask) != 0;
        if (quote.is_later_fragment) return true;
    }
    return false;
}

/// The ports, of which the first four bytes behind the quoted IP header tell (RFC 792 guarantees eight).
[[nodiscard]] bool read_ports(const Packet& packet, Quote& quote) noexcept {
    if (quote.tuple.protocol != protocol_tcp && quote.tuple.protocol != protocol_udp) return true;
    struct Ports {
        be16 source;
        be16 destination;
    };
    const auto* ports = packet.header<Ports>(quote.transport_at);
    if (ports == nullptr) return false;
    quote.tuple.source_port = ports->source.host();
    quote.tuple.destination_port = ports->destination.host();
    return true;
}

/// RFC 1122 3.2.2, RFC 4443 2.4 e: errors are never about errors.
[[nodiscard]] bool quotes_an_error(const Packet& packet, const Quote& quote) noexcept {
    if (quote.transport_at >= packet.end) return false;
    const std::uint8_t type = packet.buffer[quote.transport_at];
    return packet.family == Family::ipv4 ? quote.tuple.protocol == protocol_icmp && is_error_type_v4(type)
                                         : quote.tuple.protocol == protocol_icmpv6 && type < 128;
}

[[nodiscard]] bool read_quote(const Packet& packet, Quote& quote) noexcept {
    quote.tuple.family = packet.family;
    const std::size_t at = quote_at(packet);
    if (!(packet.family == Family::ipv4 ? read_ipv4(packet, at, quote) : read_ipv6(packet, at, quote))) return false;
    if (quote.is_later_fragment) return true;
    return !quotes_an_error(packet, quote) && read_ports(packet, quote);
}

} // namespace

bool is_icmp_error(const Packet& packet) noexcept {
    if (packet.l4 >= packet.end) return false;
    const std::uint8_t type = packet.buffer[packet.l4];
    if (packet.family == Family::ipv4) return packet.protocol == protocol_icmp && is_error_type_v4(type);
    return packet.protocol == protocol_icmpv6 && type < 128; // RFC 4443 2.1
}

std::optional<DropReason> parse_icmp_error(Packet& packet, flow::Tuple& tuple) noexcept {
    Quote quote;
    if (!read_quote(packet, quote)) return DropReason::IcmpUnrelated;
    if (quote.tuple.source != tuple.destination || detail::is_martian(quote.tuple)) return DropReason::IcmpUnrelated;
    tuple.source = quote.tuple.destination;
    tuple.protocol = quote.tuple.protocol;
    tuple.source_port = quote.tuple.destination_port;
    tuple.destination_port = quote.tuple.source_port;
    packet.kind = quote.is_later_fragment ? Kind::icmp_error_about_fragment : Kind::icmp_error;
    return std::nullopt;
}

std::optional<QuotedTransport> quoted_transport(const Packet& packet) noexcept {
    Quote quote;
    if (!read_quote(packet, quote) || quote.is_later_fragment) return std::nullopt;
    const std::uint8_t protocol = quote.tuple.protocol;
    if (protocol != protocol_tcp && protocol != protocol_udp) return std::nullopt;
    return QuotedTransport{quote.transport_at, protocol};
}

} // namespace sallyport::journey
