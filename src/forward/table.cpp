// SPDX-License-Identifier: Apache-2.0
#include "forward/table.hpp"

namespace sallyport::forward {
namespace {

Address128 to_128(const IpAddress& address) noexcept {
    return forward::to_128(address.high(), address.low());
}

} // namespace

MacAddress stand_in_mac(const IpAddress& address) noexcept {
    const IpAddress::Bytes& bytes = address.bytes();
    MacAddress mac{{0x02, bytes[11], bytes[12], bytes[13], bytes[14], bytes[15]}};
    if (address.is_v4()) mac.bytes[1] = 0;
    return mac;
}

Adjacency Table::adjacency(PortIndex port, const IpAddress& gateway) const {
    Adjacency way;
    way.port = port;
    way.on_link = gateway.is_unspecified();
    way.address = gateway;
    if (!way.on_link) way.resolved = neighbour(port, gateway, way.mac);
    return way;
}

Table::Table(const Inputs& inputs) : neighbours_(inputs.neighbours), stand_ins_(inputs.stand_ins) {
    std::vector<std::vector<PrefixValue<std::uint32_t>>> v4(inputs.domains);
    std::vector<std::vector<PrefixValue<Address128>>> v6(inputs.domains);
    for (const Route& route : inputs.routes) {
        const IpPrefix prefix = route.destination.network();
        const auto value = static_cast<std::uint32_t>(adjacencies_.size());
        adjacencies_.push_back(adjacency(route.port, route.gateway));
        if (prefix.address.is_v4()) {
            v4[route.domain].push_back({prefix.address.v4_host_order(), prefix.length, value});
        } else {
            v6[route.domain].push_back({to_128(prefix.address), prefix.length, value});
        }
    }
    for (std::size_t domain = 0; domain < inputs.domains; ++domain) {
        domains_.push_back({RangeTable(std::move(v4[domain])), RangeTable(std::move(v6[domain]))});
    }

    for (PortIndex port = 0; port < inputs.stand_ins.across.size(); ++port) {
        links_.push_back(adjacency(port, IpAddress{}));
    }
    for (const IpAddress& appliance : inputs.appliances) {
        Adjacency way = inputs.domains == 0 ? Adjacency{} : route(static_cast<Domain>(inputs.domains - 1), appliance);
        if (way.port != no_index && way.on_link) way = adjacency(way.port, appliance);
        appliances_.push_back(way);
    }
}

} // namespace sallyport::forward
