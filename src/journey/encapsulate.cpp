// SPDX-License-Identifier: Apache-2.0
#include "journey/encapsulate.hpp"

#include "geneve/client.hpp"

#include <algorithm>

namespace sallyport::journey::detail {
namespace {

/// In front of packets for groups with an Ethernet payload. Made-up, locally administered: nobody goes by them.
constexpr MacAddress inner_source{{0x02, 0x53, 0x50, 0x00, 0x00, 0x01}};
constexpr MacAddress inner_destination{{0x02, 0x53, 0x50, 0x00, 0x00, 0x02}};

/// Puts the inner Ethernet header on; gives the protocol type of what GENEVE then carries.
[[nodiscard]] std::uint16_t begin_payload(Packet& packet, config::Payload payload) noexcept {
    const std::uint16_t type = ethertype(packet);
    if (payload == config::Payload::ip) return type;
    packet.l3 = static_cast<std::uint16_t>(packet.l3 - sizeof(EthernetHeader));
    packet.checked_header<EthernetHeader>(packet.l3) = {inner_destination, inner_source, be16{type}};
    return geneve::protocol_type_ethernet;
}

/// False: the flow is no leg, or nobody knows for whom it was opened.
[[nodiscard]] bool find_client(const Round& round, const Tunnel& tunnel, geneve::ClientOption& client) noexcept {
    if (!round.around.roster.appliances[tunnel.appliance].wants_client || tunnel.flow == flow::no_flow) return false;
    if (!round.worker.flows.entry(tunnel.flow).is_balanced) return false;
    const flow::Translation& leg = round.worker.flows.translation(tunnel.flow);
    if (!leg.has_client()) return false;
    const IpAddress address = leg.client_address();
    client.is_v4 = address.is_v4();
    client.port = leg.client_port();
    std::copy(address.bytes().begin() + (client.is_v4 ? 12 : 0), address.bytes().end(), client.address.begin());
    return true;
}

} // namespace

void write_geneve_with_more(const Round& round, Packet& packet, const Tunnel& tunnel) noexcept {
    const std::uint16_t type = begin_payload(packet, round.around.roster.appliances[tunnel.appliance].payload);
    geneve::ClientOption client;
    if (!find_client(round, tunnel, client)) return write_geneve(packet, type, tunnel);
    const auto bytes = static_cast<unsigned>(client.size());
    geneve::write_client(packet.buffer + packet.l3 - bytes, client);
    write_geneve(packet, type, tunnel, bytes);
    // RFC 8926 3.4: Opt Len, in words, is the first octet's low six bits; version 0 stands above it.
    packet.buffer[packet.l4 + sizeof(UdpHeader)] = static_cast<std::uint8_t>((geneve::gwlb_options_size + bytes) / 4);
}

} // namespace sallyport::journey::detail
