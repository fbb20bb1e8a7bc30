// SPDX-License-Identifier: Apache-2.0
#include "replay/sides.hpp"

#include <algorithm>

namespace sallyport::replay {
namespace {

Side side(bool sender_is_initiator) noexcept {
    return sender_is_initiator ? Side::north : Side::south;
}

} // namespace

flow::OrientedKey flow_of(EndpointIndex endpoint, const appliances::InnerPacket& packet) noexcept {
    flow::Tuple tuple;
    tuple.source = {packet.source.high(), packet.source.low()};
    tuple.destination = {packet.destination.high(), packet.destination.low()};
    if (packet.protocol == appliances::protocol::tcp || packet.protocol == appliances::protocol::udp) {
        tuple.source_port = packet.source_port;
        tuple.destination_port = packet.destination_port;
    }
    tuple.endpoint = endpoint;
    tuple.protocol = packet.protocol;
    tuple.family = packet.source.family();
    return flow::orient(tuple);
}

std::size_t Sides::Hash::operator()(const flow::FlowKey& key) const noexcept {
    return flow::table_hash(SipKey{}, key);
}

Sides::Sides(std::vector<IpPrefix> north, std::size_t capacity) : north_(std::move(north)), capacity_(capacity) {}

Side Sides::side_of_sender(EndpointIndex endpoint, const appliances::InnerPacket& packet) {
    if (!north_.empty()) {
        return side(
            std::ranges::any_of(north_, [&](const IpPrefix& prefix) { return prefix.contains(packet.source); }));
    }

    // An ICMP error goes to the sender of the packet that it quotes, so it comes from that packet's far side.
    appliances::InnerPacket quoted;
    if (packet.is_icmp_error() && appliances::parse_quoted(packet, quoted) == appliances::InnerFault::none) {
        const flow::OrientedKey flow = flow_of(endpoint, quoted);
        if (const bool* initiator_is_high = find(flow.key)) return side(*initiator_is_high != flow.from_high);
    }

    const flow::OrientedKey flow = flow_of(endpoint, packet);
    if (packet.fragment == appliances::Fragment::first && packet.has_ports) {
        // The later ones have no ports: they come from the side of the last first one between the two hosts.
        appliances::InnerPacket later = packet;
        later.fragment = appliances::Fragment::later;
        later.has_ports = false;
        later.source_port = later.destination_port = 0;
        const bool* initiator_is_high = find(flow.key);
        const bool from_initiator = initiator_is_high == nullptr || *initiator_is_high == flow.from_high;
        const flow::OrientedKey portless = flow_of(endpoint, later);
        remember(portless.key, portless.from_high == from_initiator);
    }
    const auto opens = packet.tcp_flags & (appliances::tcp_flag::syn | appliances::tcp_flag::ack);
    const bool is_syn = packet.protocol == appliances::protocol::tcp && opens == appliances::tcp_flag::syn;
    if (const bool* initiator_is_high = is_syn ? nullptr : find(flow.key)) {
        return side(*initiator_is_high == flow.from_high);
    }
    // A SYN tells who begins, whatever was seen before; a SYN with ACK that the trace begins with, that the other did.
    const bool is_syn_ack = packet.protocol == appliances::protocol::tcp &&
                            opens == (appliances::tcp_flag::syn | appliances::tcp_flag::ack);
    remember(flow.key, flow.from_high != is_syn_ack);
    return side(!is_syn_ack);
}

const bool* Sides::find(const flow::FlowKey& key) {
    if (const auto found = recent_.find(key); found != recent_.end()) return &found->second;
    const auto found = older_.find(key);
    if (found == older_.end()) return nullptr;
    remember(key, found->second);
    return &recent_.find(key)->second;
}

void Sides::remember(const flow::FlowKey& key, bool initiator_is_high) {
    if (recent_.size() >= capacity_ && !recent_.contains(key)) {
        older_ = std::move(recent_);
        recent_.clear();
    }
    recent_[key] = initiator_is_high;
}

} // namespace sallyport::replay
