// SPDX-License-Identifier: Apache-2.0
// The configuration as plain data: what the file says, nothing that runs. Every struct that a finding can point at
// remembers the line it came from.
#pragma once

#include "config/http.hpp"
#include "config/tls.hpp"
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
enum class TcpMidstream { drop, adopt, reset };

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
    std::string zone;                         // where this gateway stands; empty: nowhere in particular
    bool fragment_ipv4 = true;                // IPv4 packets without DF that are too big for the way out
    std::uint32_t fragmented_packets = 32768; // per worker, whose fragments are followed at one time
    std::uint32_t held_fragments = 256;       // per worker, that came before their first fragment
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

/// The largest TCP segment that an endpoint's SYNs may ask for.
enum class MssClamp { off, automatic, fixed };

struct Endpoint {
    std::string name;
    std::uint64_t id = 0;
    /// The first port is the endpoint's north side (clients); the others are its south side (targets).
    std::vector<std::string> ports;
    int line = 0;
    std::optional<FlowTimeouts> timeouts;      // default: the gateway's
    std::optional<TcpMidstream> tcp_midstream; // default: the gateway's
    MssClamp mss_clamp = MssClamp::off;
    std::uint16_t mss = 0; // fixed: 88..9176
};

enum class Stickiness { five_tuple, three_tuple, two_tuple };
enum class EmulationKind { pass, firewall };

enum class HealthProtocol { tcp, http, https, geneve };

struct StatusRange {
    std::uint16_t first = 200;
    std::uint16_t last = 399;
};

