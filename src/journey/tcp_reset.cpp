// SPDX-License-Identifier: Apache-2.0
#include "journey/tcp_reset.hpp"

#include "journey/origin.hpp"
#include "journey/parse_ip.hpp"
#include "journey/wire.hpp"
#include "support/checksum.hpp"

#include <cstring>
#include <utility>

namespace sallyport::journey {
namespace {

constexpr std::uint8_t ttl_of_resets = 64;

/// What a RST needs to know of the segment that it answers or takes the place of.
struct Segment {
    bool is_v4 = true;
    std::array<std::uint8_t, 16> source = {};
    std::array<std::uint8_t, 16> destination = {};
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    std::uint32_t sequence = 0;
    std::uint32_t next_sequence = 0; // behind its data, SYN and FIN
    std::uint32_t acknowledgment = 0;
    std::uint8_t flags = 0;

    [[nodiscard]] bool has_ack() const noexcept { return (flags & TcpHeader::ack) != 0; }
};

/// After parse_network and parse_flow; false when there is no whole TCP header here.
[[nodiscard]] bool read_segment(const Packet& packet, Segment& segment) noexcept {
    const auto* tcp = packet.header<TcpHeader>(packet.l4);
    if (packet.kind != Kind::whole || packet.protocol != protocol_tcp || tcp == nullptr) return false;
    segment.is_v4 = packet.family == Family::ipv4;
    if (segment.is_v4) {
        const auto& ip = packet.checked_header<Ipv4Header>(packet.l3);
        std::memcpy(segment.source.data(), &ip.source, 4);
        std::memcpy(segment.destination.data(), &ip.destination, 4);
    } else {
        const auto& ip = packet.checked_header<Ipv6Header>(packet.l3);
        segment.source = ip.source;
        segment.destination = ip.destination;
    }
    segment.source_port = tcp->source_port.host();
    segment.destination_port = tcp->destination_port.host();
    segment.sequence = tcp->sequence.host();
    segment.acknowledgment = tcp->acknowledgment.host();
    segment.flags = tcp->flags;
    const auto data_bytes = static_cast<std::uint32_t>(packet.end - packet.l4 - (tcp->words >> 4) * 4);
    const std::uint32_t marks =
        ((tcp->flags & TcpHeader::syn) != 0 ? 1U : 0U) + ((tcp->flags & TcpHeader::fin) != 0 ? 1U : 0U);
    segment.next_sequence = segment.sequence + data_bytes + marks;
    return true;
}

/// The RST with which the segment's receiver would answer it.
[[nodiscard]] Segment answer_to(const Segment& segment) noexcept {
    Segment reset = segment;
    std::swap(reset.source, reset.destination);
    std::swap(reset.source_port, reset.destination_port);
    reset.flags = TcpHeader::rst;
    reset.sequence = segment.acknowledgment;
    reset.acknowledgment = 0;
    if (!segment.has_ack()) {
        reset.sequence = 0;
        reset.acknowledgment = segment.next_sequence;
        reset.flags = TcpHeader::rst | TcpHeader::ack;
    }
    return reset;
}

/// The RST that its sender could have sent instead of the segment. Behind a SYN, for that one has been seen before: the
/// flow was there already (RFC 9293 3.10.7.4 takes a RST for what comes next, and no other).
[[nodiscard]] Segment in_place_of(const Segment& segment) noexcept {
    Segment reset = segment;
    if ((segment.flags & TcpHeader::syn) != 0) ++reset.sequence;
    reset.flags = static_cast<std::uint8_t>(TcpHeader::rst | (segment.flags & TcpHeader::ack));
    return reset;
}

void write_addresses(Packet& packet, const Segment& segment) noexcept {
    if (segment.is_v4) {
        auto& ip = packet.checked_header<Ipv4Header>(packet.l3);
        ip = Ipv4Header{};
        ip.version_and_words = 0x45;
        ip.total_length.set(sizeof(Ipv4Header) + sizeof(TcpHeader));
        ip.fragment.set(Ipv4Header::dont_fragment);
        ip.ttl = ttl_of_resets;
        ip.protocol = protocol_tcp;
        std::memcpy(&ip.source, segment.source.data(), 4);
        std::memcpy(&ip.destination, segment.destination.data(), 4);
        const std::uint16_t sum = checksum_finish(checksum_add(0, &ip, sizeof ip));
        ip.checksum.set_raw(sum);
        return;
    }
    auto& ip = packet.checked_header<Ipv6Header>(packet.l3);
    ip = Ipv6Header{};
    ip.version_class_label.set(0x60000000U);
    ip.payload_length.set(sizeof(TcpHeader));
    ip.next_header = protocol_tcp;
    ip.hop_limit = ttl_of_resets;
    ip.source = segment.source;
    ip.destination = segment.destination;
}

/// Fills the packet from l3 on with the RST.
void write_segment(Packet& packet, const Segment& segment) noexcept {
    const std::size_t ip_bytes = segment.is_v4 ? sizeof(Ipv4Header) : sizeof(Ipv6Header);
    packet.l4 = static_cast<std::uint16_t>(packet.l3 + ip_bytes);
    packet.end = static_cast<std::uint16_t>(packet.l4 + sizeof(TcpHeader));
    packet.family = segment.is_v4 ? Family::ipv4 : Family::ipv6;
    packet.protocol = protocol_tcp;
    packet.tcp_flags = segment.flags;
    write_addresses(packet, segment);

    auto& tcp = packet.checked_header<TcpHeader>(packet.l4);
    tcp = TcpHeader{};
    tcp.source_port.set(segment.source_port);
    tcp.destination_port.set(segment.destination_port);
    tcp.sequence.set(segment.sequence);
    tcp.acknowledgment.set(segment.acknowledgment);
    tcp.words = (sizeof(TcpHeader) / 4) << 4;
    tcp.flags = segment.flags;
    // RFC 9293 3.1: the pseudo-header is both addresses, the protocol and the length.
    const std::size_t address_bytes = segment.is_v4 ? 4 : 16;
    const be32 length{sizeof(TcpHeader)};
    const be32 protocol{protocol_tcp};
    std::uint64_t sum = checksum_add(0, segment.source.data(), address_bytes);
    sum = checksum_add(sum, segment.destination.data(), address_bytes);
    sum = checksum_add(checksum_add(sum, &length, 4), &protocol, 4);
    const std::uint16_t checksum = checksum_finish(checksum_add(sum, &tcp, sizeof tcp));
    tcp.checksum.set_raw(checksum);
}

/// By the route to its receiver, or, in a replay, by the port on `side`. False when there is none.
[[nodiscard]] bool find_way(Round& round, Packet& packet, PortIndex side) noexcept {
    const forward::Table& table = round.around.forwarding;
    const forward::Adjacency& way = table.route(packet.endpoint, destination_address(packet));
    packet.way = way.port != no_index ? &way : &table.beyond(side);
    return packet.way->port != no_index;
}

[[nodiscard]] bool may_be_answered(Round& round, const Segment& segment) noexcept {
    return (segment.flags & TcpHeader::rst) == 0 && round.worker.reset_limit.take(round.around.now);
}

void send_to_other_side(Round& round, const Packet& packet, const Segment& to_write) noexcept {
    Packet* reset = round.outlet.allocate();
    if (reset == nullptr) return; // the other side is answered when it speaks
    constexpr std::size_t frame_bytes = sizeof(EthernetHeader) + sizeof(Ipv6Header) + sizeof(TcpHeader);
    if (reset->begin + frame_bytes > reset->capacity) return round.give_back(reset);
    reset->endpoint = packet.endpoint;
    reset->l3 = static_cast<std::uint16_t>(reset->begin + sizeof(EthernetHeader));
    write_segment(*reset, to_write);
    if (!find_way(round, *reset, round.around.forwarding.across(origin(round, packet)))) {
        return round.give_back(reset);
    }
    round.worker.counters.resets_sent.add(1);
    round.produce(reset, Resume::egress);
}

/// Whoever got the segment's data already, and whose acknowledgment was lost with the appliance, takes only a RST
/// behind it; whoever did not, only one in its place. So both are sent when there are data.
void reset_other_side(Round& round, const Packet& packet, const Segment& segment) noexcept {
    Segment reset = in_place_of(segment);
    send_to_other_side(round, packet, reset);
    if ((segment.flags & TcpHeader::rst) != 0 || reset.sequence == segment.next_sequence) return;
    reset.sequence = segment.next_sequence;
    send_to_other_side(round, packet, reset);
}

} // namespace

void answer_with_reset(Round& round, Packet* packet, DropReason reason) noexcept {
    round.worker.counters.drop(reason).add(1);
    Segment segment;
    if (!read_segment(*packet, segment) || !may_be_answered(round, segment)) return round.dropped.push(packet);
    const PortIndex from = origin(round, *packet);
    write_segment(*packet, answer_to(segment));
    if (!find_way(round, *packet, from)) return round.dropped.push(packet);
    packet->to_appliance = false;
    round.worker.counters.resets_sent.add(1);
    round.egress.push(packet);
}

void reset_flow(Round& round, Packet* packet) noexcept {
    flow::FlowEntry& entry = round.worker.flows.entry(packet->flow);
    entry.state = flow::FlowState::tcp_reset;
    entry.has_detours = true;
    round.worker.counters.flows_reset.add(1);
    Segment segment;
    if (read_segment(*packet, segment)) reset_other_side(round, *packet, segment);
    answer_with_reset(round, packet, DropReason::FlowReset);
}

} // namespace sallyport::journey
