// SPDX-License-Identifier: Apache-2.0
// The configuration as plain data: what the file says, nothing that runs. Every struct that a finding can point at
// remembers the line it came from.
#pragma once

#include "support/address.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sallyport::config {

enum class Hugepages { automatic, require, never };

struct FlowTimeouts {
    std::chrono::milliseconds tcp_idle = std::chrono::seconds(350);
    std::chrono::milliseconds tcp_half_open = std::chrono::seconds(30);
    std::chrono::milliseconds tcp_closing = std::chrono::seconds(10);
    std::chrono::milliseconds udp = std::chrono::seconds(120);
    std::chrono::milliseconds other = std::chrono::seconds(120);
};

/// What a TCP segment without a flow meets when it is not a SYN.
enum class TcpMidstream { drop, adopt };

struct Gateway {
    std::string name = "sallyport";
    unsigned workers = 1; // 1..16
    std::string admin = "/run/sallyport/admin.sock";
    bool busy_poll = false;
    Hugepages hugepages = Hugepages::automatic;
    std::uint32_t packet_buffers = 16384;       // mbufs in the pool
    std::uint32_t flows_per_worker = 1'048'576; // capacity of each worker's flow table
    std::uint32_t pending_packets = 256;        // per worker, held while a neighbour is resolved
    FlowTimeouts timeouts;
    TcpMidstream tcp_midstream = TcpMidstream::drop;
    /// Key of the selection hash; gateways that share it and a roster pick the same appliances.
    std::optional<std::array<std::uint8_t, 16>> hash_key;
    int line = 0;
};

enum class Driver { automatic, af_xdp, af_packet };

struct KernelInterface {
    std::string interface;
    Driver driver = Driver::automatic;
};
struct PciDevice {
    std::string address; // 0000:03:00.0
};
struct PcapDevice {
    std::string input;  // file to read; empty: nothing arrives
    std::string output; // file to write; empty: written nowhere
};
struct NullDevice {};
using Device = std::variant<KernelInterface, PciDevice, PcapDevice, NullDevice>;

struct Port {
    std::string name;
    Device device;
    std::optional<std::uint16_t> vlan; // 1..4094; ports may share a device with different VLANs
    std::vector<IpPrefix> addresses;   // the port's own addresses with their prefix lengths
    std::uint16_t mtu = 1500;          // largest IP packet, 1280..9216
    std::optional<MacAddress> mac;     // default: the device's own
    int line = 0;
};

struct Endpoint {
    std::string name;
    std::uint64_t id = 0;
    /// The first port is the endpoint's north side (clients); the others are its south side (targets).
    std::vector<std::string> ports;
    int line = 0;
};

enum class Stickiness { five_tuple, three_tuple, two_tuple };
enum class EmulationKind { pass, firewall };

struct Emulation {
    EmulationKind kind = EmulationKind::pass;
    std::string rules; // firewall: path of the rule file, made absolute
};

struct Appliance {
    std::string name;
    IpAddress address;
    std::uint16_t weight = 1;         // 0..999; 0 takes no new flows
    std::optional<Emulation> emulate; // replay only
    int line = 0;
};

struct ApplianceGroup {
    std::string name;
    Stickiness stickiness = Stickiness::five_tuple;
    std::vector<Appliance> appliances;
    int line = 0;
};

struct Chain {
    std::string name;
    std::vector<std::string> groups; // 1..8, forward order
    int line = 0;
};

/// Southbound: the initiator is behind the endpoint's first port. Northbound: behind any other.
enum class Direction { southbound, northbound };

struct PortRange {
    std::uint16_t first = 0;
    std::uint16_t last = 65535;
};

/// Empty or absent: anything. All that is given must hold. Source is the initiator.
struct Match {
    std::optional<std::string> endpoint;
    std::optional<Direction> direction;
    std::vector<std::uint8_t> protocols; // IP protocol numbers; `icmp` in the file means 1 and 58
    std::vector<IpPrefix> sources;
    std::vector<IpPrefix> destinations;
    std::vector<PortRange> source_ports;
    std::vector<PortRange> destination_ports;
};

struct PolicyRule {
    Match match;
    std::optional<std::string> chain; // nothing: `chain: none`, forwarded without a visit
    int line = 0;
};

struct Route {
    IpPrefix destination;
    IpAddress via;
    std::optional<std::string> endpoint; // whose traffic it serves; default: decided by `via`
    int line = 0;
};

struct Config {
    Gateway gateway;
    std::vector<Port> ports;
    std::vector<Endpoint> endpoints;
    std::vector<ApplianceGroup> appliance_groups;
    std::vector<Chain> chains;
    std::vector<PolicyRule> policy;
    std::vector<Route> routes;
};

} // namespace sallyport::config
