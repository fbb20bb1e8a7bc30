// SPDX-License-Identifier: Apache-2.0
// Step 4: on to the next appliance, in GENEVE (RFC 8926; AWS GWLB's options).
// Leads on to: egress.
// Drops: NoRouteToAppliance, TooBig, NoHeadroom.
#include "geneve/gwlb.hpp"
#include "journey/cookie.hpp"
#include "journey/icmp_error.hpp"
#include "journey/steps.hpp"
#include "journey/wire.hpp"
#include "support/checksum.hpp"

#include <cstring>

namespace sallyport::journey {
namespace {

constexpr std::uint8_t outer_ttl = 64;
constexpr unsigned tunnel_bytes = sizeof(UdpHeader) + geneve::gwlb_header_size;

[[nodiscard]] constexpr unsigned overhead_bytes(Family outer) noexcept {
    return tunnel_bytes + (outer == Family::ipv4 ? sizeof(Ipv4Header) : sizeof(Ipv6Header));
}

void write_geneve(Packet& packet, const flow::FlowEntry& entry, std::uint64_t endpoint_id) noexcept {
    const std::uint16_t type = packet.family == Family::ipv4 ? ethertype_ipv4 : ethertype_ipv6;
    geneve::GwlbOptions options;
    options.endpoint_id = endpoint_id;
    options.flow_cookie = cookie_of_hop(entry.cookie, packet.hop);
    std::uint8_t* at = packet.buffer + packet.l3 - geneve::gwlb_header_size;
    geneve::write_gwlb_header(std::span<std::uint8_t, geneve::gwlb_header_size>(at, geneve::gwlb_header_size), type, 0,
                              options);

    const auto length = static_cast<std::uint16_t>(packet.end - packet.l3 + tunnel_bytes);
    auto& udp = packet.checked_header<UdpHeader>(packet.l3 - tunnel_bytes);
    udp.source_port.set(entry.outer_source_port);
    udp.destination_port.set(geneve::udp_port);
    udp.length.set(length);
    udp.checksum = be16{}; // RFC 8926 3.3: may be zero over IPv4
}

void write_outer_v4(Packet& packet, const IpAddress& from, const IpAddress& to) noexcept {
    auto& ip = packet.checked_header<Ipv4Header>(packet.l3);
    ip.version_and_words = 0x45;
    ip.dscp_ecn = 0;
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

void write_outer_v6(Packet& packet, const IpAddress& from, const IpAddress& to) noexcept {
    auto& ip = packet.checked_header<Ipv6Header>(packet.l3);
    auto& udp = packet.checked_header<UdpHeader>(packet.l4);
    ip.version_class_label.set(0x60000000U);
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

void visit(Round& round, Packet* packet) noexcept {
    const chain::Roster& roster = round.around.roster;
    const flow::FlowEntry& entry = round.worker.flows.entry(packet->flow);
    const ApplianceIndex index = round.worker.flows.hop(packet->flow, packet->hop);
    const IpAddress& appliance = roster.appliances[index].address;
    const forward::Adjacency& way = round.around.forwarding.to_appliance(index);
    const IpAddress* from = way.port == no_index ? nullptr : roster.port_address(way.port, appliance.family());
    if (from == nullptr) return drop(round, packet, DropReason::NoRouteToAppliance);

    const unsigned overhead = overhead_bytes(appliance.family());
    const unsigned inner_bytes = packet->end - packet->l3;
    const unsigned mtu = roster.ports[way.port].mtu;
    if (inner_bytes + overhead > mtu) {
        return answer_with_error(round, packet, IcmpError::too_big, DropReason::TooBig,
                                 static_cast<std::uint16_t>(mtu - overhead));
    }
    if (packet->l3 < overhead + sizeof(EthernetHeader)) return drop(round, packet, DropReason::NoHeadroom);

    ApplianceCounters& counters = round.worker.counters.appliances[index];
    counters.packets_sent.add(1);
    counters.bytes_sent.add(inner_bytes);
    write_geneve(*packet, entry, roster.endpoints[packet->endpoint].id);
    packet->l4 = static_cast<std::uint16_t>(packet->l3 - tunnel_bytes);
    packet->l3 = static_cast<std::uint16_t>(packet->l3 - overhead);
    packet->family = appliance.family();
    if (appliance.is_v4()) {
        write_outer_v4(*packet, *from, appliance);
    } else {
        write_outer_v6(*packet, *from, appliance);
    }
    packet->to_appliance = true;
    packet->appliance = index;
    packet->way = &way;
    round.egress.push(packet);
}

} // namespace

void hop_out(Round& round) noexcept {
    for (Packet* packet : round.hop_out)
        visit(round, packet);
}

} // namespace sallyport::journey
