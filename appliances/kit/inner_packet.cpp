// SPDX-License-Identifier: Apache-2.0
#include "kit/inner_packet.hpp"

#include "geneve/header.hpp"
#include "geneve/wire.hpp"

#include <array>

namespace sallyport::appliances {

namespace {

using Bytes = std::span<const std::uint8_t>;
using geneve::load_be16;
using geneve::load_be32;

enum class Completeness { whole, quoted };

constexpr std::size_t ethernet_header_size = 14;
constexpr std::size_t vlan_tag_size = 4;
constexpr std::size_t ipv4_header_size = 20;
constexpr std::size_t ipv6_header_size = 40;
constexpr std::size_t icmp_header_size = 8;
constexpr std::size_t udp_header_size = 8;
constexpr int most_vlan_tags = 2;
constexpr int most_extensions = 8;

InnerFault read_tcp_flags(Completeness completeness, InnerPacket& out) noexcept {
    // RFC 792 lets a quote end after eight bytes: ports, but no flags.
    if (completeness == Completeness::quoted) return InnerFault::none;
    // RFC 1858 3: a first fragment that ends before the flags is made to get past filters.
    if (out.transport.size() < 14) return InnerFault::transport_truncated;
    out.tcp_flags = out.transport[13];
    return InnerFault::none;
}

InnerFault read_transport(Completeness completeness, InnerPacket& out) noexcept {
    switch (out.protocol) {
    case protocol::tcp:
    case protocol::udp:
    case protocol::sctp:
        if (out.transport.size() < 4) return InnerFault::transport_truncated;
        out.has_ports = true;
        out.source_port = load_be16(out.transport.data());
        out.destination_port = load_be16(out.transport.data() + 2);
        return out.protocol == protocol::tcp ? read_tcp_flags(completeness, out) : InnerFault::none;
    case protocol::icmp:
    case protocol::icmp6:
        if (out.transport.size() < icmp_header_size) return InnerFault::transport_truncated;
        out.has_icmp = true;
        out.icmp_type = out.transport[0];
        out.icmp_code = out.transport[1];
        if (out.is_icmp_echo()) out.icmp_id = load_be16(out.transport.data() + 4);
        return InnerFault::none;
    default:
        return InnerFault::none;
    }
}

/// `offset_words` in units of eight bytes, as both IP versions count it.
InnerFault read_fragment(std::uint16_t offset_words, bool more, std::uint32_t id, InnerPacket& out) noexcept {
    out.fragment_id = id;
    if (offset_words == 0) {
        out.fragment = more ? Fragment::first : Fragment::none;
        return InnerFault::none;
    }
    out.fragment = Fragment::later;
    // RFC 1858 4.2: a second fragment at offset 8 could rewrite the TCP flags of the first one.
    if (offset_words == 1 && out.protocol == protocol::tcp) return InnerFault::fragment_overlaps_ports;
    return InnerFault::none;
}

InnerFault read_ipv4(Bytes bytes, Completeness completeness, InnerPacket& out) noexcept {
    // RFC 791 3.1
    if (bytes.size() < ipv4_header_size) return InnerFault::header_truncated;
    if (bytes[0] >> 4 != 4) return InnerFault::version_wrong;
    const std::size_t header_size = std::size_t{bytes[0] & 0x0FU} * 4;
    if (header_size < ipv4_header_size) return InnerFault::header_length_wrong;
    std::size_t total_size = load_be16(&bytes[2]);
    if (total_size < header_size) return InnerFault::header_length_wrong;
    if (total_size > bytes.size()) {
        if (completeness == Completeness::whole) return InnerFault::longer_than_packet;
        total_size = bytes.size();
    }
    if (header_size > total_size) return InnerFault::header_truncated;

    out.source = IpAddress::v4(load_be32(&bytes[12]));
    out.destination = IpAddress::v4(load_be32(&bytes[16]));
    out.protocol = bytes[9];
    out.transport = bytes.subspan(header_size, total_size - header_size);
    const std::uint16_t flags_and_offset = load_be16(&bytes[6]);
    const InnerFault fault =
        read_fragment(flags_and_offset & 0x1FFF, (flags_and_offset & 0x2000) != 0, load_be16(&bytes[4]), out);
    if (fault != InnerFault::none || out.fragment == Fragment::later) return fault;
    return read_transport(completeness, out);
}

/// Bytes that an extension header takes (RFC 8200 4.3, 4.4, 4.6; RFC 4302 2.2), 0 for what is not one.
std::size_t extension_size(std::uint8_t kind, std::uint8_t length_octet) noexcept {
    switch (kind) {
    case 0:   // hop-by-hop options
    case 43:  // routing
    case 60:  // destination options
    case 135: // mobility
    case 139: // host identity
    case 140: // shim6
        return (std::size_t{length_octet} + 1) * 8;
    case 44: // fragment
        return 8;
    case 51: // authentication: counts words, less two
        return (std::size_t{length_octet} + 2) * 4;
    default:
        return 0;
    }
}

InnerFault read_extensions(Completeness completeness, InnerPacket& out) noexcept {
    for (int i = 0; i <= most_extensions; ++i) {
        if (extension_size(out.protocol, 0) == 0) return read_transport(completeness, out);
        if (out.transport.size() < 8) return InnerFault::header_truncated;
        const std::uint8_t kind = out.protocol;
        const std::size_t size = extension_size(kind, out.transport[1]);
        if (size > out.transport.size()) return InnerFault::header_truncated;
        out.protocol = out.transport[0];
        if (kind == 44) {
            // RFC 8200 4.5
            const std::uint16_t offset_and_more = load_be16(&out.transport[2]);
            const InnerFault fault =
                read_fragment(offset_and_more >> 3, (offset_and_more & 1) != 0, load_be32(&out.transport[4]), out);
            if (fault != InnerFault::none) return fault;
        }
        out.transport = out.transport.subspan(size);
        if (out.fragment == Fragment::later) return InnerFault::none;
    }
    return InnerFault::too_many_extensions;
}

InnerFault read_ipv6(Bytes bytes, Completeness completeness, InnerPacket& out) noexcept {
    // RFC 8200 3
    if (bytes.size() < ipv6_header_size) return InnerFault::header_truncated;
    if (bytes[0] >> 4 != 6) return InnerFault::version_wrong;
    std::size_t payload_size = load_be16(&bytes[4]);
    if (payload_size > bytes.size() - ipv6_header_size) {
        if (completeness == Completeness::whole) return InnerFault::longer_than_packet;
        payload_size = bytes.size() - ipv6_header_size;
    }
    out.source = IpAddress::v6(&bytes[8]);
    out.destination = IpAddress::v6(&bytes[24]);
    out.protocol = bytes[6];
    out.transport = bytes.subspan(ipv6_header_size, payload_size);
    return read_extensions(completeness, out);
}

InnerFault read_ethernet(Bytes frame, InnerPacket& out) noexcept {
    if (frame.size() < ethernet_header_size) return InnerFault::header_truncated;
    std::uint16_t type = load_be16(&frame[12]);
    Bytes rest = frame.subspan(ethernet_header_size);
    // IEEE 802.1Q 9.3: 0x8100 before a customer's tag, 0x88A8 before a provider's.
    for (int tags = 0; tags < most_vlan_tags && (type == 0x8100 || type == 0x88A8); ++tags) {
        if (rest.size() < vlan_tag_size) return InnerFault::header_truncated;
        type = load_be16(&rest[2]);
        rest = rest.subspan(vlan_tag_size);
    }
    return type == geneve::protocol_type_ethernet ? InnerFault::not_ip : parse_inner(type, rest, out);
}

constexpr std::array<std::string_view, inner_fault_count> names{
    "none",
    "not_ip",
    "header_truncated",
    "version_wrong",
    "header_length_wrong",
    "longer_than_packet",
    "too_many_extensions",
    "transport_truncated",
    "fragment_overlaps_ports",
};

} // namespace

std::string_view name(InnerFault fault) noexcept {
    return names[static_cast<std::size_t>(fault)];
}

InnerFault parse_inner(std::uint16_t protocol_type, Bytes bytes, InnerPacket& out) noexcept {
    out = {};
    switch (protocol_type) {
    case geneve::protocol_type_ipv4:
        return read_ipv4(bytes, Completeness::whole, out);
    case geneve::protocol_type_ipv6:
        return read_ipv6(bytes, Completeness::whole, out);
    case geneve::protocol_type_ethernet:
        return read_ethernet(bytes, out);
    default:
        return InnerFault::not_ip;
    }
}

InnerFault parse_quoted(const InnerPacket& icmp_error, InnerPacket& out) noexcept {
    out = {};
    if (!icmp_error.is_icmp_error()) return InnerFault::not_ip;
    const Bytes quoted = icmp_error.transport.subspan(icmp_header_size);
    return icmp_error.protocol == protocol::icmp ? read_ipv4(quoted, Completeness::quoted, out)
                                                 : read_ipv6(quoted, Completeness::quoted, out);
}

std::span<const std::uint8_t> InnerPacket::payload() const noexcept {
    if (!has_ports || protocol == protocol::sctp) return {};
    // RFC 9293 3.1: the data offset counts words of four bytes.
    const std::size_t header_size = protocol == protocol::tcp ? std::size_t{transport[12]} >> 4 << 2 : udp_header_size;
    return header_size <= transport.size() ? transport.subspan(header_size) : Bytes();
}

bool InnerPacket::is_icmp_echo() const noexcept {
    if (!has_icmp) return false;
    // RFC 792: 8 and 0; RFC 4443 4: 128 and 129.
    return protocol == protocol::icmp ? icmp_type == 8 || icmp_type == 0 : icmp_type == 128 || icmp_type == 129;
}

bool InnerPacket::is_icmp_error() const noexcept {
    if (!has_icmp) return false;
    // RFC 792: unreachable, source quench, redirect, time exceeded, parameter problem; RFC 4443 2.1: below 128.
    if (protocol == protocol::icmp6) return icmp_type < 128;
    return icmp_type == 3 || icmp_type == 4 || icmp_type == 5 || icmp_type == 11 || icmp_type == 12;
}

std::string InnerPacket::to_string() const {
    std::string text;
    switch (protocol) {
    case protocol::tcp:
        text = "tcp ";
        break;
    case protocol::udp:
        text = "udp ";
        break;
    case protocol::sctp:
        text = "sctp ";
        break;
    case protocol::icmp:
    case protocol::icmp6:
        text = "icmp ";
        break;
    default:
        text = "protocol " + std::to_string(unsigned{protocol}) + ' ';
    }
    const auto end = [this](const IpAddress& address, std::uint16_t port) {
        if (!has_ports) return address.to_string();
        const std::string host = address.is_v4() ? address.to_string() : '[' + address.to_string() + ']';
        return host + ':' + std::to_string(port);
    };
    text += end(source, source_port) + " > " + end(destination, destination_port);
    if (has_icmp)
        text += " type " + std::to_string(unsigned{icmp_type}) + " code " + std::to_string(unsigned{icmp_code});
    if (fragment == Fragment::later) text += " fragment";
    return text;
}

} // namespace sallyport::appliances
