// SPDX-License-Identifier: Apache-2.0
// A configuration of these tests, built in code: two endpoints, two groups, one chain, two policy rules.
#pragma once

#include "chain/roster.hpp"

namespace sallyport::chain::test {

inline IpAddress address(const char* text) {
    return IpAddress::parse(text).value();
}
inline IpPrefix prefix(const char* text) {
    return IpPrefix::parse(text).value();
}

inline config::Port port(const char* name, std::vector<IpPrefix> addresses) {
    config::Port port;
    port.name = name;
    port.addresses = std::move(addresses);
    return port;
}

inline config::Appliance appliance(const char* name, const char* text, std::uint16_t weight = 1) {
    config::Appliance appliance;
    appliance.name = name;
    appliance.address = address(text);
    appliance.weight = weight;
    return appliance;
}

inline config::Config office() {
    config::Config config;
    config.ports = {port("inspect", {prefix("198.51.100.1/24")}),
                    port("north", {prefix("192.0.2.1/24"), prefix("2001:db8:1::1/64")}),
                    port("south", {prefix("203.0.113.1/24")}), port("branch", {prefix("192.0.2.1/24")})};
    config.ports[0].mtu = 1600;
    config.endpoints = {{"office", 0x2b8ee1d4db0c51c4U, {"north", "south"}, 0}, {"branch", 7, {"branch"}, 0}};
    config.appliance_groups = {{"firewalls",
                                config::Stickiness::five_tuple,
                                {appliance("fw-1", "198.51.100.11"), appliance("fw-2", "198.51.100.12", 3)},
                                0},
                               {"sensors", config::Stickiness::two_tuple, {appliance("ids-1", "198.51.100.21")}, 0}};
    config.chains = {{"perimeter", {"sensors", "firewalls"}, 0}};
    config::PolicyRule icmp;
    icmp.match.protocols = {1, 58};
    config::PolicyRule rest;
    rest.match.endpoint = "branch";
    rest.chain = "perimeter";
    config.policy = {icmp, rest};
    return config;
}

} // namespace sallyport::chain::test
