// SPDX-License-Identifier: Apache-2.0
#include "cli/balanced.hpp"

#include "balance/l4/choose_target.hpp"
#include "balance/l4/directory.hpp"

#include <algorithm>

namespace sallyport::cli {
namespace {

class NoFlows final : public balance::Connections {
public:
    [[nodiscard]] std::uint32_t at(TargetIndex) const noexcept override { return 0; }
};

balance::ListenAddress destination_of(const chain::NewFlow& flow) {
    return {.address = {flow.destination.high(), flow.destination.low()},
            .port = flow.destination_port,
            .endpoint = flow.endpoint,
            .protocol = flow.protocol,
            .family = flow.destination.family()};
}

flow::Tuple tuple_of(const chain::NewFlow& flow) {
    flow::Tuple tuple;
    tuple.source = {flow.source.high(), flow.source.low()};
    tuple.destination = {flow.destination.high(), flow.destination.low()};
    tuple.source_port = flow.source_port;
    tuple.destination_port = flow.destination_port;
    tuple.endpoint = flow.endpoint;
    tuple.protocol = flow.protocol;
    tuple.family = flow.source.family();
    return tuple;
}

bool depends_on_others(config::Algorithm algorithm) {
    return algorithm != config::Algorithm::flow_hash && algorithm != config::Algorithm::ip_hash;
}

/// What the target sees in the client's place, as listen.cpp has it.
std::vector<IpAddress> sources_of(const chain::Roster& roster, const forward::Table& forwarding, PortIndex arrives,
                                  const balance::Target& target) {
    const balance::TargetGroup& group = roster.directory->groups[target.group];
    const PortIndex routed = forwarding.route(roster.ports[arrives].endpoint, target.address).port;
    const PortIndex leaves = routed != no_index ? routed : forwarding.across(arrives);
    if (group.preserve_client_ip && leaves != arrives) return {};
    std::vector<IpAddress> sources;
    for (const IpAddress& address : group.source_addresses) {
        if (address.family() == target.address.family()) sources.push_back(address);
    }
    const IpAddress* own = leaves == no_index ? nullptr : roster.port_address(leaves, target.address.family());
    if (sources.empty() && own != nullptr) sources.push_back(*own);
    return sources;
}

} // namespace

ListenerIndex find_listener(const chain::Roster& roster, const chain::NewFlow& flow) {
    return roster.directory ? roster.directory->by_address.find(destination_of(flow)) : ListenerIndex{no_index};
}

bool is_listeners_address(const chain::Roster& roster, const chain::NewFlow& flow) {
    if (!roster.directory || roster.directory->empty()) return false;
    const balance::ListenAddress at = destination_of(flow);
    return roster.directory->listener_addresses.contains(at) || roster.directory->source_addresses.contains(at);
}

bool is_listeners_only(const chain::Roster& roster, const chain::NewFlow& flow) {
    return roster.directory && roster.directory->extra_addresses.contains(destination_of(flow));
}

std::span<const TargetGroupIndex> leg_groups_of(const chain::Roster& roster, const chain::NewFlow& flow) {
    if (!roster.directory || flow.protocol != 6) return {};
    const auto has_source = [&](PortIndex port) {
        return std::ranges::any_of(roster.ports[port].addresses,
                                   [&](const IpPrefix& own) { return own.address == flow.source; });
    };
    const bool is_own = std::ranges::any_of(roster.endpoints[flow.endpoint].ports, has_source);
    return is_own ? roster.directory->leg_to(destination_of(flow)) : std::span<const TargetGroupIndex>{};
}

Balanced balance_flow(const chain::Roster& roster, const forward::Table& forwarding, const chain::NewFlow& flow,
                      PortIndex arrives) {
    const balance::Directory& directory = *roster.directory;
    Balanced result;
    result.listener = find_listener(roster, flow);
    const balance::Listener& listener = directory.listeners[result.listener];
    if (!listener.sources.admits(flow.source)) {
        result.refusal = DropReason::SourceNotAllowed;
        return result;
    }
    if (listener.mode == config::ListenerMode::proxy) {
        result.leads = flow::Leads::to_host;
        return result;
    }
    balance::ChooserState nothing_before(directory.groups.size(), 1, {}, 1);
    const balance::Request request{
        .tuple = tuple_of(flow), .endpoint_id = roster.endpoints[flow.endpoint].id, .excluded = {}, .now = {}};
    result.target = balance::choose_target(directory, listener.forward, request, NoFlows(), nothing_before);
    if (result.target == no_index) {
        result.refusal = DropReason::NoTarget;
        return result;
    }
    const balance::Target& target = directory.targets[result.target];
    const balance::TargetGroup& group = directory.groups[target.group];
    result.group = target.group;
    result.depends_on_others = depends_on_others(group.algorithm) && group.takers.size() > 1;
    if (group.direct_server_return) {
        result.leads = flow::Leads::unwritten;
        return result;
    }
    result.sources = sources_of(roster, forwarding, arrives, target);
    if (result.sources.empty() && !group.preserve_client_ip) result.refusal = DropReason::PortAllocationError;
    return result;
}

} // namespace sallyport::cli
