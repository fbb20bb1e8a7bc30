// SPDX-License-Identifier: Apache-2.0
#include "config/sections.hpp"

namespace sallyport::config {

namespace {

/// Whether a packet can be handed to this address as its next stop.
void check_via(const Value& value, const Route& route) {
    if (route.via.is_unspecified() || route.via.is_multicast() || route.via.is_loopback()) {
        value.fault_is_not("an address that a next hop can have", "write the router's address");
    } else if (route.via.family() != route.destination.address.family()) {
        value.fault("is of another family than `to`: " + in_backticks(value.node().text),
                    route.via.is_v4() ? "write an IPv6 next hop" : "write an IPv4 next hop");
    }
}

} // namespace

std::vector<Route> read_routes(const Value& section) {
    std::vector<Route> routes;
    constexpr std::string_view expected = "a list of routes, such as `- {to: 10.0.0.0/8, via: 192.0.2.254}`";
    for (const Value& value : section.items(expected, max_routes)) {
        Route& route = routes.emplace_back();
        route.line = value.line();
        const Fields fields(value, {"to", "via", "endpoint"});
        const auto to = fields.require("to", "add the destination, such as `to: 10.0.0.0/8`");
        const auto destination = to ? to->prefix() : std::nullopt;
        if (destination) route.destination = *destination;
        const auto via = fields.require("via", "add the next hop, such as `via: 192.0.2.254`");
        const auto next = via ? via->address() : std::nullopt;
        if (next) route.via = *next;
        if (destination && next) check_via(*via, route);
        if (const auto endpoint = fields.find("endpoint")) route.endpoint = endpoint->text("the name of an endpoint");
    }
    return routes;
}

} // namespace sallyport::config
