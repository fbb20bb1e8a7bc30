// SPDX-License-Identifier: Apache-2.0
// The roster: the immutable snapshot that the workers read of what the configuration says about ports, endpoints,
// appliances, groups, chains and policy. Built once from a checked Config; never changed while a worker may read it.
#pragma once

#include "chain/policy.hpp"
#include "chain/slots.hpp"
#include "config/config.hpp"
#include "flow/flow_entry.hpp"
#include "geneve/client.hpp"
#include "geneve/gwlb.hpp"
#include "support/address.hpp"
#include "support/index.hpp"
#include "support/siphash.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::balance {
struct Directory;
}

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

/// Which way a flow heads whose first packet came in by the port.
[[nodiscard]] inline config::Direction direction_from(const Port& port) noexcept {
    return port.is_north ? config::Direction::southbound : config::Direction::northbound;
}

/// Aligned, so that its place is found by a shift: it is asked for its id with every visit.
struct alignas(64) Endpoint {
    std::string name;
    std::uint64_t id = 0;
    std::vector<PortIndex> ports;
    std::array<std::uint32_t, flow::flow_state_count> timeouts_ms = {};
    config::TcpMidstream tcp_midstream = config::TcpMidstream::drop;
    config::MssClamp mss_clamp = config::MssClamp::off;
    std::uint16_t mss = 0; // fixed
};

/// What a packet of an existing flow meets at its appliance.
enum class Meets : std::uint8_t {
    visit, // the appliance, as ever
    move,  // another appliance of the group, for good
    reset, // the end of its flow: RST to both sides
    drop,  // the end of the packet: there is nobody who may see it
    skip,  // nobody: the packet goes past this hop
};

/// What GENEVE with the GWLB options adds in front of an IP packet: outer IP, UDP, and an inner Ethernet header for
/// groups that want one. For those that are told clients as much as the longest address takes, so that all flows of the
/// group have room for packets of one size.
[[nodiscard]] constexpr std::uint8_t overhead_bytes(Family outer, config::Payload payload,
                                                    bool with_client = false) noexcept {
    constexpr std::uint8_t udp_and_geneve = 8 + geneve::gwlb_header_size;
    const int ip = outer == Family::ipv4 ? 20 : 40;
    const int ethernet = payload == config::Payload::ethernet ? 14 : 0;
    const int client = with_client ? int{geneve::client_option_size_v6} : 0;
    return static_cast<std::uint8_t>(udp_and_geneve + ip + ethernet + client);
}

/// The first cache line is read for every visit.
struct alignas(64) Appliance {
    std::string name;
    IpAddress address;
    GroupIndex group = no_index;
    std::uint16_t weight = 1;
    Meets flows_meet = Meets::visit;
    config::Payload payload = config::Payload::ip;
    config::GroupMode mode = config::GroupMode::in_line;
    bool may_offload = false;  // its verdicts about flows count
    bool wants_client = false; // of decrypted legs
    bool is_plain = true;      // bare IP packets, and nothing beside the GWLB options
    std::uint8_t overhead_bytes =
        68; // what GENEVE adds in front of an IP packet for it, Ethernet around it not counted

    std::string zone;
    Standing standing;
};

struct Group {
    std::string name;
    config::Stickiness stickiness = config::Stickiness::five_tuple;
    std::vector<ApplianceIndex> appliances; // those that left included, while flows may be on their way through them
    std::vector<ApplianceIndex> maglev;     // who takes new flows; empty when nobody does
    bool is_bypassed = false;               // nobody takes new flows, and they go past this hop
    config::GroupMode mode = config::GroupMode::in_line;
    std::uint16_t sample_percent = 100;
    config::VerdictLimits verdict_limits;
};

struct Chain {
    std::string name;
    std::vector<GroupIndex> groups; // forward order
};

struct Roster {
    std::uint64_t version = 0; // another one for every roster of a process
    bool fragment_ipv4 = true;
    std::vector<Port> ports;
    std::vector<Endpoint> endpoints;
    std::vector<Appliance> appliances;
    std::vector<Group> groups;
    std::vector<Chain> chains;
    Policy policy;
    SipKey selection_key;
    std::vector<std::pair<std::uint64_t, EndpointIndex>>
        endpoints_by_id; // ascending; asked for every packet that returns

    std::shared_ptr<const balance::Directory> directory; // null: there are no listeners

    /// no_index when there is none.
    [[nodiscard]] PortIndex port_by_name(std::string_view name) const noexcept;
    [[nodiscard]] EndpointIndex endpoint_by_id(std::uint64_t id) const noexcept {
        std::size_t base = 0;
        for (std::size_t count = endpoints_by_id.size(); count > 1;) {
            const std::size_t half = count / 2;
            base = endpoints_by_id[base + half].first <= id ? base + half : base;
            count -= half;
        }
        const bool is_there = !endpoints_by_id.empty() && endpoints_by_id[base].first == id;
        return is_there ? endpoints_by_id[base].second : EndpointIndex{no_index};
    }
    /// Whether any appliance has this address.
    [[nodiscard]] bool is_appliance(const IpAddress& address) const noexcept;
    /// An own address of the port in the family; nullptr when it has none.
    [[nodiscard]] const IpAddress* port_address(PortIndex port, Family family) const noexcept;
};

/// From a config without findings, and slots that were made for it; the caller's fault otherwise.
[[nodiscard]] Roster build_roster(const config::Config& config, const Slots& slots);
/// The first one: all appliances registered and healthy.
[[nodiscard]] Roster build_roster(const config::Config& config);

} // namespace sallyport::chain
