// SPDX-License-Identifier: Apache-2.0
#include "journey/new_flow.hpp"

#include "chain/selection.hpp"
#include "journey/cookie.hpp"
#include "journey/flow_end.hpp"
#include "journey/leg.hpp"
#include "journey/listen.hpp"
#include "journey/tcp_state.hpp"

namespace sallyport::journey {
namespace {

[[nodiscard]] chain::NewFlow describe(const Packet& packet, const chain::Port& port) noexcept {
    const flow::FlowKey& key = packet.key;
    chain::NewFlow flow;
    flow.endpoint = packet.endpoint;
    flow.direction = chain::direction_from(port);
    flow.protocol = packet.protocol;
    flow.source = packet.from_high ? key.high_address() : key.low_address();
    flow.destination = packet.from_high ? key.low_address() : key.high_address();
    flow.source_port = packet.from_high ? key.high_port() : key.low_port();
    flow.destination_port = packet.from_high ? key.low_port() : key.high_port();
    return flow;
}

/// The state that the flow begins in; `free` when this packet may not begin one.
[[nodiscard]] flow::FlowState first_state(const Packet& packet, config::TcpMidstream midstream) noexcept {
    using flow::FlowState;
    if (packet.protocol == protocol_udp) return FlowState::udp;
    if (packet.protocol != protocol_tcp) return FlowState::other;
    if (opens(packet.tcp_flags)) return FlowState::tcp_half_open;
    const bool adopted = midstream == config::TcpMidstream::adopt && (packet.tcp_flags & TcpHeader::rst) == 0;
    return adopted ? FlowState::tcp_established : FlowState::free;
}

struct Hops {
    std::array<ApplianceIndex, max_hops> appliances;
    std::uint8_t count = 0;
    bool has_detours = false;
};

/// False when nobody of an inline group may take the flow.
[[nodiscard]] bool choose_hops(Round& round, ChainIndex chain, const flow::FlowKey& key, Hops& hops) noexcept {
    if (chain == no_index) return true;
    const chain::Roster& roster = round.around.roster;
    for (const GroupIndex index : roster.chains[chain].groups) {
        const chain::HopChoice choice = chain::choose_hop(roster, roster.groups[index], key);
        if (choice.kind == chain::HopKind::nobody) return false;
        if (choice.kind == chain::HopKind::bypassed) round.worker.counters.groups[index].flows_bypassed.add(1);
        hops.has_detours |= choice.kind != chain::HopKind::visit;
        hops.appliances[hops.count++] = choice.appliance;
    }
    return true;
}

/// A new entry, or that of the flow of the same key that has ended.
[[nodiscard]] bool take_entry(WorkerState& worker, Packet& packet, Instant now) noexcept {
    if (packet.flow != flow::no_flow) {
        leave_books(worker, packet.flow, flow::reason_of_restart(worker.flows.entry(packet.flow)), now);
        worker.flows.restart(packet.flow);
        return true;
    }
    packet.flow = worker.flows.insert(packet.hash, packet.key);
    return packet.flow != flow::no_flow;
}

/// What is known of a flow before it has an entry.
struct Beginning {
    flow::FlowState state = flow::FlowState::free;
    std::uint16_t rule = no_index;
    ChainIndex chain = no_index;
    Hops hops;
};

/// Makes the flow. False when the table is full.
[[nodiscard]] bool enter(Round& round, Packet& packet, const Beginning& beginning) noexcept {
    WorkerState& worker = round.worker;
    if (!take_entry(worker, packet, round.around.now)) return false;
    const flow::FlowIndex flow = packet.flow;
    const Hops& hops = beginning.hops;
    const std::uint32_t now_ms = round.around.now.wrapped_ms();
    flow::FlowEntry& entry = worker.flows.entry(flow);
    entry.state = beginning.state;
    entry.chain = beginning.chain;
    entry.hop_count = hops.count;
    entry.has_detours = hops.has_detours;
    entry.initiator_is_high = packet.from_high;
    entry.last_seen_ms = now_ms;
    entry.cookie = make_cookie(worker.settings.keys.cookie, worker.settings.index, worker.cookie_sequence++);
    entry.outer_source_port =
        hops.count == 0 ? std::uint16_t{0} : chain::outer_source_port(round.around.roster, packet.key);
    for (unsigned hop = 0; hop < hops.count; ++hop) {
        worker.flows.set_hop(flow, hop, hops.appliances[hop]);
        if (hops.appliances[hop] == no_index) continue;
        worker.counters.appliances[hops.appliances[hop]].flows_created.add(1);
    }
    flow::FlowBirth& birth = worker.flows.birth(flow);
    birth.created_ms = now_ms;
    birth.initiator_port = packet.origin;
    birth.rule = beginning.rule;
    worker.counters.flows_created.add(1);
    worker.newest_flow = flow;
    return true;
}

/// What a proxy answers its clients begins no flow; what it says to targets does, if policy has a chain for it. A
/// connection of before, or whose flow has run out, is adopted only where the endpoint says so: the proxy is told, and
/// opens another.
[[nodiscard, gnu::noinline]] std::optional<DropReason> begin_leg(Round& round, Packet& packet) noexcept {
    if (packet.direction == flow::Direction::reverse) return DropReason::TcpNotSyn;
    Beginning beginning;
    beginning.rule = rule_of_leg(round, packet, flow::Direction::forward);
    if (beginning.rule == no_index) return DropReason::NoPolicyMatch;
    beginning.chain = round.around.roster.policy.rules[beginning.rule].chain;
    beginning.state = first_state(packet, midstream_of(round, packet, no_index));
    if (beginning.state == flow::FlowState::free) return DropReason::TcpNotSyn;
    if (!choose_hops(round, beginning.chain, packet.key, beginning.hops)) return DropReason::NoAppliance;
    if (!enter(round, packet, beginning)) return DropReason::FlowTableFull;
    attach_leg(round, packet);
    return std::nullopt;
}

} // namespace

config::TcpMidstream midstream_of(const Round& round, const Packet& packet, ListenerIndex listener) noexcept {
    if (listener != no_index) return round.around.roster.directory->listeners[listener].tcp_midstream;
    return round.around.roster.endpoints[packet.endpoint].tcp_midstream;
}

std::optional<DropReason> begin_flow(Round& round, Packet& packet) noexcept {
    const chain::Roster& roster = round.around.roster;

    // What reports on a flow never begins one: unsolicited errors do not pass.
    if (packet.kind == Kind::icmp_error) return DropReason::IcmpUnrelated;
    if (packet.from_host) [[unlikely]]
        return begin_leg(round, packet);
    const ListenerIndex listener = packet.to_gateway ? find_listener(round, packet) : ListenerIndex{no_index};
    if (packet.to_gateway && listener == no_index)
        return answers_leg(round, packet) ? DropReason::TcpNotSyn : DropReason::NoListener;
    if (!packet.to_gateway && speaks_as_listener(round, packet)) return DropReason::MartianAddress;
    Beginning beginning;
    beginning.state = first_state(packet, midstream_of(round, packet, listener));
    if (beginning.state == flow::FlowState::free) return DropReason::TcpNotSyn;
    beginning.rule = chain::first_match(roster.policy, describe(packet, roster.ports[packet.origin]));
    if (beginning.rule == no_index) return DropReason::NoPolicyMatch;
    beginning.chain = roster.policy.rules[beginning.rule].chain;
    if (!choose_hops(round, beginning.chain, packet.key, beginning.hops)) return DropReason::NoAppliance;
    Admission admission;
    if (listener != no_index) {
        if (const auto refusal = admit(round, packet, listener, admission)) return refusal;
    }
    const bool was_there = packet.flow != flow::no_flow;
    if (!enter(round, packet, beginning)) return DropReason::FlowTableFull;
    if (listener == no_index || attach(round, packet.flow, admission)) return std::nullopt;
    // An entry that was there before may be held by earlier packets of the burst: it stays, and has ended.
    round.worker.flows.entry(packet.flow).state = flow::FlowState::tcp_closing;
    if (!was_there) end_flow(round.worker, packet.flow, flow::EndReason::replaced, round.around.now);
    return DropReason::FlowTableFull;
}

} // namespace sallyport::journey
