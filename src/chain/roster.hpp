// SPDX-License-Identifier: Apache-2.0
// The roster: the immutable snapshot that the workers read of what the configuration says about ports, endpoints,
// appliances, groups, chains and policy. Built once from a checked Config; never changed while a worker may read it.
#pragma once

#include "chain/policy.hpp"
#include "config/config.hpp"
#include "support/address.hpp"
#include "support/index.hpp"
#include "support/siphash.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::chain {

template <typename Address>
struct LocalAddresses {
    std::vector<Address> own;       // of this port
    std::vector<Address> broadcast; // of its networks
    /// On an endpoint's port: the gateway's addresses on the endpoint's other ports and towards appliances. The kernel
    /// would take packets for them on any host link, past the chain.
    std::vector<Address> forbidden;
};

struct Port {
    std::string name;
    std::uint16_t mtu = 1500;
    EndpointIndex endpoint = no_index; // no_index: a port towards appliances
    bool is_north = false;             // the endpoint's first port
    std::vector<IpPrefix> addresses;
    /// The addresses that make a packet the gateway's own business, split by family since every packet is compared.
    LocalAddresses<std::uint32_t> v4;                // host order
    LocalAddresses<std::array<std::uint64_t, 2>> v6; // halves, host order
};

struct Endpoint {
    std::string name;
    std::uint64_t id = 0;
    std::vector<PortIndex> ports;
};

struct Appliance {
    std::string name;
    IpAddress address;
    GroupIndex group = no_index;
    std::uint16_t weight = 1;
};

struct Group {
    std::string name;
    config::Stickiness stickiness = config::Stickiness::five_tuple;
    std::vector<ApplianceIndex> appliances;
    std::vector<ApplianceIndex> maglev; // empty when no appliance takes new flows
};

struct Chain {
    std::string name;
    std::vector<GroupIndex> groups; // forward order
};

struct Roster {
    std::vector<Port> ports;
    std::vector<Endpoint> endpoints;
    std::vector<Appliance> appliances;
    std::vector<Group> groups;
    std::vector<Chain> chains;
    Policy policy;
    SipKey selection_key;
    std::vector<std::pair<std::uint64_t, EndpointIndex>>
        endpoints_by_id; // ascending; asked for every packet that returns

    /// no_index when there is none.
    [[nodiscard]] PortIndex port_by_name(std::string_view name) const noexcept;
    [[nodiscard]] EndpointIndex endpoint_by_id(std::uint64_t id) const noexcept;
    /// Whether any appliance has this address.
    [[nodiscard]] bool is_appliance(const IpAddress& address) const noexcept;
    /// An own address of the port in the family; nullptr when it has none.
    [[nodiscard]] const IpAddress* port_address(PortIndex port, Family family) const noexcept;
};

/// From a config without findings; the caller's fault otherwise.
[[nodiscard]] Roster build_roster(const config::Config& config);

} // namespace sallyport::chain
