// SPDX-License-Identifier: Apache-2.0
#include "cli/explanation.hpp"

#include "balance/l4/directory.hpp"
#include "chain/selection.hpp"
#include "cli/first_packet.hpp"
#include "flow/flow_key.hpp"
#include "journey/wire.hpp"

#include <algorithm>

namespace sallyport::cli {
namespace {

EndpointIndex endpoint_by_name(const chain::Roster& roster, const std::string& name) {
    const auto found = std::ranges::find(roster.endpoints, name, &chain::Endpoint::name);
    return found == roster.endpoints.end() ? no_index : static_cast<EndpointIndex>(found - roster.endpoints.begin());
}

/// The port that is asked for, checked.
Result<Arrival> arrive_at(const chain::Roster& roster, const std::string& name, EndpointIndex endpoint) {
    const PortIndex port = roster.port_by_name(name);
    if (port == no_index) return failure("there is no port `" + name + "` in the configuration");
    const EndpointIndex own = roster.ports[port].endpoint;
    if (own == no_index) {
        return failure("port `" + name +
                       "` belongs to no endpoint: flows do not begin there, appliances are behind it");
    }
    if (endpoint != no_index && own != endpoint) {
        return failure("port `" + name + "` belongs to endpoint `" + roster.endpoints[own].name + "`, not to `" +
                       roster.endpoints[endpoint].name + "`");
    }
    return Arrival{port, own, ArrivalReason::asked};
}

/// The port that the gateway would send answers to the source by: the flow's first packet most likely came from there.
Arrival arrive_from(const chain::Roster& roster, const forward::Table& forwarding, const IpAddress& source,
                    EndpointIndex wanted) {
    for (EndpointIndex endpoint = 0; endpoint < roster.endpoints.size(); ++endpoint) {
        if (wanted != no_index && endpoint != wanted) continue;
        const forward::Adjacency& way = forwarding.route(endpoint, source);
        if (way.port == no_index) continue;
        return {way.port, endpoint, way.on_link ? ArrivalReason::source_network : ArrivalReason::source_route};
    }
    const EndpointIndex endpoint = wanted == no_index ? EndpointIndex{0} : wanted;
    return {roster.endpoints[endpoint].ports.front(), endpoint,
            wanted == no_index ? ArrivalReason::first_of_all : ArrivalReason::first_of_endpoint};
}

Result<Arrival> find_arrival(const chain::Roster& roster, const forward::Table& forwarding, const Question& question) {
    if (roster.endpoints.empty()) return failure("the configuration has no endpoint: no traffic enters the gateway");
    EndpointIndex endpoint = no_index;
    if (!question.endpoint.empty()) {
        endpoint = endpoint_by_name(roster, question.endpoint);
        if (endpoint == no_index)
            return failure("there is no endpoint `" + question.endpoint + "` in the configuration");
    }
    if (!question.port.empty()) return arrive_at(roster, question.port, endpoint);
    return arrive_from(roster, forwarding, question.flow.source, endpoint);
}

std::vector<Hop> find_hops(const chain::Roster& roster, ChainIndex chain, const flow::FlowKey& key) {
    std::vector<Hop> hops;
    if (chain == no_index) return hops;
    for (const GroupIndex index : roster.chains[chain].groups) {
        const chain::Group& group = roster.groups[index];
        const chain::HopChoice choice = chain::choose_hop(roster, group, key);
        Hop hop{index, choice.kind, choice.appliance, chain::selection_hash(roster, key, group.stickiness), 0};
        if (!group.maglev.empty()) hop.slot = hop.hash % group.maglev.size();
        hops.push_back(hop);
        if (hop.kind == chain::HopKind::nobody) break;
    }
    return hops;
}

WayOut find_way_out(const forward::Table& forwarding, const Arrival& arrival, const IpAddress& destination) {
    const forward::Adjacency& way = forwarding.route(arrival.endpoint, destination);
    return {way.port, way.on_link, way.address, forwarding.across(arrival.port)};
}

/// The same for what is addressed to the gateway and no listener takes, as turn_to_gateway() has it.
Fate turn_to_gateway(const chain::Roster& roster, const chain::NewFlow& flow, const FirstPacket& packet,
                     DropReason& reason) {
    const bool is_icmp = flow.protocol == journey::protocol_icmp || flow.protocol == journey::protocol_icmpv6;
    const bool is_listeners = is_listeners_only(roster, flow);
    if (packet.addressee == journey::Addressee::gateway && (!is_listeners || is_icmp)) return Fate::to_host;
    reason = is_listeners ? DropReason::NoListener : DropReason::OwnAddressElsewhere;
    return Fate::dropped;
}

/// What the step `classify` would do with the first packet, before any flow.
Fate classify(const FirstPacket& packet, DropReason& reason) {
    switch (packet.addressee) {
    case journey::Addressee::gateway:
    case journey::Addressee::link:
        return Fate::to_host;
    case journey::Addressee::other_port:
        reason = DropReason::OwnAddressElsewhere;
        return Fate::dropped;
    case journey::Addressee::group:
        reason = DropReason::MulticastUnsupported;
        return Fate::dropped;
    case journey::Addressee::somebody:
        break;
    }
    if (!packet.fault) return Fate::forwarded;
    reason = *packet.fault;
    return Fate::dropped;
}

bool is_for_gateway(const FirstPacket& packet) {
    return packet.addressee == journey::Addressee::gateway || packet.addressee == journey::Addressee::other_port;
}

Fate meet_flow(const chain::Roster& roster, const chain::NewFlow& flow, const FirstPacket& packet, DropReason& reason) {
    if (!is_for_gateway(packet) || !is_listeners_address(roster, flow)) return classify(packet, reason);
    if (packet.fault) {
        reason = *packet.fault;
        return Fate::dropped;
    }
    if (find_listener(roster, flow) == no_index) return turn_to_gateway(roster, flow, packet, reason);
    return Fate::forwarded;
}

Explanation drop(Explanation explanation, DropReason reason) {
    explanation.fate = Fate::dropped;
    explanation.reason = reason;
    return explanation;
}

} // namespace

Result<Explanation> explain(const chain::Roster& roster, const forward::Table& forwarding, const Question& question) {
    const auto arrival = find_arrival(roster, forwarding, question);
    if (!arrival) return tl::unexpected(arrival.error());

    Explanation result;
    result.arrival = *arrival;
    result.flow = {arrival->endpoint,
                   chain::direction_from(roster.ports[arrival->port]),
                   question.flow.protocol,
                   question.flow.source,
                   question.flow.destination,
                   question.flow.source_port,
                   question.flow.destination_port};
    result.flow.leg_groups = leg_groups_of(roster, result.flow);
    FirstPacket packet = examine_first_packet(question.flow, roster.ports[arrival->port]);
    result.fate = meet_flow(roster, result.flow, packet, result.reason);
    if (result.fate != Fate::forwarded) return result;

    result.rule = chain::first_match(roster.policy, result.flow);
    const std::size_t passed = result.rule == no_index ? roster.policy.rules.size() : result.rule;
    for (std::size_t i = 0; i < passed; ++i) {
        result.passed_over.push_back(chain::compare(roster.policy.rules[i], result.flow));
    }
    if (result.rule == no_index && !result.flow.leg_groups.empty()) { // then it leaves as the kernel made it
        result.way_out = find_way_out(forwarding, *arrival, result.flow.destination);
        return result;
    }
    if (result.rule == no_index) return drop(std::move(result), DropReason::NoPolicyMatch);

    packet.tuple.endpoint = arrival->endpoint;
    const flow::FlowKey key = flow::orient(packet.tuple).key;
    result.chain = roster.policy.rules[result.rule].chain;
    result.hops = find_hops(roster, result.chain, key);
    if (!result.hops.empty() && result.hops.back().kind == chain::HopKind::nobody) {
        return drop(std::move(result), DropReason::NoAppliance);
    }
    if (!result.hops.empty()) result.outer_source_port = chain::outer_source_port(roster, key);
    IpAddress destination = result.flow.destination;
    if (is_for_gateway(packet)) {
        result.balanced = balance_flow(roster, forwarding, result.flow, arrival->port);
        if (result.balanced->refusal) return drop(std::move(result), *result.balanced->refusal);
        if (result.balanced->leads == flow::Leads::to_host) {
            result.fate = Fate::to_proxy;
            return result;
        }
        destination = roster.directory->targets[result.balanced->target].address;
    }
    result.way_out = find_way_out(forwarding, *arrival, destination);
    return result;
}

} // namespace sallyport::cli
