// SPDX-License-Identifier: Apache-2.0
#include "config/checks.hpp"
#include "config/lookup.hpp"

#include <map>

namespace sallyport::config {

namespace {

bool is_own(const Config& config, const IpAddress& address, const RouteOwner& owner) {
    for (const Port& port : config.ports) {
        if (endpoint_of(config, port.name) != owner.endpoint) continue;
        for (const IpPrefix& own : port.addresses)
            if (own.address == address) return true;
    }
    return false;
}

} // namespace

Findings check_routes(const Config& config) {
    Findings findings;
    using Destination = std::tuple<const Endpoint*, IpAddress, std::uint8_t>;
    std::map<Destination, int> lines;
    for (std::size_t i = 0; i < config.routes.size(); ++i) {
        const Route& route = config.routes[i];
        const std::string path = at("routes", i);
        const RouteOwner owner = owner_of(config, route);
        if (owner.kind == RouteOwner::Kind::unreachable) {
            findings.push_back(
                {.path = path + ".via",
                 .problem = "cannot be reached: " + in_backticks(route.via.to_string()) + " is in no network of " +
                            (route.endpoint ? "a port of endpoint " + in_backticks(*route.endpoint) : "a port"),
                 .advice = "write a next hop in the network of one of the port's `addresses`"});
            continue;
        }
        if (owner.kind == RouteOwner::Kind::ambiguous) {
            findings.push_back(
                {.path = path + ".via",
                 .problem = in_backticks(route.via.to_string()) + " is in networks of more than one endpoint",
                 .advice = "add `endpoint: NAME` to say whose traffic the route serves"});
            continue;
        }
        if (is_own(config, route.via, owner))
            findings.push_back({.path = path + ".via",
                                .problem = "is one of the gateway's own addresses",
                                .advice = "write the address of the next router"});
        const Destination destination = {owner.endpoint, route.destination.address, route.destination.length};
        const auto [earlier, first] = lines.emplace(destination, route.line);
        if (!first)
            findings.push_back({.path = path + ".to",
                                .problem = "there is a route to " + route.destination.to_string() +
                                           " already, on line " + std::to_string(earlier->second),
                                .advice = "keep one of the two"});
    }
    return findings;
}

} // namespace sallyport::config
