// SPDX-License-Identifier: Apache-2.0
#include "replay/admission.hpp"

#include "journey/wire.hpp"
#include "kit/inner_packet.hpp"
#include "replay/link_layer.hpp"
#include "replay/packet_pool.hpp"
#include "replay/vlan.hpp"
#include "support/checksum.hpp"

#include <algorithm>
#include <cstring>

namespace sallyport::replay {
namespace {

using journey::EthernetHeader;

/// The station that frames come from whose trace has no Ethernet.
constexpr MacAddress no_station = {{0x02, 0x53, 0x50, 0xff, 0xff, 0xff}};

/// Copies the frame into the packet; a trace without Ethernet gets a header, to be addressed later.
std::optional<DropReason> fill(const InputRecord& input, journey::Packet& packet) {
    const auto frame = read_link_layer(input.link_type, input.record.bytes);
    if (!frame) return DropReason::FrameUnreadable;
    const std::size_t header_bytes = frame->is_ethernet ? 0 : sizeof(EthernetHeader);
    if (header_bytes + frame->bytes.size() > PacketPool::longest_frame_bytes) return DropReason::FrameTooLong;

    packet.end = static_cast<std::uint16_t>(packet.begin + header_bytes + frame->bytes.size());
    if (!frame->bytes.empty()) {
        std::memcpy(packet.buffer + packet.begin + header_bytes, frame->bytes.data(), frame->bytes.size());
    }
    if (!frame->is_ethernet) {
        packet.checked_header<EthernetHeader>(packet.begin) = {MacAddress{}, no_station, be16(frame->ether_type)};
    }
    return std::nullopt;
}

/// A sender's network card fills the IPv4 header checksum in; a trace from the sending machine has zero there. True
/// when it had to be done here.
bool fill_checksum(journey::Packet& packet) noexcept {
    const auto* ethernet = packet.header<EthernetHeader>(packet.begin);
    auto* ip = packet.header<journey::Ipv4Header>(packet.begin + sizeof(EthernetHeader));
    if (ethernet->type.host() != journey::ethertype_ipv4 || ip == nullptr || ip->checksum.raw() != 0) return false;
    const unsigned header_bytes = ip->header_bytes();
    if (header_bytes < sizeof(*ip) || packet.begin + sizeof(EthernetHeader) + header_bytes > packet.end) return false;
    ip->checksum.set_raw(checksum_finish(checksum_add(0, ip, header_bytes)));
    return ip->checksum.raw() != 0;
}

} // namespace

Admission::Admission(const chain::Roster& roster, const std::vector<ReplayPort>& ports, EndpointIndex endpoint,
                     Sides sides)
    : roster_(roster), ports_(ports), endpoint_(endpoint), sides_(std::move(sides)),
      vlans_are_used_(std::ranges::any_of(ports, [](const ReplayPort& port) { return port.vlan != 0; })) {}

std::optional<DropReason> Admission::admit(const InputRecord& input, PortIndex port, journey::Packet& packet) {
    if (const auto fault = fill(input, packet)) return fault;
    // Without Ethernet there was no tag to lose: the frame fits a VLAN port as it is.
    const bool had_ethernet = read_link_layer(input.link_type, input.record.bytes)->is_ethernet;
    if (port == no_index) {
        if (const auto fault = admit_by_frame(packet)) return fault;
    } else if (had_ethernet) {
        if (const auto fault = admit_at_port(port, packet)) return fault;
    } else {
        packet.port = port;
    }
    // A trace was addressed to other machines than this gateway.
    if (auto* ethernet = packet.header<EthernetHeader>(packet.begin)) {
        if (!ethernet->destination.is_multicast()) ethernet->destination = ports_[packet.port].mac;
        if (port == no_index && fill_checksum(packet)) ++filled_checksums_;
    }
    return std::nullopt;
}

std::optional<DropReason> Admission::admit_at_port(PortIndex port, journey::Packet& packet) const {
    const VlanTags tags = read_vlan_tags(packet);
    if (tags.count > 1 || tags.vlan != ports_[port].vlan) return DropReason::VlanUnknown;
    remove_vlan_tags(packet, tags.count);
    packet.port = port;
    return std::nullopt;
}

std::optional<DropReason> Admission::admit_by_frame(journey::Packet& packet) {
    const VlanTags tags = read_vlan_tags(packet);
    EndpointIndex endpoint = endpoint_;
    // Where no port has a VLAN, tags are an accident of where the trace was recorded.
    if (vlans_are_used_ && tags.count > 0 && !(tags.count == 1 && tags.vlan == 0)) {
        if (tags.count > 1) return DropReason::VlanUnknown;
        endpoint = endpoint_of_vlan(tags.vlan);
        if (endpoint == no_index) return DropReason::VlanUnknown;
    }
    remove_vlan_tags(packet, tags.count);
    packet.port = port_for(endpoint, packet);
    return std::nullopt;
}

EndpointIndex Admission::endpoint_of_vlan(std::uint16_t vlan) const noexcept {
    for (std::size_t port = 0; port < ports_.size(); ++port) {
        if (ports_[port].vlan == vlan && roster_.ports[port].endpoint != no_index) return roster_.ports[port].endpoint;
    }
    return no_index;
}

PortIndex Admission::port_for(EndpointIndex endpoint, const journey::Packet& packet) {
    const std::vector<PortIndex>& ports = roster_.endpoints[endpoint].ports;
    const auto* ethernet = packet.header<EthernetHeader>(packet.begin);
    if (ethernet == nullptr || ports.size() == 1) return ports[0];
    appliances::InnerPacket inner;
    const auto ip_bytes = packet.bytes().subspan(sizeof(EthernetHeader));
    // What can not be read has no sides, and will be dropped: north will do.
    if (appliances::parse_inner(ethernet->type.host(), ip_bytes, inner) != appliances::InnerFault::none)
        return ports[0];
    return sides_.side_of_sender(endpoint, inner) == Side::north ? ports[0] : ports[1];
}

} // namespace sallyport::replay