/// The packet inside a GENEVE probe: what the appliance has to let pass. Addresses of RFC 2544's test networks, which
/// no tenant routes, unless the file says otherwise.
struct GeneveProbe {
    std::uint8_t protocol = 17;                         // 17 UDP, 6 TCP (a SYN), 1 ICMP echo (58 for IPv6)
    IpAddress source = IpAddress::v4(0xc612'0001);      // 198.18.0.1
    IpAddress destination = IpAddress::v4(0xc613'0001); // 198.19.0.1
    std::uint16_t port = 9;                             // destination port of UDP and TCP: discard
    std::string endpoint;                               // whose id the probe carries; empty: the first endpoint's
};

/// ELB's parameters, with ELB's defaults for Gateway Load Balancers.
struct HealthCheck {
    HealthProtocol protocol = HealthProtocol::tcp;
    std::uint16_t port = 80; // tcp, http, https; 0: a target's own port (ELB's traffic-port)
    std::chrono::milliseconds interval = std::chrono::seconds(10);
    std::chrono::milliseconds timeout = std::chrono::seconds(5);
    unsigned healthy_threshold = 5;                     // 2..10
    unsigned unhealthy_threshold = 2;                   // 2..10
    std::string path = "/";                             // http, https; gRPC: the method
    std::string host;                                   // Host header and SNI; empty: the appliance's address
    std::vector<StatusRange> matcher = {StatusRange{}}; // http, https
    std::string ca; // https: file of certificates to verify against; empty: not verified, as ELB does
    GeneveProbe probe;
    bool is_grpc = false; // http, https: a unary call over HTTP/2, judged by its grpc-status
    std::vector<StatusRange> grpc_matcher = {{.first = 12, .last = 12}};
    /// Of a call to `/grpc.health.v1.Health/Check`: the service that is asked for; empty: the server as a whole.
    std::string grpc_service;
    int line = 0;
};

/// What becomes of the flows of an appliance that is unhealthy or deregistered.
enum class Failover { keep, rebalance, reset };
/// What a hop does when none of its appliances is healthy. `any`: as if all were (AWS's fail-open).
enum class NoneHealthy { drop, bypass, any };
enum class Payload { ip, ethernet };
/// Mirror: appliances get copies, and nothing is awaited from them.
enum class GroupMode { in_line, mirror };

/// What an appliance's verdict about a flow may be good for, at most.
struct VerdictLimits {
    std::chrono::milliseconds time = std::chrono::seconds(60);
    std::uint64_t bytes = std::uint64_t{1} << 30U;
};

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
    std::string zone; // empty: every zone's
};

struct ApplianceGroup {
    std::string name;
    Stickiness stickiness = Stickiness::five_tuple;
    std::vector<Appliance> appliances;
    int line = 0;
    GroupMode mode = GroupMode::in_line;
    std::uint16_t sample_percent = 100; // mirror: of flows
    Payload payload = Payload::ip;
    bool cross_zone = false;
    std::optional<HealthCheck> health_check;   // none: taken for healthy
    bool passive_check = true;                 // 30 s of packets sent and none returned make unhealthy
    Failover on_unhealthy = Failover::keep;    // AWS: no_rebalance
    Failover on_deregistered = Failover::keep; // after the deregistration delay
    NoneHealthy when_none_healthy = NoneHealthy::any;
    std::chrono::milliseconds deregistration_delay = std::chrono::seconds(300); // 0..3600 s
    std::chrono::milliseconds slow_start{0};                                    // 0..900 s
    std::optional<VerdictLimits> verdicts;                                      // granted: appliances may offload flows
    bool wants_client_address = false; // on a decrypted leg: an option with the address of the client behind it
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
    /// The legs from the gateway's proxies to targets, which no other rule matches. Sources are the gateway's own then.
    bool is_decrypted_leg = false;
    std::vector<std::string> target_groups; // of such a leg
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

/// What a target group takes. The two together are for one port that speaks both, such as DNS.
enum class L4Protocol { tcp, udp, tcp_udp };

enum class Algorithm { flow_hash, round_robin, least_connections, ip_hash, weighted_random };

struct Target {
    std::string name; // default: "203.0.113.11:8080"
    IpAddress address;
    std::uint16_t port = 0;   // default: its group's
    std::uint16_t weight = 1; // 0..999; 0 takes no new flows
    std::string zone;         // empty: every zone's
    int line = 0;
};

/// With fewer healthy targets than either says, all registered ones take flows, healthy or not (ELB's
/// target_group_health.unhealthy_state_routing).
struct HealthyMinimum {
    unsigned count = 1;
    unsigned percent = 0; // 1..100; 0: off
};

struct TargetGroup {
    std::string name;
    L4Protocol protocol = L4Protocol::tcp;
    std::uint16_t port = 0; // 1..65535
    Algorithm algorithm = Algorithm::flow_hash;
    bool preserve_client_ip = true;
    /// In the place of clients' addresses without preserve_client_ip; empty: those of the port that leads to the
    /// target. Answered for by ARP and NDP there.
    std::vector<IpAddress> source_addresses;
    bool direct_server_return = false; // targets hold the listener's address themselves
    bool proxy_protocol_v2 = false;    // of listeners with `mode: proxy`
    bool cross_zone = false;
    std::chrono::milliseconds source_ip_stickiness{0}; // 0: off; 1 s..7 days
    std::optional<HealthCheck> health_check;           // none: taken for healthy
    bool passive_check = true;                         // refused and unanswered connections make unhealthy; TCP only
    HealthyMinimum healthy_minimum;
    std::chrono::milliseconds deregistration_delay = std::chrono::seconds(300); // 0..3600 s
    bool deregistration_termination = false;         // at the end of that delay flows are ended with RST
    bool unhealthy_termination = true;               // flows of a target that becomes unhealthy are ended with RST
    std::chrono::milliseconds unhealthy_draining{0}; // 0..360000 s, without that: new flows stop, then they end
    std::chrono::milliseconds slow_start{0};         // 0..900 s
    std::optional<HttpClient> http;                  // `protocol: HTTP`, HTTPS
    std::optional<TlsClient> tls;                    // `protocol: HTTPS`, TLS
    std::vector<Target> targets;
    int line = 0;
};

/// `rewrite`: packets are rewritten on their way. `proxy`: the gateway accepts the connection and opens one of its own.
enum class ListenerMode { rewrite, proxy };

/// `mode: proxy`: TLS connections that ask for one of these names (SNI), without terminating them.
struct ListenerRule {
    std::vector<std::string> server_names; // "www.example.org" or "*.example.org"
    std::vector<ForwardShare> forward;
    int line = 0;
};

struct Listener {
    std::string name;
    std::string endpoint; // empty: the first one
    IpAddress address;
    std::uint16_t port = 0;
    L4Protocol protocol = L4Protocol::tcp;
    ListenerMode mode = ListenerMode::rewrite;
    std::vector<ForwardShare> forward; // the default action
    std::vector<ListenerRule> rules;
    std::chrono::milliseconds tcp_idle = std::chrono::seconds(350); // 60..6000 s
    std::chrono::milliseconds udp_idle = std::chrono::seconds(120); // 1..6000 s
    TcpMidstream tcp_midstream = TcpMidstream::reset;
    std::uint32_t half_open_limit = 16384;     // connections whose handshake is not complete; the oldest makes room
    std::vector<IpPrefix> allow;               // of clients; empty: everybody
    std::vector<IpPrefix> deny;                // decides before `allow`
    std::vector<IpPrefix> proxy_protocol_from; // `mode: proxy`: upstreams whose PROXY header is believed
    std::optional<HttpServer> http;            // `protocol: HTTP`, HTTPS; `forward` and `rules` say nothing then
    std::optional<TlsServer> tls;              // `protocol: HTTPS`, TLS
    int line = 0;

    /// How long its flows may be idle in the packet path. With a proxy longer than the connection may be, so that the
    /// proxy's RST still goes through the flow's chain.
    [[nodiscard]] std::chrono::milliseconds flow_idle() const noexcept {
        return mode == ListenerMode::proxy ? tcp_idle + std::chrono::seconds(30) : tcp_idle;
    }
};

/// One JSON line for each flow that ended.
struct FlowLog {
    std::string path;                        // made absolute
    std::uint64_t file_bytes = 64ULL << 20U; // 1 MiB..4 GiB; then the file is rotated
    unsigned files = 4;                      // 1..100, in all
};

struct Config {
    Gateway gateway;
    std::vector<Port> ports;
    std::vector<Endpoint> endpoints;
    std::vector<ApplianceGroup> appliance_groups;
    std::vector<Chain> chains;
    std::vector<PolicyRule> policy;
    std::vector<Route> routes;
    std::vector<TargetGroup> target_groups;
    std::vector<Listener> listeners;
    std::optional<FlowLog> flow_log;
    HttpSettings http;
    std::vector<HttpLog> http_logs;
};

} // namespace sallyport::config
