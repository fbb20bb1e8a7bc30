// SPDX-License-Identifier: Apache-2.0
#include "replay/port_plan.hpp"

#include "config/lookup.hpp"

namespace sallyport::replay {

std::vector<ReplayPort> plan_ports(const config::Config& config) {
    std::vector<ReplayPort> ports;
    for (const config::Port& port : config.ports) {
        const std::size_t index = ports.size();
        const MacAddress made_up{
            {0x02, 0x53, 0x50, 0x00, static_cast<std::uint8_t>(index >> 8U), static_cast<std::uint8_t>(index & 0xffU)}};
        ports.push_back({port.mac.value_or(made_up), port.vlan.value_or(0)});
    }
    return ports;
}

forward::Inputs plan_forwarding(const config::Config& config, const chain::Roster& roster, bool across) {
    const auto transport = static_cast<forward::Domain>(roster.endpoints.size());
    const auto domain_of = [&](PortIndex port) {
        const EndpointIndex endpoint = roster.ports[port].endpoint;
        return endpoint == no_index ? transport : static_cast<forward::Domain>(endpoint);
    };

    forward::Inputs inputs;
    inputs.domains = transport + std::size_t{1};
    inputs.stand_ins.neighbours = true;
    for (PortIndex port = 0; port < roster.ports.size(); ++port) {
        for (const IpPrefix& own : roster.ports[port].addresses) {
            inputs.routes.push_back({domain_of(port), own.network(), port, IpAddress{}});
        }
    }
    for (const config::Route& route : config.routes) {
        const config::RouteOwner owner = config::owner_of(config, route);
        if (owner.port == nullptr) continue; // a finding, or it would not be here
        const PortIndex port = roster.port_by_name(owner.port->name);
        inputs.routes.push_back({domain_of(port), route.destination, port, route.via});
    }
    for (const chain::Appliance& appliance : roster.appliances)
        inputs.appliances.push_back(appliance.address);

    if (!across) return inputs;
    inputs.stand_ins.across.assign(roster.ports.size(), no_index);
    for (const chain::Endpoint& endpoint : roster.endpoints) {
        for (const PortIndex port : endpoint.ports) {
            // From the south side to the first port; from there to the second. An endpoint of one port sends back.
            const bool is_north = port == endpoint.ports.front();
            inputs.stand_ins.across[port] =
                is_north && endpoint.ports.size() > 1 ? endpoint.ports[1] : endpoint.ports[0];
        }
    }
    return inputs;
}

} // namespace sallyport::replay
