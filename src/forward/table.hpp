// SPDX-License-Identifier: Apache-2.0
// Where a packet leaves: the gateway's own copy of routes and neighbours, as an immutable snapshot. Each endpoint has a
// routing domain of its own, so that tenants may use the same addresses; appliances are reached through one more, the
// transport domain.
#pragma once

#include "forward/neighbour_map.hpp"
#include "forward/range_table.hpp"
#include "support/address.hpp"
#include "support/index.hpp"

#include <cstdint>
#include <vector>

namespace sallyport::forward {

/// The endpoint's index; the transport domain is the number of endpoints.
using Domain = std::uint16_t;

struct Route {
    Domain domain = 0;
    IpPrefix destination;
    PortIndex port = no_index;
    IpAddress gateway; // unspecified: the destination itself is on the link
};

/// What stands in where there is no kernel (replay): a MAC for every neighbour, made from its address, and the other
/// side of the endpoint for every destination without a route.
struct StandIns {
    bool neighbours = false;
    /// By port: the port to leave by, no_index for none. Empty: none at all.
    std::vector<PortIndex> across;
};

struct Inputs {
    std::size_t domains = 0;
    std::vector<Route> routes;
    std::vector<Neighbour> neighbours;
    std::vector<IpAddress> appliances; // by appliance index
    StandIns stand_ins;
};

/// The way to the next station on a link. `mac` may be read when `resolved`.
struct Adjacency {
    PortIndex port = no_index; // no_index: there is no way
    bool on_link = false;      // the packet's own destination is the next station
    bool resolved = false;
    MacAddress mac;
    IpAddress address; // of the next station; unspecified when on_link
};

/// The MAC that stands in for a station in a replay: 02, then the address' last five bytes (IPv4: 00 and its four).
[[nodiscard]] MacAddress stand_in_mac(const IpAddress& address) noexcept;

class Table {
public:
    Table() = default;
    explicit Table(const Inputs& inputs);

    /// The way of the longest matching prefix; port no_index when there is none.
    [[nodiscard]] const Adjacency& route(Domain domain, Family family, std::uint64_t high,
                                         std::uint64_t low) const noexcept {
        if (domain >= domains_.size()) return adjacencies_[0];
        const DomainRoutes& routes = domains_[domain];
        return adjacencies_[family == Family::ipv4 ? routes.v4.find(static_cast<std::uint32_t>(low))
                                                   : routes.v6.find(to_128(high, low))];
    }
    [[nodiscard]] const Adjacency& route(Domain domain, const IpAddress& destination) const noexcept {
        return route(domain, destination.family(), destination.high(), destination.low());
    }
    /// The way to an appliance, resolved as far as it is known.
    [[nodiscard]] const Adjacency& to_appliance(ApplianceIndex appliance) const noexcept {
        return appliances_[appliance];
    }
    /// The other side of the endpoint, for a packet from `port` that has no route (replay); no_index in a running
    /// gateway.
    [[nodiscard]] PortIndex across(PortIndex port) const noexcept {
        return port < stand_ins_.across.size() ? stand_ins_.across[port] : no_index;
    }
    /// Any station on the port's link; no way at all for no_index.
    [[nodiscard]] const Adjacency& beyond(PortIndex port) const noexcept {
        return port < links_.size() ? links_[port] : adjacencies_[0];
    }
    /// False when the neighbour is not (yet) known.
    [[nodiscard]] bool neighbour(PortIndex port, const IpAddress& address, MacAddress& mac) const noexcept {
        if (neighbours_.find(port, address, mac)) return true;
        if (!stand_ins_.neighbours) return false;
        mac = stand_in_mac(address);
        return true;
    }

private:
    struct DomainRoutes {
        RangeTable<std::uint32_t> v4;
        RangeTable<Address128> v6;
    };

    Adjacency adjacency(PortIndex port, const IpAddress& gateway) const;

    std::vector<DomainRoutes> domains_;
    std::vector<Adjacency> adjacencies_ = {Adjacency{}}; // [0]: no way
    std::vector<Adjacency> appliances_;
    std::vector<Adjacency> links_; // by port; only where `across` stands in
    NeighbourMap neighbours_;
    StandIns stand_ins_;
};

} // namespace sallyport::forward
