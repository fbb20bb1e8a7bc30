// SPDX-License-Identifier: Apache-2.0
// Whose the addresses of listeners and targets are, and those in the place of clients'. The kernel holds all that the
// gateway answers for: what is the gateway's own can be nobody else's.
#include "config/checks.hpp"
#include "config/lookup.hpp"
#include "config/prefix_set.hpp"

#include <map>
#include <set>
#include <utility>

namespace sallyport::config {

namespace {

/// What an address is when it is somebody else's: "appliance `fw-1`".
using Owners = std::map<IpAddress, std::string>;

struct Place {
    const Port* port = nullptr;
    const Endpoint* endpoint = nullptr; // null: the appliances' side
};

class Addresses {
public:
    Addresses(const Config& config, Findings& findings) : config_(config), findings_(findings) {
        for (const Port& port : config.ports) {
            const Endpoint* const endpoint = endpoint_of(config, port.name);
            places_.push_back({&port, endpoint});
            for (const IpPrefix& own : port.addresses) {
                own_.emplace(own.address, Place{&port, endpoint});
                if (endpoint != nullptr) leads_[endpoint].add(own);
            }
        }
        for (const Route& route : config.routes) {
            others_.emplace(route.via, "the next hop of the route on line " + std::to_string(route.line));
            const RouteOwner owner = owner_of(config, route);
            if (owner.kind == RouteOwner::Kind::endpoint) leads_[owner.endpoint].add(route.destination);
        }
        for (const ApplianceGroup& group : config.appliance_groups)
            for (const Appliance& appliance : group.appliances)
                others_.emplace(appliance.address, "the address of appliance " + in_backticks(appliance.name));
        for (const TargetGroup& group : config.target_groups)
            for (const Target& target : group.targets)
                others_.emplace(target.address, "the address of target " + in_backticks(target.name) +
                                                    " of target group " + in_backticks(group.name));
    }

    void check_listener(const Listener& listener, const std::string& path) {
        const Endpoint* const endpoint = endpoint_of(config_, listener);
        if (listener.address.is_unspecified() || endpoint == nullptr) return; // reading failed, and said so
        if (is_free(path + ".address", listener.address)) check_side(path + ".address", listener.address, *endpoint);
        if (listener.port > 0) check_other_endpoints(path + ".address", listener, *endpoint);
        listening_.emplace(listener.address, &listener);
    }

    /// After the listeners.
    void check_sources(const TargetGroup& group) {
        for (std::size_t i = 0; i < group.source_addresses.size(); ++i) {
            const IpAddress& source = group.source_addresses[i];
            const std::string path = at("target_groups." + group.name + ".source_addresses", i);
            if (!is_free(path, source)) continue;
            const auto listener = listening_.find(source);
            const auto own = own_.find(source);
            if (listener != listening_.end()) {
                find(path, "is the address of listener " + in_backticks(listener->second->name),
                     "write an address of its own for it");
            } else if (own != own_.end()) {
                find(path, "is the own address of port " + in_backticks(own->second.port->name),
                     "write another, or leave `source_addresses` out: then the port's own is taken");
            } else if (!is_in_an_endpoint(path, source)) {
                find(path,
                     "cannot be answered for: no port of an endpoint has " + in_backticks(source.to_string()) +
                         " in its networks",
                     "write an address in the network of the port that leads to the targets");
            }
        }
    }

    /// What a group's targets are, whoever forwards to them.
    void check_targets(const TargetGroup& group) {
        for (std::size_t i = 0; i < group.targets.size(); ++i) {
            const auto own = own_.find(group.targets[i].address);
            if (own == own_.end()) continue;
            find(place_of(group, i), "is the own address of port " + in_backticks(own->second.port->name),
                 "write the address of the target");
        }
    }

    /// Whether packets of the endpoint get to the group's targets.
    void check_reached(const TargetGroup& group, const Endpoint& endpoint) {
        if (!reached_.emplace(&group, &endpoint).second) return;
        for (std::size_t i = 0; i < group.targets.size(); ++i) {
            const IpAddress& address = group.targets[i].address;
            if (address.is_unspecified() || own_.contains(address)) continue; // was told
            if (leads_[&endpoint].contains(address)) {
                check_is_host(place_of(group, i), address, endpoint);
            } else if (const Port* const port = stranger(address)) {
                find(place_of(group, i),
                     "lies in the network of port " + in_backticks(port->name) + ", which is none of endpoint " +
                         in_backticks(endpoint.name) + ", whose listener forwards here",
                     "write an address behind one of the endpoint's ports");
            } else {
                find(place_of(group, i),
                     "is in no network of a port of endpoint " + in_backticks(endpoint.name) +
                         ", nor does a route here lead there: it is reached only if the kernel has one",
                     "write an address in such a network, or add a route", true);
            }
        }
    }

private:
    static std::string place_of(const TargetGroup& group, std::size_t target) {
        return at("target_groups." + group.name + ".targets", target) + ".address";
    }

