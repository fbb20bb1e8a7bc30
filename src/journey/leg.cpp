// SPDX-License-Identifier: Apache-2.0
#include "journey/leg.hpp"

#include "balance/legs/leg_notes.hpp"
#include "journey/tcp_state.hpp"

namespace sallyport::journey {
namespace {

struct Side {
    IpAddress address;
    std::uint16_t port = 0;
};

[[nodiscard]] Side side(const flow::FlowKey& key, bool high) noexcept {
    return high ? Side{key.high_address(), key.high_port()} : Side{key.low_address(), key.low_port()};
}

/// The gateway's side of a packet on a leg that heads so, and the target's.
struct Ends {
    Side own;
    Side target;
};
[[nodiscard]] Ends ends_of(const Packet& packet, flow::Direction direction) noexcept {
    const bool gateway_is_high = packet.from_high == (direction == flow::Direction::forward);
    return {side(packet.key, gateway_is_high), side(packet.key, !gateway_is_high)};
}

/// False: nobody has noted it.
[[nodiscard]] bool find_owner(const Round& round, const Ends& ends, balance::LegOwner& owner) noexcept {
    const balance::LegNotes* notes = round.worker.settings.leg_notes;
    return notes != nullptr &&
           notes->find({ends.own.address, ends.own.port, ends.target.address, ends.target.port}, owner);
}

} // namespace

std::uint16_t rule_of_leg(const Round& round, const Packet& packet, flow::Direction direction) noexcept {
    const chain::Roster& roster = round.around.roster;
    const Ends ends = ends_of(packet, direction);
    const auto& [own, target] = ends;
    chain::NewFlow leg;
    leg.leg_groups = directory_of(roster).leg_to({.address = {target.address.high(), target.address.low()},
                                                  .port = target.port,
                                                  .endpoint = packet.endpoint,
                                                  .protocol = packet.protocol,
                                                  .family = target.address.family()});
    if (leg.leg_groups.empty()) return no_index;
    leg.endpoint = packet.endpoint;
    leg.direction = chain::direction_from(roster.ports[packet.origin != no_index ? packet.origin : packet.port]);
    leg.protocol = packet.protocol;
    leg.source = own.address;
    leg.destination = target.address;
    leg.source_port = own.port;
    leg.destination_port = target.port;
    const std::uint16_t rule = chain::first_match(roster.policy, leg);
    if (rule == no_index || roster.policy.rules[rule].chain == no_index) return no_index;
    balance::LegOwner owner;
    return find_owner(round, ends, owner) && owner.is_gateway ? std::uint16_t{no_index} : rule;
}

bool answers_leg(const Round& round, const Packet& packet) noexcept {
    const bool may_be = packet.protocol == protocol_tcp && !opens(packet.tcp_flags);
    return may_be && rule_of_leg(round, packet, flow::Direction::reverse) != no_index;
}

void attach_leg(Round& round, const Packet& packet) noexcept {
    flow::FlowEntry& entry = round.worker.flows.entry(packet.flow);
    flow::Translation& translation = round.worker.flows.translation(packet.flow);
    translation = {};
    translation.leads = flow::Leads::from_host;
    balance::LegOwner owner;
    if (find_owner(round, ends_of(packet, flow::Direction::forward), owner))
        translation.set_client(owner.address, owner.port);
    entry.is_balanced = true;
    entry.timers = directory_of(round.around.roster).leg_timers;
}

} // namespace sallyport::journey
