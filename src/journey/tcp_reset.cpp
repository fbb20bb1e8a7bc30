// SPDX-License-Identifier: Apache-2.0
#include "journey/tcp_reset.hpp"

#include "journey/flow_end.hpp"
#include "journey/host_side.hpp"
#include "journey/origin.hpp"
#include "journey/parse_ip.hpp"
#include "journey/station.hpp"
#include "journey/translate.hpp"
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
    const forward::Adjacency& way = table.route(packet.endpoint, station_address(round, packet));
    packet.way = way.port != no_index ? &way : &table.beyond(side);
    return packet.way->port != no_index;
}

/// Where a RST that the gateway makes goes to.
struct Receiver {
    flow::FlowIndex flow = flow::no_flow;
    EndpointIndex endpoint = no_index;
    flow::Direction heading = flow::Direction::forward;
    PortIndex side = no_index; // the endpoint's port there, for where there is no route
};

/// Gives the RST, which is in the client's view, the form that its receiver knows, and its way. False when it has none.
[[nodiscard]] bool lead(Round& round, Packet& reset, const Receiver& to, Resume& resume) noexcept {
    const PortIndex host = host_side(round, to.flow, to.heading);
    if (host != no_index) {
        address_to_host(round, reset, host);
        resume = Resume::to_host;
        return true;
    }
    const bool is_to_target = to.flow != flow::no_flow && to.heading == flow::Direction::forward &&
                              round.worker.flows.entry(to.flow).is_balanced;
    if (is_to_target) {
        const flow::Translation& translation = round.worker.flows.translation(to.flow);
        reset.flow = to.flow;
        if (translation.leads == flow::Leads::to_target) translate(round, reset, View::target, Sender::client);
        if (translation.leads == flow::Leads::unwritten) reset.station = translation.target;
    }
    return find_way(round, reset, to.side);
}

[[nodiscard]] bool may_be_answered(Round& round, const Segment& segment) noexcept {
    return (segment.flags & TcpHeader::rst) == 0 && round.worker.reset_limit.take(round.around.now);
}

/// Sends the RST, which is in the client's view.
void send_reset(Round& round, const Receiver& to, const Segment& to_write) noexcept {
    Packet* reset = round.outlet.allocate();
    if (reset == nullptr) return; // who gets none is answered when it speaks
    constexpr std::size_t frame_bytes = sizeof(EthernetHeader) + sizeof(Ipv6Header) + sizeof(TcpHeader);
    if (reset->begin + frame_bytes > reset->capacity) return round.give_back(reset);
    reset->endpoint = to.endpoint;
    reset->l3 = static_cast<std::uint16_t>(reset->begin + sizeof(EthernetHeader));
    write_segment(*reset, to_write);
    Resume resume = Resume::egress;
    if (!lead(round, *reset, to, resume)) return round.give_back(reset);
    round.worker.counters.resets_sent.add(1);
    round.produce(reset, resume);
}

void send_to_other_side(Round& round, const Packet& packet, const Segment& to_write) noexcept {
    const PortIndex side = round.around.forwarding.across(origin(round, packet));
    send_reset(round, {packet.flow, packet.endpoint, packet.direction, side}, to_write);
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

/// From now on the gateway answers what comes of the flow. No handshake of it is waited for any more.
void become_reset(WorkerState& worker, flow::FlowIndex flow) noexcept {
    flow::FlowEntry& entry = worker.flows.entry(flow);
    if (entry.is_balanced && entry.state == flow::FlowState::tcp_half_open) end_handshake(worker, flow);
    entry.state = flow::FlowState::tcp_reset;
    entry.has_detours = true;
    worker.counters.flows_reset.add(1);
}

} // namespace

void answer_with_reset(Round& round, Packet* packet, DropReason reason) noexcept {
    round.worker.counters.drop(reason).add(1);
    Segment segment;
    if (!read_segment(*packet, segment) || !may_be_answered(round, segment)) return round.dropped.push(packet);
    const PortIndex from = origin(round, *packet);
    write_segment(*packet, answer_to(segment));
    packet->to_appliance = false;
    Resume resume = Resume::egress;
    if (packet->from_host && packet->flow == flow::no_flow) {
        address_to_host(round, *packet, packet->port);
        resume = Resume::to_host;
    } else if (!lead(round, *packet, {packet->flow, packet->endpoint, opposite(packet->direction), from}, resume)) {
        return round.dropped.push(packet);
    }
    round.worker.counters.resets_sent.add(1);
    (resume == Resume::to_host ? round.to_host : round.egress).push(packet);
}

void reset_flow(Round& round, Packet* packet) noexcept {
    become_reset(round.worker, packet->flow);
    Segment segment;
    if (read_segment(*packet, segment)) reset_other_side(round, *packet, segment);
    answer_with_reset(round, packet, DropReason::FlowReset);
}

void end_connection(Round& round, flow::FlowIndex flow) noexcept {
    const flow::FlowEntry& entry = round.worker.flows.entry(flow);
    const flow::Translation& translation = round.worker.flows.translation(flow);
    const bool is_open = entry.state == flow::FlowState::tcp_established;
    become_reset(round.worker, flow);
    if (!is_open) return; // nobody has acknowledged anything

    const flow::FlowKey& key = entry.key;
    const bool high = entry.initiator_is_high;
    Segment from_client;
    from_client.is_v4 = key.family() == Family::ipv4;
    from_client.source = (high ? key.high_address() : key.low_address()).bytes();
    from_client.destination = (high ? key.low_address() : key.high_address()).bytes();
    from_client.source_port = high ? key.high_port() : key.low_port();
    from_client.destination_port = high ? key.low_port() : key.high_port();
    from_client.flags = TcpHeader::rst;
    from_client.sequence = translation.newer_or_target_ack;
    Segment from_target = from_client;
    std::swap(from_target.source, from_target.destination);
    std::swap(from_target.source_port, from_target.destination_port);
    from_target.sequence = translation.older_or_client_ack;
    if (from_client.is_v4) { // a segment has the four bytes in front
        for (Segment* each : {&from_client, &from_target}) {
            std::memmove(each->source.data(), each->source.data() + 12, 4);
            std::memmove(each->destination.data(), each->destination.data() + 12, 4);
        }
    }
    const PortIndex clients = round.worker.flows.birth(flow).initiator_port;
    if (from_client.sequence != 0)
        send_reset(round, {flow, key.endpoint(), flow::Direction::forward, round.around.forwarding.across(clients)},
                   from_client);
    if (from_target.sequence != 0)
        send_reset(round, {flow, key.endpoint(), flow::Direction::reverse, clients}, from_target);
}

} // namespace sallyport::journey
