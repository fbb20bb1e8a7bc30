// SPDX-License-Identifier: Apache-2.0
// Before step 4, where there is need: a packet whose next hop is not simply a visit. Its appliance may have failed or
// left, or has said what shall become of the rest of the flow; the hop may be a mirror or one that this flow goes past,
// or the flow has been ended with a reset. Leads on to: hop_out (a visit after all), balance (nothing more to visit),
// egress (a reset in the packet's place). Drops: NoAppliance, FlowReset, VerdictDrop.
#include "chain/selection.hpp"
#include "journey/encapsulate.hpp"
#include "journey/next_hop.hpp"
#include "journey/steps.hpp"
#include "journey/tcp_reset.hpp"
#include "journey/verdict.hpp"

namespace sallyport::journey {
namespace {

enum class Then { visit, pass, ended };

/// Gives the flow's hop to another appliance of the group, for good. False when there is none.
[[nodiscard]] bool move_flow(Round& round, const Packet& packet, ApplianceIndex from) noexcept {
    const chain::Roster& roster = round.around.roster;
    const chain::Group& group = roster.groups[roster.appliances[from].group];
    const ApplianceIndex to = chain::select_appliance(roster, group, packet.key);
    if (to == no_index || to == from) return false;
    WorkerCounters& counters = round.worker.counters;
    counters.appliances[from].flows_ended.add(1);
    counters.appliances[to].flows_created.add(1);
    counters.appliances[to].flows_moved_to.add(1);
    counters.flows_moved.add(1);
    round.worker.flows.set_hop(packet.flow, packet.hop, to);
    if (round.worker.flows.has_hop_clocks()) round.worker.flows.hop_clock(packet.flow).forget(packet.hop);
    return true;
}

void count_bypass(Round& round, GroupIndex group) noexcept {
    if (group != no_index) round.worker.counters.groups[group].packets_bypassed.add(1);
}

/// The group of a hop that has no appliance: the chain knows, unless a reload has changed it since.
[[nodiscard]] GroupIndex group_of_hop(const Round& round, const Packet& packet) noexcept {
    const ChainIndex chain = round.worker.flows.entry(packet.flow).chain;
    const std::vector<GroupIndex>& groups = round.around.roster.chains[chain].groups;
    return packet.hop < groups.size() ? groups[packet.hop] : no_index;
}

/// The copy that a mirror gets. Whatever hinders it, the packet itself goes on.
void send_copy(Round& round, const Packet& packet, ApplianceIndex appliance, std::uint32_t cookie) noexcept {
    Packet* copy = round.outlet.allocate();
    const std::size_t length = static_cast<std::size_t>(packet.end - packet.l3);
    if (copy == nullptr || copy->begin + max_encapsulation_bytes + length > copy->capacity) {
        round.worker.counters.copies_lost.add(1);
        if (copy != nullptr) round.give_back(copy);
        return;
    }
    copy->l3 = static_cast<std::uint16_t>(copy->begin + max_encapsulation_bytes);
    copy->l4 = static_cast<std::uint16_t>(copy->l3 + (packet.l4 - packet.l3));
    copy->end = static_cast<std::uint16_t>(copy->l3 + length);
    std::memcpy(copy->buffer + copy->l3, packet.buffer + packet.l3, length);
    copy->family = packet.family;
    copy->protocol = packet.protocol;
    copy->endpoint = packet.endpoint;
    const flow::FlowEntry& entry = round.worker.flows.entry(packet.flow);
    const Tunnel tunnel{.appliance = appliance,
                        .flow = packet.flow,
                        .source_port = entry.outer_source_port,
                        .cookie = cookie,
                        .endpoint_id = round.around.roster.endpoints[packet.endpoint].id};
    if (encapsulate(round, *copy, tunnel) != Encapsulation::done) {
        round.worker.counters.copies_lost.add(1);
        return round.give_back(copy);
    }
    count_visit(round, appliance, static_cast<unsigned>(length));
    round.worker.counters.appliances[appliance].copies_sent.add(1);
    round.produce(copy, Resume::egress);
}

/// What a mirror that has failed or left meets never harms the flow: no copy is all.
[[nodiscard]] Then pass_mirror(Round& round, const Packet& packet, ApplianceIndex appliance) noexcept {
    const chain::Meets meets = round.around.roster.appliances[appliance].flows_meet;
    if (meets == chain::Meets::move && move_flow(round, packet, appliance)) {
        appliance = round.worker.flows.hop(packet.flow, packet.hop);
    } else if (meets != chain::Meets::visit) {
        return Then::pass;
    }
    send_copy(round, packet, appliance, cookie_of_hop(round.worker.flows.entry(packet.flow).cookie, packet.hop));
    return Then::pass;
}

/// An appliance that takes its visits, unless it has said that it need not.
[[nodiscard]] Then heed_verdict(Round& round, Packet* packet, ApplianceIndex appliance) noexcept {
    switch (verdict_of_hop(round, *packet)) {
    case geneve::FlowVerdict::none:
        break;
    case geneve::FlowVerdict::pass_rest:
        round.worker.counters.appliances[appliance].packets_offloaded.add(1);
        return Then::pass;
    case geneve::FlowVerdict::mirror_only:
        send_copy(round, *packet, appliance,
                  cookie_of_copy(round.worker.flows.entry(packet->flow).cookie, packet->hop));
        return Then::pass;
    case geneve::FlowVerdict::drop_rest:
        drop(round, packet, DropReason::VerdictDrop);
        return Then::ended;
    }
    return Then::visit;
}

[[nodiscard]] Then move_or_drop(Round& round, Packet* packet, ApplianceIndex appliance) noexcept {
    if (!move_flow(round, *packet, appliance)) {
        drop(round, packet, DropReason::NoAppliance);
        return Then::ended;
    }
    const ApplianceIndex now_at = round.worker.flows.hop(packet->flow, packet->hop);
    if (round.around.roster.appliances[now_at].mode != config::GroupMode::mirror) return Then::visit;
    // A reload has made the group a mirror since the flow began.
    round.worker.flows.entry(packet->flow).has_detours = true;
    return pass_mirror(round, *packet, now_at);
}

[[nodiscard]] Then meet(Round& round, Packet* packet) noexcept {
    const ApplianceIndex index = round.worker.flows.hop(packet->flow, packet->hop);
    if (index == no_index) {
        const GroupIndex group = group_of_hop(round, *packet);
        const bool is_mirror = group != no_index && round.around.roster.groups[group].mode == config::GroupMode::mirror;
        if (!is_mirror) count_bypass(round, group); // a mirror without a copy is no bypass
        return Then::pass;
    }
    const chain::Appliance& appliance = round.around.roster.appliances[index];
    if (appliance.mode == config::GroupMode::mirror) return pass_mirror(round, *packet, index);
    switch (appliance.flows_meet) {
    case chain::Meets::visit:
        return appliance.may_offload ? heed_verdict(round, packet, index) : Then::visit;
    case chain::Meets::move:
        return move_or_drop(round, packet, index);
    case chain::Meets::reset:
        // Only TCP knows resets; other flows are moved, which they hardly notice.
        if (packet->key.protocol() != protocol_tcp) return move_or_drop(round, packet, index);
        reset_flow(round, packet);
        return Then::ended;
    case chain::Meets::skip:
        count_bypass(round, appliance.group);
        return Then::pass;
    case chain::Meets::drop:
        break;
    }
    drop(round, packet, DropReason::NoAppliance);
    return Then::ended;
}

void lead_past(Round& round, Packet* packet) noexcept {
    const flow::FlowEntry& entry = round.worker.flows.entry(packet->flow);
    if (entry.state == flow::FlowState::tcp_reset) return answer_with_reset(round, packet, DropReason::FlowReset);
    for (;;) {
        switch (meet(round, packet)) {
        case Then::visit:
            packet->appliance = round.worker.flows.hop(packet->flow, packet->hop);
            return round.hop_out.push(packet);
        case Then::ended:
            return;
        case Then::pass:
            if (!pass_hop(*packet, entry.hop_count)) return round.balance.push(packet);
        }
    }
}

} // namespace

void detour(Round& round) noexcept {
    for (Packet* packet : round.detour)
        lead_past(round, packet);
}

} // namespace sallyport::journey
