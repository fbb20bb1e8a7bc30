// SPDX-License-Identifier: Apache-2.0
#include "cli/first_packet.hpp"

#include "journey/packet.hpp"
#include "journey/parse_flow.hpp"
#include "journey/parse_ip.hpp"
#include "journey/wire.hpp"

#include <array>

namespace sallyport::cli {
namespace {

using journey::Ipv4Header;
using journey::Ipv6Header;
using journey::TcpHeader;
using journey::UdpHeader;

void write_ip(journey::Packet& packet, const FlowText& flow) {
    if (flow.source.is_v4()) {
        auto& ip = packet.checked_header<Ipv4Header>(0);
        ip.version_and_words = 0x45;
        ip.protocol = flow.protocol;
        ip.source.set(flow.source.v4_host_order());
        ip.destination.set(flow.destination.v4_host_order());
    } else {
        auto& ip = packet.checked_header<Ipv6Header>(0);
        ip.next_header = flow.protocol;
        ip.source = flow.source.bytes();
        ip.destination = flow.destination.bytes();
    }
}

void write_transport(journey::Packet& packet, const FlowText& flow) {
    // UDP has its ports where TCP has them.
    auto& tcp = packet.checked_header<TcpHeader>(packet.l4);
    tcp.source_port.set(flow.source_port);
    tcp.destination_port.set(flow.destination_port);
    if (flow.protocol == journey::protocol_tcp) {
        tcp.words = 5U << 4U;
        tcp.flags = TcpHeader::syn;
    } else {
        packet.checked_header<UdpHeader>(packet.l4).length.set(sizeof(UdpHeader));
    }
}

} // namespace

FirstPacket examine_first_packet(const FlowText& flow, const chain::Port& port) {
    std::array<std::uint8_t, sizeof(Ipv6Header) + sizeof(TcpHeader)> bytes = {};
    journey::Packet packet;
    packet.buffer = bytes.data();
    packet.capacity = packet.end = static_cast<std::uint16_t>(bytes.size());
    packet.family = flow.source.family();
    packet.protocol = flow.protocol;
    packet.l4 = flow.source.is_v4() ? sizeof(Ipv4Header) : sizeof(Ipv6Header);
    write_ip(packet, flow);
    write_transport(packet, flow);

    FirstPacket result;
    result.addressee = journey::whose_address(port, packet);
    result.fault = journey::parse_flow(packet, result.tuple);
    return result;
}

} // namespace sallyport::cli
