// SPDX-License-Identifier: Apache-2.0
#include "config/lookup.hpp"

#include <algorithm>

namespace sallyport::config {

namespace {

template <typename Thing>
const Thing* find(const std::vector<Thing>& things, std::string_view name) {
    const auto found = std::ranges::find(things, name, &Thing::name);
    return found == things.end() ? nullptr : &*found;
}

} // namespace

const Port* find_port(const Config& config, std::string_view name) {
    return find(config.ports, name);
}

const Endpoint* find_endpoint(const Config& config, std::string_view name) {
    return find(config.endpoints, name);
}

const ApplianceGroup* find_group(const Config& config, std::string_view name) {
    return find(config.appliance_groups, name);
}

const Chain* find_chain(const Config& config, std::string_view name) {
    return find(config.chains, name);
}

const TargetGroup* find_target_group(const Config& config, std::string_view name) {
    return find(config.target_groups, name);
}

const Endpoint* endpoint_of(const Config& config, std::string_view port_name) {
    const auto found = std::ranges::find_if(config.endpoints, [&](const Endpoint& endpoint) {
        return std::ranges::find(endpoint.ports, port_name) != endpoint.ports.end();
    });
    return found == config.endpoints.end() ? nullptr : &*found;
}

const Endpoint* endpoint_of(const Config& config, const Listener& listener) {
    if (!listener.endpoint.empty()) return find_endpoint(config, listener.endpoint);
    return config.endpoints.empty() ? nullptr : &config.endpoints.front();
}

const Port* home_of(const Config& config, const Listener& listener) {
    const Endpoint* const endpoint = endpoint_of(config, listener);
    if (endpoint == nullptr) return nullptr;
    const Port* first = nullptr;
    for (const std::string& name : endpoint->ports) {
        const Port* port = find_port(config, name);
        if (port == nullptr) continue;
        if (is_connected(*port, listener.address)) return port;
        if (first == nullptr) first = port;
    }
    return first;
}

std::set<std::string_view> target_groups_of(const Listener& listener) {
    std::set<std::string_view> names;
    const auto add = [&](const std::vector<ForwardShare>& shares) {
        for (const ForwardShare& share : shares)
            names.insert(share.target_group);
    };
    const auto add_action = [&](const Action& action) {
        if (const auto* const forward = std::get_if<ForwardAction>(&action)) add(forward->shares);
    };
    add(listener.forward);
    for (const ListenerRule& rule : listener.rules)
        add(rule.forward);
    if (!listener.http) return names;
    add_action(listener.http->default_action);
    for (const HttpRule& rule : listener.http->rules)
        add_action(rule.action);
    return names;
}

std::vector<ExtraAddress> extra_addresses(const Config& config) {
    std::vector<ExtraAddress> extra;
    const auto add = [&](const Port* port, const IpAddress& address) {
        if (port == nullptr) return;
        const bool is_own =
            std::ranges::any_of(port->addresses, [&](const IpPrefix& own) { return own.address == address; });
        const bool is_known = std::ranges::any_of(
            extra, [&](const ExtraAddress& each) { return each.port == port->name && each.address == address; });
        if (!is_own && !is_known) extra.push_back({port->name, address});
    };
    for (const Listener& listener : config.listeners)
        add(home_of(config, listener), listener.address);
    for (const TargetGroup& group : config.target_groups) {
        for (const IpAddress& address : group.source_addresses) {
            for (const Port& port : config.ports) {
                if (is_connected(port, address) && endpoint_of(config, port.name) != nullptr) add(&port, address);
            }
        }
    }
    return extra;
}

bool is_connected(const Port& port, const IpAddress& address) {
    return std::ranges::any_of(port.addresses, [&](const IpPrefix& own) { return own.contains(address); });
}

bool is_edge(const IpPrefix& network, const IpAddress& address) {
    const unsigned host_bits = unsigned{network.max_length()} - network.length;
    if (network.length == 0 || host_bits < 2 || !network.contains(address)) return false;
    if (network.network().address == address) return true;
    return address.is_v4() && (address.v4_host_order() | ~std::uint32_t{0} << host_bits) == ~std::uint32_t{0};
}

RouteOwner owner_of(const Config& config, const Route& route) {
    RouteOwner owner;
    for (const Port& port : config.ports) {
        if (!is_connected(port, route.via)) continue;
        const Endpoint* const endpoint = endpoint_of(config, port.name);
        if (route.endpoint) {
            if (endpoint != nullptr && endpoint->name == *route.endpoint)
                return {.kind = RouteOwner::Kind::endpoint, .port = &port, .endpoint = endpoint};
        } else if (endpoint == nullptr) {
            return {.kind = RouteOwner::Kind::appliance_side, .port = &port};
        } else if (owner.endpoint == nullptr) {
            owner = {.kind = RouteOwner::Kind::endpoint, .port = &port, .endpoint = endpoint};
        } else if (owner.endpoint != endpoint) {
            owner.kind = RouteOwner::Kind::ambiguous;
        }
    }
    return owner;
}

bool matches_everything(const Match& match) {
    return !match.endpoint && !match.direction && match.protocols.empty() && match.sources.empty() &&
           match.destinations.empty() && match.source_ports.empty() && match.destination_ports.empty() &&
           match.target_groups.empty();
}

} // namespace sallyport::config
