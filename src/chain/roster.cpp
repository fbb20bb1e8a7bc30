// SPDX-License-Identifier: Apache-2.0
#include "chain/roster.hpp"

#include "chain/takers.hpp"
#include "config/lookup.hpp"

#include <algorithm>
#include <atomic>
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

std::array<std::uint32_t, flow::flow_state_count> timeouts_ms(const config::FlowTimeouts& timeouts) {
    std::array<std::uint32_t, flow::flow_state_count> result = {};
    const auto set = [&](flow::FlowState state, std::chrono::milliseconds timeout) {
        result[static_cast<unsigned>(state)] = static_cast<std::uint32_t>(timeout.count());
    };
    set(flow::FlowState::tcp_half_open, timeouts.tcp_half_open);
    set(flow::FlowState::tcp_established, timeouts.tcp_idle);
    set(flow::FlowState::tcp_closing, timeouts.tcp_closing);
    set(flow::FlowState::tcp_reset, timeouts.tcp_closing);
    set(flow::FlowState::udp, timeouts.udp);
    set(flow::FlowState::other, timeouts.other);
    return result;
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
        Endpoint endpoint;
        endpoint.name = from.name;
        endpoint.id = from.id;
        endpoint.timeouts_ms = timeouts_ms(from.timeouts.value_or(config.gateway.timeouts));
        endpoint.tcp_midstream = from.tcp_midstream.value_or(config.gateway.tcp_midstream);
        endpoint.mss_clamp = from.mss_clamp;
        endpoint.mss = from.mss;
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
    for (const config::ExtraAddress& extra : config::extra_addresses(config)) {
        const PortIndex port = position(roster.ports, extra.port);
        add_own(roster.ports[port],
                {extra.address, extra.address.family() == Family::ipv4 ? std::uint8_t{32} : std::uint8_t{128}});
    }
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

std::uint16_t position_of_name(const std::vector<std::string>& names, std::string_view name) {
    const auto found = std::find(names.begin(), names.end(), name);
    return found == names.end() ? no_index : static_cast<std::uint16_t>(found - names.begin());
}

std::uint16_t weight_of(const config::ApplianceGroup* group, const Place& place) {
    if (group == nullptr || !place.is_configured) return 0;
    const std::uint16_t at = position(group->appliances, place.name);
    return at == no_index ? std::uint16_t{0} : group->appliances[at].weight;
}

void build_appliances(const config::Config& config, const Slots& slots, Roster& roster) {
    for (const Place& place : slots.appliances) {
        Appliance appliance;
        if (!place.is_free) {
            const config::ApplianceGroup* from = config::find_group(config, place.group);
            appliance.name = place.name;
            appliance.address = place.address;
            appliance.group = position_of_name(slots.groups, place.group);
            appliance.weight = weight_of(from, place);
            appliance.wants_client = from != nullptr && from->wants_client_address;
            appliance.is_plain = place.payload == config::Payload::ip && !appliance.wants_client;
            appliance.overhead_bytes = overhead_bytes(place.address.family(), place.payload, appliance.wants_client);
            appliance.zone = place.zone;
            appliance.standing = place.standing;
            appliance.payload = place.payload;
            appliance.mode = place.mode;
            appliance.may_offload = from != nullptr && from->verdicts.has_value();
        }
        roster.appliances.push_back(std::move(appliance));
    }
}

void build_groups(const config::Config& config, const Slots& slots, Roster& roster) {
    for (const std::string& name : slots.groups) {
        Group group;
        group.name = name;
        const auto number = static_cast<GroupIndex>(roster.groups.size());
        for (std::size_t i = 0; i < roster.appliances.size(); ++i) {
            if (roster.appliances[i].group == number) group.appliances.push_back(static_cast<ApplianceIndex>(i));
        }
        // A group that a reload took out: nobody of it takes flows, and those it has go by what it last said.
        config::ApplianceGroup gone;
        const config::ApplianceGroup* from = config::find_group(config, name);
        if (from == nullptr) {
            if (!group.appliances.empty()) {
                const Place& last = slots.appliances[group.appliances[0]];
                gone.on_deregistered = last.on_deregistered;
                gone.mode = last.mode;
            }
            from = &gone;
        }
        group.stickiness = from->stickiness;
        group.mode = from->mode;
        group.sample_percent = from->sample_percent;
        if (from->verdicts) group.verdict_limits = *from->verdicts;
        choose_takers(config.gateway.zone, *from, roster, group);
        settle_flows(*from, roster, group);
        roster.groups.push_back(std::move(group));
    }
    for (const std::string& name : slots.chains) {
        Chain chain{name, {}};
        const std::uint16_t at = position(config.chains, name);
        if (at != no_index) {
            for (const std::string& group : config.chains[at].groups)
                chain.groups.push_back(position_of_name(slots.groups, group));
        }
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
        rule.is_of_legs = match.is_decrypted_leg; // of which target groups: the directory knows
        if (from.chain) rule.chain = position(roster.chains, *from.chain);
        roster.policy.rules.push_back(std::move(rule));
    }
}

} // namespace

PortIndex Roster::port_by_name(std::string_view name) const noexcept {
    return position(ports, name);
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

Roster build_roster(const config::Config& config, const Slots& slots) {
    static std::atomic<std::uint64_t> versions{0};
    Roster roster;
    roster.version = ++versions;
    roster.fragment_ipv4 = config.gateway.fragment_ipv4;
    roster.selection_key = derive_selection_key(config);
    build_ports(config, roster);
    build_appliances(config, slots, roster);
    build_groups(config, slots, roster);
    build_policy(config, roster);
    return roster;
}

Roster build_roster(const config::Config& config) {
    return build_roster(config, first_slots(config));
}

} // namespace sallyport::chain
