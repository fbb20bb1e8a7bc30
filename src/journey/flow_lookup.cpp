// SPDX-License-Identifier: Apache-2.0
// Step 3: which flow is it of? A packet of no flow may begin one. What a target sends becomes here what its client will
// see, so that the chain's appliances see one flow.
// Leads on to: hop_out (the chain's first visit, or its last on the way back), detour (when that is no plain visit),
// balance (a flow without a chain), egress (a reset in the packet's place), another worker (who owns the flow), to_host
// (for the gateway itself after all), the port (what the gateway itself says without a chain). Drops: TcpNotSyn,
// NoPolicyMatch, NoAppliance, FlowTableFull, IcmpUnrelated, FragmentTableFull, NoListener, SourceNotAllowed, NoTarget,
// PortAllocationError, TargetFlowTaken, OwnAddressElsewhere, MartianAddress.
#include "journey/attend.hpp"
#include "journey/flow_end.hpp"
#include "journey/fragments.hpp"
#include "journey/from_host.hpp"
#include "journey/listen.hpp"
#include "journey/mss_clamp.hpp"
#include "journey/new_flow.hpp"
#include "journey/next_hop.hpp"
#include "journey/owner.hpp"
#include "journey/steps.hpp"
#include "journey/tcp_reset.hpp"
#include "journey/tcp_state.hpp"

namespace sallyport::journey {
namespace {

/// The live flow of the packet; ends one whose timer has run out. No packet of this round holds that one: it had run
/// out for them too.
[[nodiscard]] flow::FlowIndex find_live(Round& round, Packet& packet) noexcept {
    WorkerState& worker = round.worker;
    const flow::Found found = worker.flows.find(packet.hash, packet.key, packet.flow);
    if (!found) return flow::no_flow;
    const flow::FlowIndex flow = found.flow();
    packet.by_second = found.is_second();
    const flow::FlowEntry& entry = worker.flows.entry(flow);
    if (!worker.is_over(entry, round.around.now.wrapped_ms())) [[likely]]
        return flow;
    packet.by_second = false;
    end_flow(worker, flow, flow::reason_of_timeout(entry), round.around.now);
    return flow::no_flow;
}

/// Whether the packet opens anew what has closed.
[[nodiscard]] bool reopens(const flow::FlowEntry& entry, const Packet& packet) noexcept {
    const bool has_ended = entry.state == flow::FlowState::tcp_closing || entry.state == flow::FlowState::tcp_reset;
    return has_ended && opens(packet.tcp_flags) && !packet.by_second;
}

void count(flow::FlowCounters& counters, const Packet& packet) noexcept {
    const auto direction = static_cast<unsigned>(packet.direction);
    counters.packets[direction] += 1;
    counters.bytes[direction] += static_cast<std::uint64_t>(packet.end - packet.l3);
}

/// The flow's state, as the packet changes it.
[[gnu::always_inline]] inline void take_note(Round& round, Packet& packet, flow::FlowEntry& entry) noexcept {
    entry.last_seen_ms = round.around.now.wrapped_ms();
    if (packet.protocol != protocol_tcp) return;
    const bool was_half_open = entry.state == flow::FlowState::tcp_half_open;
    follow(entry, packet.tcp_flags, packet.from_high);
    if (entry.is_balanced) [[unlikely]]
        follow_listeners_flow(round, packet, was_half_open);
    if ((packet.tcp_flags & TcpHeader::syn) != 0) [[unlikely]]
        clamp_mss(round, packet);
}

/// The same for packets that are not whole: an error neither keeps its flow alive nor speaks for it, and of fragments
/// only the first has flags. False when the packet can not go on.
[[nodiscard]] bool take_note_of_part(Round& round, Packet& packet, flow::FlowEntry& entry) noexcept {
    if (packet.kind == Kind::icmp_error) return true;
    if (entry.hop_count != 0 && !remember_fragment(round, packet)) return false;
    if (packet.kind == Kind::first_fragment) {
        take_note(round, packet, entry);
    } else {
        entry.last_seen_ms = round.around.now.wrapped_ms();
    }
    return true;
}

void send_on(Round& round, Packet* packet) noexcept {
    flow::FlowEntry& entry = round.worker.flows.entry(packet->flow);
    if (entry.is_balanced || packet->by_second) [[unlikely]] {
        if (!attend(round, packet)) return;
    } else {
        packet->direction = entry.direction(packet->from_high);
    }
    if (packet->kind == Kind::whole) [[likely]] {
        take_note(round, *packet, entry);
    } else if (!take_note_of_part(round, *packet, entry)) {
        return drop(round, packet, DropReason::FragmentTableFull);
    }
    count(round.worker.flows.counters(packet->flow), *packet);

    if (entry.hop_count == 0) return round.balance.push(packet);
    packet->hop = packet->direction == flow::Direction::forward ? std::uint8_t{0}
                                                                : static_cast<std::uint8_t>(entry.hop_count - 1);
    go_to_hop(round, packet, entry);
}

/// What a proxy says to a target leaves as it is when policy has no chain for it; one of no flow, that should have one,
/// is the end of the proxy's connection.
void refuse_host(Round& round, Packet* packet, DropReason reason) noexcept {
    const bool is_leg = packet->direction == flow::Direction::forward;
    if (is_leg && reason == DropReason::NoPolicyMatch) return leave_as_it_is(round, packet);
    if (is_leg && reason == DropReason::TcpNotSyn) return answer_with_reset(round, packet, reason);
    drop(round, packet, reason);
}

/// The sender of a segment of no flow may be told so; who knocks at a listener without targets always is.
void refuse(Round& round, Packet* packet, DropReason reason) noexcept {
    if (packet->from_host) [[unlikely]]
        return refuse_host(round, packet, reason);
    if (packet->to_gateway && turn_to_gateway(round, packet, reason)) return;
    if (reason == DropReason::NoTarget) return answer_with_reset(round, packet, reason);
    if (reason != DropReason::TcpNotSyn) return drop(round, packet, reason);
    const ListenerIndex listener = packet->to_gateway ? find_listener(round, *packet) : ListenerIndex{no_index};
    if (midstream_of(round, *packet, listener) != config::TcpMidstream::reset) return drop(round, packet, reason);
    answer_with_reset(round, packet, reason);
}

} // namespace

void flow_lookup(Round& round) noexcept {
    flow::FlowTable& flows = round.worker.flows;
    for (Packet* packet : round.flow_lookup)
        packet->flow = flows.guess(packet->hash);
    for (Packet* packet : round.flow_lookup) {
        packet->flow = flows.guess_again(packet->hash, packet->flow);
        if (packet->flow != flow::no_flow) flows.prefetch_counters(packet->flow);
    }
    const WorkerSettings& settings = round.worker.settings;
    Inbox known;
    for (Packet* packet : round.flow_lookup) {
        const unsigned owner = owner_of(round, *packet);
        if (owner != settings.index) {
            hand_over(round, packet, owner, Resume::flow_lookup);
            continue;
        }
        packet->flow = find_live(round, *packet);
        if (packet->flow == flow::no_flow || reopens(flows.entry(packet->flow), *packet)) [[unlikely]] {
            if (const auto refusal = begin_flow(round, *packet)) {
                refuse(round, packet, *refusal);
                continue;
            }
        }
        known.push(packet);
    }
    for (Packet* packet : known)
        send_on(round, packet);
}

} // namespace sallyport::journey
