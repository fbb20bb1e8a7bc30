// SPDX-License-Identifier: Apache-2.0
#include "journey/icmp_error.hpp"

#include "journey/host_side.hpp"
#include "journey/origin.hpp"
#include "journey/parse_ip.hpp"
#include "journey/translate.hpp"
#include "journey/wire.hpp"
#include "support/checksum.hpp"

#include <algorithm>
#include <cstring>

namespace sallyport::journey {
namespace {

constexpr std::uint8_t ttl_of_own_packets = 64;
constexpr unsigned max_icmpv4_bytes = 576;  // RFC 1812 4.3.2.3
constexpr unsigned max_icmpv6_bytes = 1280; // RFC 4443 2.4 c

struct TypeAndCode {
    std::uint8_t type;
    std::uint8_t code;
};

[[nodiscard]] TypeAndCode type_and_code(Family family, IcmpError error) noexcept {
    const bool v4 = family == Family::ipv4;
    switch (error) {
    case IcmpError::time_exceeded:
        return v4 ? TypeAndCode{11, 0} : TypeAndCode{3, 0};
    case IcmpError::no_route:
        return v4 ? TypeAndCode{3, 0} : TypeAndCode{1, 0};
    case IcmpError::host_unreachable:
        return v4 ? TypeAndCode{3, 1} : TypeAndCode{1, 3};
    case IcmpError::too_big:
        return v4 ? TypeAndCode{3, 4} : TypeAndCode{2, 0};
    }
    return {3, 0};
}

/// Never about an ICMP error, a fragment but the first, or something sent to or from a group.
[[nodiscard]] bool may_be_answered(const Packet& packet, IcmpError error) noexcept {
    if (packet.family == Family::ipv4) {
        const auto& ip = *packet.header<Ipv4Header>(packet.l3);
        const std::uint16_t fragment = ip.fragment.host();
        if ((fragment & Ipv4Header::offset_mask) != 0) return false;
        // RFC 1191: a sender that did not set DF expects the router to fragment, and does not know this answer.
        if (error == IcmpError::too_big && (fragment & Ipv4Header::dont_fragment) == 0) return false;
        const std::uint32_t source = ip.source.host();
        if (source >= 0xe0000000U || source >> 24 == 0 || source >> 24 == 127) return false;
        if (packet.protocol != protocol_icmp) return true;
        // Queries may be answered: echo 8 and 0, timestamp 13 and 14. All else is an error or unknown.
        const std::uint8_t type = packet.l4 < packet.end ? packet.buffer[packet.l4] : 3;
        return type == 8 || type == 0 || type == 13 || type == 14;
    }
    const auto& ip = *packet.header<Ipv6Header>(packet.l3);
    const std::array<std::uint64_t, 2> source = halves(ip.source);
    if (ip.source[0] == 0xff || (source[0] == 0 && source[1] <= 1)) return false;
    if (packet.protocol != protocol_icmpv6) return true;
    // Which message it is a part of, only the first fragment tells, and that one was answered.
    if (packet.kind == Kind::later_fragment) return false;
    // RFC 4443 2.1: errors have types below 128.
    return packet.l4 < packet.end && packet.buffer[packet.l4] >= 128;
}

void write_v4(Packet& packet, const IpAddress& from, TypeAndCode what, std::uint16_t mtu) noexcept {
    const be32 to = packet.header<Ipv4Header>(packet.l3)->source;
    constexpr unsigned headers = sizeof(Ipv4Header) + sizeof(IcmpErrorHeader);
    const unsigned quoted = std::min<unsigned>(packet.end - packet.l3, max_icmpv4_bytes - headers);
    packet.end = static_cast<std::uint16_t>(packet.l3 + quoted);
    packet.l3 = static_cast<std::uint16_t>(packet.l3 - headers);
    packet.l4 = static_cast<std::uint16_t>(packet.l3 + sizeof(Ipv4Header));

    auto& icmp = packet.checked_header<IcmpErrorHeader>(packet.l4);
    icmp = {what.type, what.code, be16{}, be32{mtu}};
    const std::uint16_t icmp_sum = checksum_finish(checksum_add(0, &icmp, sizeof icmp + quoted));
    icmp.checksum.set_raw(icmp_sum);

    auto& ip = packet.checked_header<Ipv4Header>(packet.l3);
    ip = Ipv4Header{};
    ip.version_and_words = 0x45;
    ip.dscp_ecn = 0xc0; // RFC 1812 4.3.2.5: precedence 6, internetwork control
    ip.total_length.set(static_cast<std::uint16_t>(headers + quoted));
    ip.ttl = ttl_of_own_packets;
    ip.protocol = protocol_icmp;
    ip.source.set(from.v4_host_order());
    ip.destination = to;
    const std::uint16_t ip_sum = checksum_finish(checksum_add(0, &ip, sizeof ip));
    ip.checksum.set_raw(ip_sum);
    packet.protocol = protocol_icmp;
}

void write_v6(Packet& packet, const IpAddress& from, TypeAndCode what, std::uint16_t mtu) noexcept {
    const std::array<std::uint8_t, 16> to = packet.header<Ipv6Header>(packet.l3)->source;
    constexpr unsigned headers = sizeof(Ipv6Header) + sizeof(IcmpErrorHeader);
    const unsigned quoted = std::min<unsigned>(packet.end - packet.l3, max_icmpv6_bytes - headers);
    packet.end = static_cast<std::uint16_t>(packet.l3 + quoted);
    packet.l3 = static_cast<std::uint16_t>(packet.l3 - headers);
    packet.l4 = static_cast<std::uint16_t>(packet.l3 + sizeof(Ipv6Header));

    auto& ip = packet.checked_header<Ipv6Header>(packet.l3);
    ip = Ipv6Header{};
    ip.version_class_label.set(0x60000000U);
    ip.payload_length.set(static_cast<std::uint16_t>(sizeof(IcmpErrorHeader) + quoted));
    ip.next_header = protocol_icmpv6;
    ip.hop_limit = ttl_of_own_packets;
    ip.source = from.bytes();
    ip.destination = to;

    auto& icmp = packet.checked_header<IcmpErrorHeader>(packet.l4);
    icmp = {what.type, what.code, be16{}, be32{mtu}};
    // RFC 8200 8.1: the pseudo-header is both addresses, the length and the protocol.
    const be32 length{static_cast<std::uint32_t>(sizeof icmp + quoted)};
    const be32 next{protocol_icmpv6};
    std::uint64_t sum = checksum_add(0, &ip.source, 32);
    sum = checksum_add(checksum_add(sum, &length, 4), &next, 4);
    const std::uint16_t icmp_sum = checksum_finish(checksum_add(sum, &icmp, sizeof icmp + quoted));
    icmp.checksum.set_raw(icmp_sum);
    packet.protocol = protocol_icmpv6;
}

/// The host link of the gateway itself, if it sent the packet; else no_index.
[[nodiscard]] PortIndex senders_host_link(const Round& round, const Packet& packet) noexcept {
    if (packet.flow == flow::no_flow) return no_index;
    const flow::FlowEntry& entry = round.worker.flows.entry(packet.flow);
    // What waited for a neighbour may have outlived its flow.
    const bool is_its = entry.state != flow::FlowState::free && entry.key == packet.key;
    return is_its ? host_side(round, packet.flow, opposite(packet.direction)) : PortIndex{no_index};
}

/// Back to the sender: by the route to it, or, in a replay, by the port that it came in by.
[[nodiscard]] const forward::Adjacency& way_back(Round& round, const Packet& packet) noexcept {
    const forward::Table& table = round.around.forwarding;
    const forward::Adjacency& way = table.route(packet.endpoint, source_address(packet));
    return way.port != no_index ? way : table.beyond(origin(round, packet));
}

} // namespace

void answer_with_error(Round& round, Packet* packet, IcmpError error, DropReason reason, std::uint16_t mtu) noexcept {
    round.worker.counters.drop(reason).add(1);
    const auto give_up = [&] { round.dropped.push(packet); };

    // Rewritten, and its flow has ended while it waited: nobody knows any more who sent it.
    if (packet->is_rewritten && !is_translated(round, *packet)) return give_up();
    restore_as_sent(round, *packet);
    packet->station = no_index;
    constexpr unsigned most_headers = sizeof(EthernetHeader) + sizeof(Ipv6Header) + sizeof(IcmpErrorHeader);
    if (packet->l3 < most_headers || !may_be_answered(*packet, error)) return give_up();
    const PortIndex host = senders_host_link(round, *packet);
    const forward::Adjacency* way = host == no_index ? &way_back(round, *packet) : nullptr;
    if (way != nullptr && way->port == no_index) return give_up();
    // The kernel takes nothing from its own addresses; whom it wrote to may tell it as well as any router.
    const IpAddress receiver = destination_address(*packet);
    const IpAddress* from = way == nullptr ? &receiver : round.around.roster.port_address(way->port, packet->family);
    if (from == nullptr) return give_up();
    if (!round.worker.icmp_limit.take(round.around.now)) {
        round.worker.counters.icmp_errors_limited.add(1);
        return give_up();
    }

    const TypeAndCode what = type_and_code(packet->family, error);
    if (packet->family == Family::ipv4) {
        write_v4(*packet, *from, what, mtu);
    } else {
        write_v6(*packet, *from, what, mtu);
    }
    packet->to_appliance = false;
    packet->way = way;
    round.worker.counters.icmp_errors_sent.add(1);
    if (way != nullptr) return round.egress.push(packet);
    address_to_host(round, *packet, host);
    round.to_host.push(packet);
}

} // namespace sallyport::journey
