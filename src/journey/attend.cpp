// SPDX-License-Identifier: Apache-2.0
#include "journey/attend.hpp"

#include "journey/flow_end.hpp"
#include "journey/listen.hpp"
#include "journey/own_address.hpp"
#include "journey/parse_ip.hpp"
#include "journey/tcp_reset.hpp"
#include "journey/tcp_state.hpp"
#include "journey/translate.hpp"
#include "journey/wire.hpp"

namespace sallyport::journey {
namespace {

using flow::FlowState;

/// What passive checks go by: did the target take the connection?
void note_answer(Round& round, const Packet& packet, const flow::FlowEntry& entry,
                 flow::Translation& translation) noexcept {
    if (translation.target_answered || packet.kind == Kind::icmp_error || translation.target == no_index) return;
    translation.target_answered = true;
    if (entry.state != FlowState::tcp_half_open) return;
    TargetCounters& counters = round.worker.counters.targets[translation.target];
    ((packet.tcp_flags & TcpHeader::rst) != 0 ? counters.refused : counters.answered).add(1);
}

/// Packets of a burst are all found before the first of them goes on, and one may have opened the flow anew since, or
/// moved it: what another target said is no part of it.
[[nodiscard]] bool is_still_at_second(const flow::FlowEntry& entry, const flow::Translation& translation,
                                      const Packet& packet) noexcept {
    return entry.is_balanced && translation.leads == flow::Leads::to_target && translation.key == packet.key;
}

/// Whoever sends from a listener's address: a target that holds it, too, or a proxy. What other targets say has their
/// own addresses. And of a leg only the gateway itself is the initiator.
[[nodiscard]] bool comes_from_its_side(const Packet& packet, const flow::Translation& translation) noexcept {
    const bool is_forward = packet.direction == flow::Direction::forward;
    if (translation.leads == flow::Leads::from_host) return packet.from_host == is_forward;
    return is_forward || translation.leads == flow::Leads::unwritten || packet.from_host;
}

/// False when the packet has ended here: its target is not to have it, nor has anybody else.
[[nodiscard]] bool may_go_on(Round& round, Packet* packet, const flow::FlowEntry& entry,
                             const flow::Translation& translation) noexcept {
    if (entry.state == FlowState::tcp_reset) {
        answer_with_reset(round, packet, DropReason::FlowReset);
        return false;
    }
    // A proxy's flows have no target, nor have those of UDP that could not be moved: proxies are for TCP.
    const bool is_stranded = translation.target == no_index && entry.key.protocol() != protocol_tcp;
    const bool is_over = is_stranded || (translation.target != no_index &&
                                         round.around.roster.directory->targets[translation.target].ends_flows);
    if (!is_over) return true;
    if (entry.key.protocol() == protocol_tcp) {
        round.worker.counters.targets[translation.target].terminated.add(1);
        reset_flow(round, packet);
        return false;
    }
    // UDP knows no resets. What the former target still sends goes its way.
    if (packet->direction == flow::Direction::reverse || move_to_another_target(round, *packet)) return true;
    drop(round, packet, DropReason::NoTarget);
    return false;
}

/// Whether the packet's destination is no port's own address: the kernel has it for neighbours to ask, and no more.
[[nodiscard]] bool is_listeners_only(const Round& round, const Packet& packet) noexcept {
    const IpAddress to = destination_address(packet);
    return directory_of(round.around.roster)
        .extra_addresses.contains({.address = {to.high(), to.low()},
                                   .endpoint = round.around.roster.ports[packet.port].endpoint,
                                   .family = to.family()});
}

} // namespace

bool attend(Round& round, Packet* packet) noexcept {
    WorkerState& worker = round.worker;
    const flow::FlowEntry& entry = worker.flows.entry(packet->flow);
    flow::Translation& translation = worker.flows.translation(packet->flow);
    if (packet->by_second) {
        if (!is_still_at_second(entry, translation, *packet)) {
            drop(round, packet, packet->protocol == protocol_tcp ? DropReason::TcpNotSyn : DropReason::NoTarget);
            return false;
        }
        if (packet->from_high == translation.client_is_high) {
            // The client itself, past its listener, with the ports that its flow has at the target.
            drop(round, packet, DropReason::TargetFlowTaken);
            return false;
        }
        packet->direction = flow::Direction::reverse;
        translate(round, *packet, View::client, Sender::target);
        packet->key = entry.key;
        packet->from_high = !entry.initiator_is_high;
    } else {
        packet->direction = entry.direction(packet->from_high);
        if (!comes_from_its_side(*packet, translation)) {
            drop(round, packet, DropReason::MartianAddress);
            return false;
        }
    }
    if (packet->direction == flow::Direction::reverse) note_answer(round, *packet, entry, translation);
    return may_go_on(round, packet, entry, translation);
}

void follow_listeners_flow(Round& round, const Packet& packet, bool was_half_open) noexcept {
    const flow::FlowEntry& entry = round.worker.flows.entry(packet.flow);
    if (entry.state == FlowState::tcp_half_open) return;
    if (was_half_open) end_handshake(round.worker, packet.flow);
    if (packet.kind != Kind::whole || (packet.tcp_flags & TcpHeader::ack) == 0) return;
    flow::Translation& translation = round.worker.flows.translation(packet.flow);
    const std::uint32_t acknowledgment = packet.checked_header<TcpHeader>(packet.l4).acknowledgment.host();
    (packet.direction == flow::Direction::forward ? translation.older_or_client_ack : translation.newer_or_target_ack) =
        acknowledgment;
}

bool is_for_host(const Round& round, const Packet& packet) noexcept {
    const bool is_icmp = packet.protocol == protocol_icmp || packet.protocol == protocol_icmpv6;
    return is_icmp || !is_listeners_only(round, packet);
}

bool turn_to_gateway(Round& round, Packet* packet, DropReason reason) noexcept {
    if (reason != DropReason::NoListener && reason != DropReason::IcmpUnrelated) return false;
    const bool is_here = whose_address(round.around.roster.ports[packet->port], *packet) == Addressee::gateway;
    if (is_here && is_for_host(round, *packet)) {
        round.to_host.push(packet);
    } else {
        drop(round, packet,
             is_listeners_only(round, *packet) ? DropReason::NoListener : DropReason::OwnAddressElsewhere);
    }
    return true;
}

} // namespace sallyport::journey
