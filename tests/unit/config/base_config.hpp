// SPDX-License-Identifier: Apache-2.0
// A configuration that is right, and the table of ways to make it wrong: each case changes one place.
#pragma once

#include <span>
#include <string>

namespace sallyport::config {

inline const std::string base_config = R"(gateway: {name: lab, workers: 2, admin: admin.sock, timeouts: {udp: 5m}}
ports:
  north: {interface: gw-north, addresses: [192.0.2.1/24, "2001:db8:1::1/64"]}
  inspect: {interface: gw-inspect, addresses: [198.51.100.1/24, "2001:db8:2::1/64"], mtu: 1600}
  south: {interface: gw-south, addresses: [203.0.113.1/24]}
endpoints:
  office: {id: 0x2b8ee1d4db0c51c4, ports: [north, south]}
appliance_groups:
  firewalls:
    stickiness: five_tuple
    appliances:
      - {name: fw-1, address: 198.51.100.11}
      - {name: fw-2, address: 198.51.100.12, weight: 2}
  sensors:
    appliances:
      - {name: ids-1, address: 198.51.100.21, emulate: pass}
chains:
  perimeter: [firewalls, sensors]
policy:
  - {match: {protocol: icmp}, chain: none}
  - {match: {protocol: tcp, destination: 203.0.113.0/24, destination_port: 443}, chain: perimeter}
  - {chain: perimeter}
routes:
  - {to: 10.0.0.0/8, via: 203.0.113.254}
)";

/// The same with listeners and target groups, from line 25.
inline const std::string l4_config = base_config + R"(target_groups:
  web:
    protocol: TCP
    port: 8080
    targets:
      - {address: 203.0.113.11}
      - {address: 203.0.113.12, port: 8081, weight: 2, name: web-2}
  dns:
    protocol: TCP_UDP
    port: 53
    targets: [{address: 203.0.113.21}]
listeners:
  - {name: web, address: 192.0.2.10, port: 80, protocol: TCP, default_action: {forward: web}}
  - name: dns
    endpoint: office
    address: 192.0.2.10
    port: 53
    protocol: TCP_UDP
    default_action: {forward: dns}
  - name: tls
    address: 192.0.2.1
    port: 443
    protocol: TCP
    mode: proxy
    default_action: {forward: [{target_group: web, weight: 9}, {target_group: dns}]}
    rules: [{conditions: [{server_name: ["*.example.org"]}], actions: [{forward: web}]}]
flow_log: {path: flows.log}
)";

struct FaultCase {
    const char* sentence;
    const char* replaced; // a text that stands once in the base; empty: the whole of it
    const char* by;
    int line;
    const char* path;
    const char* problem; // a part of it
    const char* advice;  // a part of it
};

/// Keys written into one place of a base, and the fault that they are.
struct KeyFault {
    const char* sentence;
    const char* keys;
    const char* below; // the place's path: ".port", "[0]"; empty: the place itself
    const char* problem;
    const char* advice;
};
struct KeyPlace {
    std::string replaced; // as in FaultCase
    std::string before;   // what stands before the keys, and behind
    std::string behind;
    int line;
    std::string path;
};
void check_key_faults(const KeyPlace& place, std::span<const KeyFault> faults, const std::string& base = base_config);

/// Each case must give exactly its own finding, an error, and nothing else.
void check_fault_cases(std::span<const FaultCase> cases, const std::string& base = base_config);
/// The same for findings that are warnings.
void check_warning_cases(std::span<const FaultCase> cases, const std::string& base = base_config);

} // namespace sallyport::config
