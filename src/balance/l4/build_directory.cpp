// SPDX-License-Identifier: Apache-2.0
#include "balance/l4/build_directory.hpp"

#include "balance/l4/build_legs.hpp"
#include "balance/l4/takers.hpp"
#include "config/lookup.hpp"

#include <algorithm>
#include <memory>

namespace sallyport::balance {
namespace {

constexpr std::uint8_t protocol_tcp = 6;
constexpr std::uint8_t protocol_udp = 17;

template <typename Things>
std::uint16_t position(const Things& things, std::string_view name) {
    for (std::size_t i = 0; i < things.size(); ++i) {
        if (things[i].name == name) return static_cast<std::uint16_t>(i);
    }
    return no_index;
}

ListenAddress listen_address(EndpointIndex endpoint, const IpAddress& address) {
    return {.address = {address.high(), address.low()}, .endpoint = endpoint, .family = address.family()};
}

std::vector<Share> shares_of(const std::vector<config::ForwardShare>& from, const TargetSlots& slots) {
    std::vector<Share> shares;
    for (const config::ForwardShare& each : from) {
        const auto found = std::find(slots.groups.begin(), slots.groups.end(), each.target_group);
        shares.push_back({static_cast<TargetGroupIndex>(found - slots.groups.begin()), each.weight});
    }
    return shares;
}

const std::vector<config::ForwardShare>& default_forward(const config::Listener& listener) {
    const auto* const action =
        listener.http ? std::get_if<config::ForwardAction>(&listener.http->default_action) : nullptr;
    return action != nullptr ? action->shares : listener.forward;
}

bool ends_flows(const TargetPlace& place) {
    using chain::Registration;
    if (place.standing.registration == Registration::deregistered) return place.deregistration_termination;
    return place.standing.health == chain::Health::unhealthy && place.unhealthy_flows_end;
}

void build_targets(const config::Config& config, const TargetSlots& slots, Directory& directory) {
    for (const TargetPlace& place : slots.targets) {
        Target target;
        if (!place.is_free) {
            target.address = place.address;
            target.port = place.port;
            target.group = static_cast<TargetGroupIndex>(
                std::find(slots.groups.begin(), slots.groups.end(), place.group) - slots.groups.begin());
            target.ends_flows = ends_flows(place);
            target.name = place.name;
            target.zone = place.zone;
            target.standing = place.standing;
            target.mitigated_percent = place.mitigated_percent;
            const config::TargetGroup* group = config::find_target_group(config, place.group);
            if (group != nullptr && place.is_configured) {
                const std::uint16_t at = position(group->targets, place.name);
                if (at != no_index) target.weight = group->targets[at].weight;
            }
        }
        directory.targets.push_back(std::move(target));
    }
}

/// New flows go to unhealthy targets, too: they are not to be ended there.
void spare_unhealthy(const TargetGroup& group, std::vector<Target>& targets) {
    for (const TargetIndex index : group.takers)
        targets[index].ends_flows = false;
}

void build_groups(const config::Config& config, const TargetSlots& slots, Directory& directory) {
    for (const std::string& name : slots.groups) {
        TargetGroup group;
        group.name = name;
        const auto number = static_cast<TargetGroupIndex>(directory.groups.size());
        for (std::size_t i = 0; i < directory.targets.size(); ++i) {
            if (directory.targets[i].group == number) group.targets.push_back(static_cast<TargetIndex>(i));
        }
        if (const config::TargetGroup* from = config::find_target_group(config, name); from != nullptr) {
            group.protocol = from->protocol;
            group.algorithm = from->algorithm;
            group.preserve_client_ip = from->preserve_client_ip;
            group.direct_server_return = from->direct_server_return;
            group.proxy_protocol_v2 = from->proxy_protocol_v2;
            group.is_http = from->http.has_value();
            group.is_tls = from->tls.has_value();
            group.source_addresses = from->source_addresses;
            group.stickiness_ms = static_cast<std::uint32_t>(from->source_ip_stickiness.count());
            directory.is_sticky = directory.is_sticky || group.stickiness_ms != 0;
            choose_takers(config.gateway.zone, *from, directory.targets, group);
            if (group.is_failing_open) spare_unhealthy(group, directory.targets);
        }
        directory.groups.push_back(std::move(group));
    }
}

void build_listeners(const config::Config& config, const TargetSlots& slots, const chain::Roster& roster,
                     Directory& directory) {
    for (const ListenerPlace& place : slots.listeners) {
        const config::Listener& from = place.configured;
        Listener listener;
        listener.name = from.name;
        listener.endpoint = from.endpoint.empty() ? EndpointIndex{0} : position(roster.endpoints, from.endpoint);
        if (const config::Port* home = config::home_of(config, from); home != nullptr)
            listener.home = roster.port_by_name(home->name);
        listener.address = from.address;
        listener.port = from.port;
        listener.protocol = from.protocol;
        listener.mode = from.mode;
        listener.tcp_midstream = from.tcp_midstream;
        listener.timers = timers_position(config, from, slots);
        listener.half_open_limit = from.half_open_limit;
        listener.sources = {from.allow, from.deny};
        listener.forward = shares_of(default_forward(from), slots);
        listener.is_http = from.http.has_value();
        listener.is_tls = from.tls.has_value();
        for (const config::ListenerRule& rule : from.rules)
            listener.rules.push_back({rule.server_names, shares_of(rule.forward, slots)});
        listener.proxy_protocol_from = from.proxy_protocol_from;
        listener.tcp_idle = from.tcp_idle;
        listener.is_gone = !place.is_configured;
        directory.listeners.push_back(std::move(listener));
    }
}

void add_target(EndpointIndex endpoint, const Target& target, ListenerTable& table) {
    ListenAddress at = listen_address(endpoint, target.address);
    at.port = target.port;
    for (const std::uint8_t protocol : {protocol_tcp, protocol_udp}) {
        at.protocol = protocol;
        if (table.find(at) == no_index) table.add(at, 0);
    }
}

void build_tables(const config::Config& config, Directory& directory) {
    std::vector<ListenAddress> listeners;
    std::vector<ListenAddress> sources;
    directory.by_address = ListenerTable(2 * directory.listeners.size());
    directory.by_address_of_gone = ListenerTable(2 * directory.listeners.size());
    directory.at_targets = ListenerTable(2 * directory.targets.size() * config.endpoints.size());
    for (std::size_t i = 0; i < directory.listeners.size(); ++i) {
        const Listener& listener = directory.listeners[i];
        ListenAddress at = listen_address(listener.endpoint, listener.address);
        listeners.push_back(at);
        at.port = listener.port;
        for (const std::uint8_t protocol : {protocol_tcp, protocol_udp}) {
            if (!takes(listener.protocol, protocol)) continue;
            at.protocol = protocol;
            (listener.is_gone ? directory.by_address_of_gone : directory.by_address)
                .add(at, static_cast<ListenerIndex>(i));
        }
    }
    // A flow may be at a target, or have an address of these, whichever endpoint its listener is of.
    for (EndpointIndex endpoint = 0; endpoint < config.endpoints.size(); ++endpoint) {
        for (const Target& target : directory.targets) {
            if (target.group != no_index) add_target(endpoint, target, directory.at_targets);
        }
        for (const TargetGroup& group : directory.groups) {
            for (const IpAddress& address : group.source_addresses)
                sources.push_back(listen_address(endpoint, address));
        }
        for (const std::string& name : config.endpoints[endpoint].ports) {
            for (const IpPrefix& own : config.ports[position(config.ports, name)].addresses)
                sources.push_back(listen_address(endpoint, own.address));
        }
    }
    std::vector<ListenAddress> extra;
    for (const config::ExtraAddress& each : config::extra_addresses(config)) {
        const config::Endpoint* owner = config::endpoint_of(config, each.port);
        if (owner != nullptr)
            extra.push_back(listen_address(static_cast<EndpointIndex>(owner - config.endpoints.data()), each.address));
    }
    directory.extra_addresses = AddressSet(extra);
    directory.listener_addresses = AddressSet(listeners);
    if (!listeners.empty()) directory.source_addresses = AddressSet(sources);
}

} // namespace

bool takes(config::L4Protocol wanted, std::uint8_t protocol) noexcept {
    switch (wanted) {
    case config::L4Protocol::tcp:
        return protocol == protocol_tcp;
    case config::L4Protocol::udp:
        return protocol == protocol_udp;
    case config::L4Protocol::tcp_udp:
        break;
    }
    return protocol == protocol_tcp || protocol == protocol_udp;
}

bool SourceRules::admits(const IpAddress& source) const noexcept {
    const auto holds = [&](const IpPrefix& prefix) { return prefix.contains(source); };
    if (std::any_of(deny.begin(), deny.end(), holds)) return false;
    return allow.empty() || std::any_of(allow.begin(), allow.end(), holds);
}

bool Listener::admits(const IpAddress& source) const noexcept {
    const auto holds = [&](const IpPrefix& prefix) { return prefix.contains(source); };
    return std::any_of(proxy_protocol_from.begin(), proxy_protocol_from.end(), holds) || sources.admits(source);
}

Directory build_directory(const config::Config& config, const TargetSlots& slots, const chain::Roster& roster) {
    Directory directory;
    directory.selection_key = roster.selection_key;
    directory.timers = slots.timers;
    build_targets(config, slots, directory);
    build_groups(config, slots, directory);
    build_listeners(config, slots, roster, directory);
    build_tables(config, directory);
    build_legs(config, slots, directory);
    return directory;
}

chain::Roster build_roster(const config::Config& config, const chain::Slots& slots, const TargetSlots& target_slots) {
    chain::Roster roster = chain::build_roster(config, slots);
    name_leg_groups(config, target_slots, roster.policy);
    roster.directory = std::make_shared<const Directory>(build_directory(config, target_slots, roster));
    return roster;
}

chain::Roster build_roster(const config::Config& config) {
    return build_roster(config, chain::first_slots(config), first_target_slots(config));
}

} // namespace sallyport::balance
