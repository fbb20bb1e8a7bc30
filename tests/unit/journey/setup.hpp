// SPDX-License-Identifier: Apache-2.0
// The network of these tests: ports, tenants, appliances and routes, and what a test may change about them.
#pragma once

#include "journey/worker.hpp"
#include "packets.hpp"

#include <functional>

namespace sallyport::journey::test {

enum Ports : PortIndex { north, inspect, south, branch_north, branch_south, port_count };

inline constexpr std::uint64_t office_id = 0x2b8ee1d4db0c51c4U;
inline constexpr std::uint64_t branch_id = 7;

/// The gateway's own MAC on a port, and that of everybody else's there.
inline MacAddress own_mac(PortIndex port) {
    return {{2, 0, 0, 0, 0, static_cast<std::uint8_t>(port)}};
}
inline MacAddress station_mac(PortIndex port) {
    return {{2, 0, 0, 0, 1, static_cast<std::uint8_t>(port)}};
}

struct Setup {
    unsigned hops = 1; // groups in the chain, of two appliances each
    Family outer = Family::ipv4;
    unsigned workers = 1;
    WorkerSettings settings;
    /// The last word on the configuration and on the routes.
    std::function<void(config::Config&)> change_config = [](config::Config&) {};
    std::function<void(forward::Inputs&)> change_forwarding = [](forward::Inputs&) {};

    /// 198.51.100.11 and .12 for the first group, .21 and .22 for the second, ...
    [[nodiscard]] IpAddress appliance_address(unsigned group, unsigned member) const {
        const unsigned host = 10 * (group + 1) + member + 1;
        return outer == Family::ipv4 ? IpAddress::v4(0xc633'6400U + host)
                                     : IpAddress::from_halves(Family::ipv6, 0x2001'0db8'0064'0000U, host);
    }
};

/// Two tenants with the same addresses, a port towards appliances, and a chain for everything.
inline config::Config configuration(const Setup& setup) {
    config::Config config;
    const auto port = [&](const char* name, std::vector<const char*> addresses) {
        config::Port made;
        made.name = name;
        for (const char* text : addresses)
            made.addresses.push_back(IpPrefix::parse(text).value());
        config.ports.push_back(made);
    };
    port("north", {"192.0.2.1/24", "2001:db8:1::1/64"});
    port("inspect", {"198.51.100.1/24", "2001:db8:64::1/64"});
    port("south", {"203.0.113.1/24", "2001:db8:2::1/64"});
    port("branch-north", {"192.0.2.1/24"});
    port("branch-south", {"203.0.113.1/24"});
    config.ports[inspect].mtu = 1600;
    config.endpoints = {{"office", office_id, {"north", "south"}, 0},
                        {"branch", branch_id, {"branch-north", "branch-south"}, 0}};
    config::PolicyRule everything;
    if (setup.hops > 0) {
        config.chains = {{"perimeter", {}, 0}};
        everything.chain = "perimeter";
    }
    for (unsigned group = 0; group < setup.hops; ++group) {
        config::ApplianceGroup made;
        made.name = "group-" + std::to_string(group);
        for (unsigned member = 0; member < 2; ++member) {
            config::Appliance appliance;
            appliance.name = made.name + (member == 0 ? "-a" : "-b");
            appliance.address = setup.appliance_address(group, member);
            made.appliances.push_back(appliance);
        }
        config.chains[0].groups.push_back(made.name);
        config.appliance_groups.push_back(made);
    }
    config.policy = {everything};
    setup.change_config(config);
    return config;
}

/// Every port's own prefixes on its link; the neighbours are client, server and appliances.
inline forward::Inputs forwarding_inputs(const Setup& setup, const chain::Roster& roster) {
    forward::Inputs inputs;
    inputs.domains = 3;
    const auto route = [&](forward::Domain domain, const char* destination, PortIndex port) {
        inputs.routes.push_back({domain, IpPrefix::parse(destination).value(), port, {}});
    };
    route(0, "192.0.2.0/24", north);
    route(0, "203.0.113.0/24", south);
    route(0, "2001:db8:1::/64", north);
    route(0, "2001:db8:2::/64", south);
    route(1, "192.0.2.0/24", branch_north);
    route(1, "203.0.113.0/24", branch_south);
    route(2, "198.51.100.0/24", inspect);
    route(2, "2001:db8:64::/64", inspect);
    for (const PortIndex port : {north, branch_north})
        inputs.neighbours.push_back({port, address("192.0.2.10"), station_mac(port)});
    for (const PortIndex port : {south, branch_south})
        inputs.neighbours.push_back({port, address("203.0.113.10"), station_mac(port)});
    inputs.neighbours.push_back({north, address("2001:db8:1::10"), station_mac(north)});
    inputs.neighbours.push_back({south, address("2001:db8:2::10"), station_mac(south)});
    for (const chain::Appliance& appliance : roster.appliances) {
        inputs.appliances.push_back(appliance.address);
        inputs.neighbours.push_back({inspect, appliance.address, station_mac(inspect)});
    }
    setup.change_forwarding(inputs);
    return inputs;
}

} // namespace sallyport::journey::test
