// SPDX-License-Identifier: Apache-2.0
// GENEVE around an IP packet, for one appliance (RFC 8926; AWS GWLB's options). Inline, for every visit goes through
// here.
#pragma once

#include "geneve/gwlb.hpp"
#include "journey/cookie.hpp"
#include "journey/steps.hpp"
#include "journey/wire.hpp"
#include "support/checksum.hpp"

#include <cstring>

namespace sallyport::journey {

/// What tells one tunnelled packet from another.
struct Tunnel {
    ApplianceIndex appliance = no_index;
    flow::FlowIndex flow = flow::no_flow; // asked only for appliances that want more than the GWLB options
    std::uint16_t source_port = 0;        // outer UDP
    std::uint32_t cookie = 0;
    std::uint64_t endpoint_id = 0;
};

enum class Encapsulation { done, no_route, too_big, no_headroom };

namespace detail {

inline constexpr std::uint8_t outer_ttl = 64;
inline constexpr unsigned tunnel_bytes = sizeof(UdpHeader) + geneve::gwlb_header_size;

/// DSCP and ECN, as IPv4 and IPv6 carry them.
[[nodiscard]] inline std::uint8_t traffic_class(const Packet& packet) noexcept {
    if (packet.family == Family::ipv4) return packet.checked_header<Ipv4Header>(packet.l3).dscp_ecn;
    return static_cast<std::uint8_t>(packet.checked_header<Ipv6Header>(packet.l3).version_class_label.host() >> 20);
}

[[nodiscard]] inline std::uint16_t ethertype(const Packet& packet) noexcept {
    return packet.family == Family::ipv4 ? ethertype_ipv4 : ethertype_ipv6;
}

/// UDP and GENEVE in front of l3, `client_bytes` of which for an option behind the GWLB ones. Sets l4.
inline void write_geneve(Packet& packet, std::uint16_t type, const Tunnel& tunnel, unsigned client_bytes = 0) noexcept {
    geneve::GwlbOptions options;
    options.endpoint_id = tunnel.endpoint_id;
    options.flow_cookie = tunnel.cookie;
    const unsigned bytes = tunnel_bytes + client_bytes;
    std::uint8_t* at = packet.buffer + packet.l3 - bytes + sizeof(UdpHeader);
    geneve::write_gwlb_header(std::span<std::uint8_t, geneve::gwlb_header_size>(at, geneve::gwlb_header_size), type, 0,
                              options);

    const auto length = static_cast<std::uint16_t>(packet.end - packet.l3 + bytes);
    packet.l4 = static_cast<std::uint16_t>(packet.l3 - bytes);
    auto& udp = packet.checked_header<UdpHeader>(packet.l4);
    udp.source_port.set(tunnel.source_port);
    udp.destination_port.set(geneve::udp_port);
    udp.length.set(length);
    udp.checksum = be16{}; // RFC 8926 3.3: may be zero over IPv4
}

/// The same for appliances that want an inner Ethernet header, or the client behind a leg. encapsulate.cpp
void write_geneve_with_more(const Round& round, Packet& packet, const Tunnel& tunnel) noexcept;

inline void write_outer_v4(Packet& packet, std::uint8_t traffic_class, const IpAddress& from,
                           const IpAddress& to) noexcept {
    auto& ip = packet.checked_header<Ipv4Header>(packet.l3);
    ip.version_and_words = 0x45;
    ip.dscp_ecn = traffic_class;
    ip.total_length.set(static_cast<std::uint16_t>(packet.end - packet.l3));
    ip.identification = be16{}; // RFC 6864 4.1: meaningless beside DF
    ip.fragment.set(Ipv4Header::dont_fragment);
    ip.ttl = outer_ttl;
    ip.protocol = protocol_udp;
    ip.checksum = be16{};
    ip.source.set(from.v4_host_order());
    ip.destination.set(to.v4_host_order());
    const std::uint16_t sum = checksum_finish(checksum_add(0, &ip, sizeof ip));
    ip.checksum.set_raw(sum);
}

inline void write_outer_v6(Packet& packet, std::uint8_t traffic_class, const IpAddress& from,
                           const IpAddress& to) noexcept {
    auto& ip = packet.checked_header<Ipv6Header>(packet.l3);
    auto& udp = packet.checked_header<UdpHeader>(packet.l4);
    ip.version_class_label.set(0x60000000U | std::uint32_t{traffic_class} << 20);
    ip.payload_length = udp.length;
    ip.next_header = protocol_udp;
    ip.hop_limit = outer_ttl;
    ip.source = from.bytes();
    ip.destination = to.bytes();
    // RFC 8200 8.1: over IPv6 receivers drop UDP without a checksum, unless they were told otherwise (RFC 6935).
    const be32 next{protocol_udp};
    std::uint64_t sum = checksum_add(0, &ip.source, 32);
    sum = checksum_add(checksum_add(sum, &udp.length, 2), &next, 4);
    std::uint16_t checksum = checksum_finish(checksum_add(sum, &udp, udp.length.host()));
    if (checksum == 0) checksum = 0xffff;
    udp.checksum.set_raw(checksum);
}

} // namespace detail

/// The most that has to be free in front of an IP packet, the frame's Ethernet header included.
inline constexpr unsigned max_encapsulation_bytes =
    chain::overhead_bytes(Family::ipv6, config::Payload::ethernet, true) + sizeof(EthernetHeader);

/// A packet of a tenant that goes to an appliance, before it is wrapped.
inline void count_visit(Round& round, ApplianceIndex appliance, unsigned inner_bytes) noexcept {
    ApplianceCounters& counters = round.worker.counters.appliances[appliance];
    counters.packets_sent.add(1);
    counters.bytes_sent.add(inner_bytes);
}

/// Wraps the IP packet at packet.l3 and sets its way. Anything but `done` leaves the packet as it
/// was. RFC 6040 4.1, normal mode, and RFC 2983 3.1: ECN and DSCP are copied outwards.
[[nodiscard, gnu::always_inline]] inline Encapsulation encapsulate(Round& round, Packet& packet,
                                                                   const Tunnel& tunnel) noexcept {
    const chain::Roster& roster = round.around.roster;
    const chain::Appliance& appliance = roster.appliances[tunnel.appliance];
    const Family outer = appliance.address.family();
    const forward::Adjacency& way = round.around.forwarding.to_appliance(tunnel.appliance);
    const IpAddress* from = way.port == no_index ? nullptr : roster.port_address(way.port, outer);
    if (from == nullptr) return Encapsulation::no_route;
    const unsigned overhead = appliance.overhead_bytes;
    const unsigned inner_bytes = packet.end - packet.l3;
    if (inner_bytes + overhead > roster.ports[way.port].mtu) return Encapsulation::too_big;
    if (packet.l3 < overhead + sizeof(EthernetHeader)) return Encapsulation::no_headroom;

    const std::uint8_t traffic_class = detail::traffic_class(packet);
    if (appliance.is_plain) [[likely]] {
        detail::write_geneve(packet, detail::ethertype(packet), tunnel);
    } else {
        detail::write_geneve_with_more(round, packet, tunnel);
    }
    packet.family = outer;
    if (outer == Family::ipv4) {
        packet.l3 = static_cast<std::uint16_t>(packet.l4 - sizeof(Ipv4Header));
        detail::write_outer_v4(packet, traffic_class, *from, appliance.address);
    } else {
        packet.l3 = static_cast<std::uint16_t>(packet.l4 - sizeof(Ipv6Header));
        detail::write_outer_v6(packet, traffic_class, *from, appliance.address);
    }
    packet.to_appliance = true;
    packet.appliance = tunnel.appliance;
    packet.way = &way;
    return Encapsulation::done;
}

} // namespace sallyport::journey