    bool is_free(const std::string& path, const IpAddress& address) {
        const auto other = others_.find(address);
        if (other == others_.end()) return true;
        find(path, "is " + other->second, "write an address that nobody has");
        return false;
    }

    /// A listener's address is none of the appliances' side, unless the endpoint has that network too.
    void check_side(const std::string& path, const IpAddress& address, const Endpoint& endpoint) {
        const auto own = own_.equal_range(address);
        for (auto place = own.first; place != own.second; ++place) {
            if (place->second.endpoint != nullptr) continue;
            find(path,
                 "is the own address of port " + in_backticks(place->second.port->name) +
                     ", which belongs to no endpoint",
                 "write an address in a network of the endpoint's ports, or one that clients have a route to");
            return;
        }
        bool is_connected_here = false;
        for (const Place& place : places_)
            is_connected_here |= place.endpoint == &endpoint && is_connected(*place.port, address);
        if (is_connected_here) {
            check_is_host(path, address, endpoint);
            return;
        }
        for (const Place& place : places_) {
            if (place.endpoint != nullptr || !is_connected(*place.port, address)) continue;
            find(path,
                 "lies in the network of port " + in_backticks(place.port->name) + ", which belongs to no endpoint",
                 "write an address in a network of the endpoint's ports, or one that clients have a route to");
            return;
        }
    }

    /// A proxy's socket is the kernel's, which knows no endpoints.
    void check_other_endpoints(const std::string& path, const Listener& listener, const Endpoint& endpoint) {
        constexpr const char* advice = "give it an address that no other endpoint uses";
        const auto own = own_.equal_range(listener.address);
        for (auto place = own.first; place != own.second; ++place) {
            const Endpoint* const other = place->second.endpoint;
            if (listener.mode != ListenerMode::proxy || other == nullptr || other == &endpoint) continue;
            find(path,
                 "is also the own address of port " + in_backticks(place->second.port->name) + " of endpoint " +
                     in_backticks(other->name) + ", and the kernel cannot tell connections of one from the other's",
                 advice);
            return;
        }
        const auto same = listening_.equal_range(listener.address);
        for (auto each = same.first; each != same.second; ++each) {
            const bool is_proxy = listener.mode == ListenerMode::proxy || each->second->mode == ListenerMode::proxy;
            const Endpoint* const other = endpoint_of(config_, *each->second);
            if (!is_proxy || other == &endpoint) continue;
            find(path,
                 "is also the address of listener " + in_backticks(each->second->name) + " of endpoint " +
                     in_backticks(other->name) + ", and the kernel cannot tell connections of one from the other's",
                 advice);
            return;
        }
    }

    void check_is_host(const std::string& path, const IpAddress& address, const Endpoint& endpoint) {
        for (const Place& place : places_) {
            if (place.endpoint != &endpoint) continue;
            for (const IpPrefix& own : place.port->addresses) {
                if (!is_edge(own, address)) continue;
                find(path, "is the network or broadcast address of " + own.network().to_string(),
                     "write the address of a host");
                return;
            }
        }
    }

    bool is_in_an_endpoint(const std::string& path, const IpAddress& address) {
        for (const Place& place : places_) {
            if (place.endpoint == nullptr || !is_connected(*place.port, address)) continue;
            check_is_host(path, address, *place.endpoint);
            return true;
        }
        return false;
    }

    /// The port in whose network an address is that no port of the endpoint in question leads to.
    [[nodiscard]] const Port* stranger(const IpAddress& address) const {
        for (const Place& place : places_)
            if (is_connected(*place.port, address)) return place.port;
        return nullptr;
    }

    void find(const std::string& path, std::string problem, std::string advice, bool warning = false) {
        findings_.push_back(
            {.path = path, .problem = std::move(problem), .advice = std::move(advice), .warning = warning});
    }

    const Config& config_;
    Findings& findings_;
    std::vector<Place> places_;
    std::multimap<IpAddress, Place> own_;
    std::map<const Endpoint*, PrefixSet> leads_; // where an endpoint's ports and routes go
    Owners others_;
    std::multimap<IpAddress, const Listener*> listening_;
    std::set<std::pair<const TargetGroup*, const Endpoint*>> reached_;
};

} // namespace

Findings check_l4_addresses(const Config& config) {
    Findings findings;
    Addresses addresses(config, findings);
    for (std::size_t i = 0; i < config.listeners.size(); ++i)
        addresses.check_listener(config.listeners[i], at("listeners", i));
    for (const TargetGroup& group : config.target_groups) {
        addresses.check_sources(group);
        addresses.check_targets(group);
    }
    for (const Listener& listener : config.listeners) {
        const Endpoint* const endpoint = endpoint_of(config, listener);
        if (endpoint == nullptr) continue;
        for (const Forward& forward : forwards_of(listener, ""))
            for (const ForwardShare& share : *forward.shares)
                if (const TargetGroup* const group = find_target_group(config, share.target_group))
                    addresses.check_reached(*group, *endpoint);
    }
    return findings;
}

} // namespace sallyport::config
