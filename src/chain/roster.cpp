// SPDX-License-Identifier: Apache-2.0
#include "chain/roster.hpp"

#include "select/maglev.hpp"

#include <algorithm>
#include <string_view>

namespace sallyport::chain {
namespace {

template <typename Items>
std::uint16_t position(const Items& items, std::string_view name) noexcept {
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (items[i].name == name) return static_cast<std::uint16_t>(i);
    }
    return no_index;
}

/// Without a configured key: one made from the endpoints' ids, which are no secret of great worth, but are the same on
/// every gateway of a roster and stay so over a restart.
SipKey derive_selection_key(const config::Config& config) {
    if (config.gateway.hash_key) return SipKey::from_bytes(*config.gateway.hash_key);
    std::vector<std::uint64_t> ids;
    for (const config::Endpoint& endpoint : config.endpoints)
        ids.push_back(endpoint.id);
    std::sort(ids.begin(), ids.end());
    SipKey key;
    for (const std::uint64_t id : ids) {
        key = SipKey{siphash13<2>(SipKey{}, {key.k0, id}), siphash13<2>(SipKey{1, 0}, {key.k1, id})};
    }
    return key;
}

void add_own(Port& port, const IpPrefix& own) {
    if (!own.address.is_v4()) {
        port.v6.own.push_back({own.address.high(), own.address.low()});
        return;
    }
    port.v4.own.push_back(own.address.v4_host_order());
    // RFC 3021: a /31 has no broadcast address; neither has a single one.
    if (own.length < 31) port.v4.broadcast.push_back(own.address.v4_host_order() | 0xffffffffU >> own.length);
}

void build_ports(const config::Config& config, Roster& roster) {
    for (const config::Port& from : config.ports) {
        Port port;
        port.name = from.name;
        port.mtu = from.mtu;
        port.addresses = from.addresses;
        for (const IpPrefix& own : from.addresses)
            add_own(port, own);
        roster.ports.push_back(std::move(port));
    }
    for (const config::Endpoint& from : config.endpoints) {
        Endpoint endpoint{from.name, from.id, {}};
        for (const std::string& name : from.ports) {
            const PortIndex port = position(roster.ports, name);
            roster.ports[port].endpoint = static_cast<EndpointIndex>(roster.endpoints.size());
            roster.ports[port].is_north = endpoint.ports.empty();
            endpoint.ports.push_back(port);
        }
        roster.endpoints_by_id.emplace_back(endpoint.id, static_cast<EndpointIndex>(roster.endpoints.size()));
        roster.endpoints.push_back(std::move(endpoint));
    }
    std::sort(roster.endpoints_by_id.begin(), roster.endpoints_by_id.end());
    for (Port& port : roster.ports) {
        for (const Port& neighbour : roster.ports) {
            const bool is_forbidden = &neighbour != &port && port.endpoint != no_index &&
                                      (neighbour.endpoint == no_index || neighbour.endpoint == port.endpoint);
            if (!is_forbidden) continue;
            port.v4.forbidden.insert(port.v4.forbidden.end(), neighbour.v4.own.begin(), neighbour.v4.own.end());
            port.v6.forbidden.insert(port.v6.forbidden.end(), neighbour.v6.own.begin(), neighbour.v6.own.end());
        }
    }
}

void build_groups(const config::Config& config, Roster& roster) {
    for (const config::ApplianceGroup& from : config.appliance_groups) {
        Group group{from.name, from.stickiness, {}, {}};
        std::vector<select::MaglevMember> members;
        for (const config::Appliance& appliance : from.appliances) {
            group.appliances.push_back(static_cast<ApplianceIndex>(roster.appliances.size()));
            roster.appliances.push_back(
                {appliance.name, appliance.address, static_cast<GroupIndex>(roster.groups.size()), appliance.weight});
            // With the group's name, so that two groups of the same appliances do not spread flows alike.
            members.push_back({from.name + '/' + appliance.name, appliance.weight});
        }
        for (const std::uint16_t member : select::build_maglev(members)) {
            group.maglev.push_back(group.appliances[member]);
        }
        roster.groups.push_back(std::move(group));
    }
    for (const config::Chain& from : config.chains) {
        Chain chain{from.name, {}};
        for (const std::string& group : from.groups)
            chain.groups.push_back(position(roster.groups, group));
        roster.chains.push_back(std::move(chain));
    }
}

void build_policy(const config::Config& config, Roster& roster) {
    for (const config::PolicyRule& from : config.policy) {
        const config::Match& match = from.match;
        Rule rule;
        if (match.endpoint) rule.endpoint = position(roster.endpoints, *match.endpoint);
        rule.direction = match.direction;
        rule.protocols = match.protocols;
        rule.sources = match.sources;
        rule.destinations = match.destinations;
        rule.source_ports = match.source_ports;
        rule.destination_ports = match.destination_ports;
        if (from.chain) rule.chain = position(roster.chains, *from.chain);
        roster.policy.rules.push_back(std::move(rule));
    }
}

} // namespace

PortIndex Roster::port_by_name(std::string_view name) const noexcept {
    return position(ports, name);
}

EndpointIndex Roster::endpoint_by_id(std::uint64_t id) const noexcept {
    const auto found = std::lower_bound(endpoints_by_id.begin(), endpoints_by_id.end(), id,
                                        [](const auto& entry, std::uint64_t wanted) { return entry.first < wanted; });
    return found != endpoints_by_id.end() && found->first == id ? found->second : no_index;
}

bool Roster::is_appliance(const IpAddress& address) const noexcept {
    return std::any_of(appliances.begin(), appliances.end(),
                       [&](const Appliance& appliance) { return appliance.address == address; });
}

const IpAddress* Roster::port_address(PortIndex port, Family family) const noexcept {
    for (const IpPrefix& own : ports[port].addresses) {
        if (own.address.family() == family) return &own.address;
    }
    return nullptr;
}

Roster build_roster(const config::Config& config) {
    Roster roster;
    roster.selection_key = derive_selection_key(config);
    build_ports(config, roster);
    build_groups(config, roster);
    build_policy(config, roster);
    return roster;
}

} // namespace sallyport::chain
