// SPDX-License-Identifier: Apache-2.0
#include "balance/stream/roster_chooser.hpp"

#include "balance/l4/counted_flows.hpp"
#include "balance/l4/directory.hpp"
#include "balance/proxy/sni_match.hpp"

#include <algorithm>

namespace sallyport::balance {
namespace {

constexpr std::uint8_t protocol_tcp = 6;

/// By the first rule that has the name; the default action's for who sends none, or speaks no TLS.
const std::vector<Share>& shares_for(const Listener& listener, const ClientHello* hello) {
    if (hello == nullptr || hello->server_name.empty()) return listener.forward;
    for (const SniRule& rule : listener.rules) {
        if (first_fitting(rule.server_names, hello->server_name)) return rule.forward;
    }
    return listener.forward;
}

flow::Tuple tuple_of(const ClientRoute& route, EndpointIndex endpoint) {
    const IpAddress& from = route.source.address;
    const IpAddress& to = route.destination.address;
    return {.source = {from.high(), from.low()},
            .destination = {to.high(), to.low()},
            .source_port = route.source.port,
            .destination_port = route.destination.port,
            .endpoint = endpoint,
            .protocol = protocol_tcp,
            .family = from.family()};
}

/// The port that the client's packets come in by, as far as addresses tell: that of its network, else the listener's.
PortIndex port_of(const chain::Roster& roster, const Listener& listener, const IpAddress& client) {
    for (const PortIndex port : roster.endpoints[listener.endpoint].ports) {
        const std::vector<IpPrefix>& own = roster.ports[port].addresses;
        if (std::ranges::any_of(own, [&](const IpPrefix& prefix) { return prefix.contains(client); })) return port;
    }
    return listener.home;
}

/// The chain of the client's own flow: that of who the packets come from, whomever a PROXY header names.
ChainIndex chain_of(const chain::Roster& roster, const Listener& listener, const SocketAddress& peer) {
    chain::NewFlow flow;
    flow.endpoint = listener.endpoint;
    flow.direction = chain::direction_from(roster.ports[port_of(roster, listener, peer.address)]);
    flow.protocol = protocol_tcp;
    flow.source = peer.address;
    flow.destination = listener.address;
    flow.source_port = peer.port;
    flow.destination_port = listener.port;
    const std::uint16_t rule = chain::first_match(roster.policy, flow);
    return rule == no_index ? ChainIndex{no_index} : roster.policy.rules[rule].chain;
}

OwnedTlv text_tlv(TlvType type, const std::string& text) {
    return {type, {text.begin(), text.end()}};
}

} // namespace

HeaderChoice RosterChooser::header(const Listener& listener, const SocketAddress& peer) const {
    const chain::Endpoint& endpoint = roster_->endpoints[listener.endpoint];
    HeaderChoice header;
    header.tlvs = {{TlvType::aws, aws_endpoint_value(endpoint.id)}, text_tlv(TlvType::endpoint_name, endpoint.name)};
    const ChainIndex chain = chain_of(*roster_, listener, peer);
    if (chain != no_index) header.tlvs.push_back(text_tlv(TlvType::chain_name, roster_->chains[chain].name));
    return header;
}

std::optional<TargetChoice> RosterChooser::choose(const ClientFacts& client, std::span<const TargetId> failed) {
    const Directory& directory = *roster_->directory;
    const Listener& listener = directory.listeners[client.listener];
    std::vector<TargetIndex> excluded(failed.size());
    std::ranges::transform(failed, excluded.begin(), [](TargetId id) { return static_cast<TargetIndex>(id); });
    const Request request{.tuple = tuple_of(client.route, listener.endpoint),
                          .endpoint_id = roster_->endpoints[listener.endpoint].id,
                          .excluded = excluded,
                          .now = now_()};
    const TargetIndex index =
        choose_target(directory, shares_for(listener, client.hello), request, CountedFlows(counters_.targets), state_);
    if (index == no_index) return std::nullopt;
    const Target& target = directory.targets[index];
    const TargetGroup& group = directory.groups[target.group];
    TargetChoice choice;
    choice.target = index;
    choice.address = {target.address, target.port};
    choice.notes_client = group.notes_clients;
    if (group.proxy_protocol_v2) choice.header = header(listener, client.peer);
    if (!group.is_tls) return choice;
    choice.tls = terms_->groups[target.group];
    if (choice.tls == nullptr) return std::nullopt; // never in the clear
    return choice;
}

} // namespace sallyport::balance
