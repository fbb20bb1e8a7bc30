// SPDX-License-Identifier: Apache-2.0
// Target groups, listeners and the flow log as they are read: every key, and what stands where a key does not.
#include "config/load.hpp"
#include "config/lookup.hpp"

#include "base_config.hpp"
#include "http_config.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::config;
using namespace std::chrono_literals;

namespace {

IpPrefix prefix(const char* text) {
    return IpPrefix::parse(text).value();
}

} // namespace

TEST_CASE("a target group without further keys has ELB's defaults") {
    const Config config = load_usable(l4_config);
    REQUIRE(config.target_groups.size() == 2);
    const TargetGroup& web = config.target_groups[0];
    CHECK(find_target_group(config, "web") == &web);
    CHECK(web.line == 26);
    CHECK(web.protocol == L4Protocol::tcp);
    CHECK(web.algorithm == Algorithm::flow_hash);
    CHECK(web.preserve_client_ip);
    CHECK_FALSE(web.direct_server_return);
    CHECK_FALSE(web.proxy_protocol_v2);
    CHECK_FALSE(web.cross_zone);
    CHECK(web.source_ip_stickiness == 0s);
    CHECK(web.passive_check);
    CHECK(web.healthy_minimum.count == 1);
    CHECK(web.healthy_minimum.percent == 0);
    CHECK(web.deregistration_delay == 300s);
    CHECK_FALSE(web.deregistration_termination);
    CHECK(web.unhealthy_termination);
    CHECK(web.unhealthy_draining == 0s);
    CHECK(web.slow_start == 0s);
    REQUIRE(web.health_check);
    CHECK(web.health_check->protocol == HealthProtocol::tcp);
    CHECK(web.health_check->port == 0);
    CHECK(web.health_check->interval == 30s);
    CHECK(web.health_check->timeout == 10s);
    CHECK(web.health_check->healthy_threshold == 5);
    CHECK(web.health_check->unhealthy_threshold == 2);
    CHECK(web.health_check->line == 26);
}

TEST_CASE("a target is called by its address and port, unless it has a name") {
    const Config config = load_usable(l4_config);
    const std::vector<Target>& targets = config.target_groups[0].targets;
    REQUIRE(targets.size() == 2);
    CHECK(targets[0].name == "203.0.113.11:8080");
    CHECK(targets[0].port == 8080);
    CHECK(targets[0].weight == 1);
    CHECK(targets[0].line == 30);
    CHECK(targets[1].name == "web-2");
    CHECK(targets[1].address.to_string() == "203.0.113.12");
    CHECK(targets[1].port == 8081);
    CHECK(targets[1].weight == 2);
}

TEST_CASE("listeners are read whole, with defaults for what is not there") {
    const Config config = load_usable(l4_config);
    REQUIRE(config.listeners.size() == 3);
    const Listener& web = config.listeners[0];
    CHECK(web.name == "web");
    CHECK(web.endpoint.empty());
    CHECK(web.address.to_string() == "192.0.2.10");
    CHECK(web.port == 80);
    CHECK(web.protocol == L4Protocol::tcp);
    CHECK(web.mode == ListenerMode::rewrite);
    CHECK(web.tcp_idle == 350s);
    CHECK(web.udp_idle == 120s);
    CHECK(web.tcp_midstream == TcpMidstream::reset);
    CHECK(web.half_open_limit == 16384);
    CHECK(web.line == 37);
    REQUIRE(web.forward.size() == 1);
    CHECK(web.forward[0].target_group == "web");
    CHECK(web.forward[0].weight == 1);
    CHECK(config.listeners[1].endpoint == "office");
    CHECK(config.listeners[1].protocol == L4Protocol::tcp_udp);
    const Listener& tls = config.listeners[2];
    CHECK(tls.mode == ListenerMode::proxy);
    REQUIRE(tls.forward.size() == 2);
    CHECK(tls.forward[0].weight == 9);
    CHECK(tls.forward[1].target_group == "dns");
    REQUIRE(tls.rules.size() == 1);
    CHECK(tls.rules[0].server_names == std::vector<std::string>{"*.example.org"});
    CHECK(tls.rules[0].forward.at(0).target_group == "web");
    REQUIRE(config.flow_log);
    CHECK(config.flow_log->path == "/etc/sallyport/flows.log");
    CHECK(config.flow_log->file_bytes == 64U << 20U);
    CHECK(config.flow_log->files == 4);
}

TEST_CASE("every key of a target group can be written") {
    const Config config = load_usable(base_config + R"(
target_groups:
  api:
    protocol: TCP
    port: 0x1f90
    algorithm: least_connections
    preserve_client_ip: false
    source_addresses: [203.0.113.5, 203.0.113.6]
    proxy_protocol_v2: true
    cross_zone: true
    stickiness: {type: source_ip, duration: 168h}
    health_check: {protocol: HTTP, port: 81, interval: 1s, timeout: 500ms, healthy_threshold: 2, unhealthy_threshold: 3,
                   path: /health, host: api.example.org, matcher: "200,204"}
    passive_check: false
    target_group_health: {unhealthy_state_routing: {minimum_healthy_targets: {count: 2, percentage: 50}}}
    deregistration_delay: 10s
    connection_termination: true
    target_health_state: {unhealthy: {connection_termination: false, draining_interval: 360000s}}
    slow_start: 30s
    targets:
      - {address: 203.0.113.11, zone: a, name: api-1}
      - {address: 203.0.113.12, weight: 0}
listeners:
  - {name: api, address: 192.0.2.10, port: 443, protocol: TCP, mode: proxy, default_action: {forward: api}}
)");
    const TargetGroup& api = config.target_groups.at(0);
    CHECK(api.port == 8080);
    CHECK(api.algorithm == Algorithm::least_connections);
    CHECK_FALSE(api.preserve_client_ip);
    REQUIRE(api.source_addresses.size() == 2);
    CHECK(api.source_addresses[1].to_string() == "203.0.113.6");
    CHECK(api.proxy_protocol_v2);
    CHECK(api.cross_zone);
    CHECK(api.source_ip_stickiness == 168h);
    REQUIRE(api.health_check);
    CHECK(api.health_check->protocol == HealthProtocol::http);
    CHECK(api.health_check->port == 81);
    CHECK(api.health_check->timeout == 500ms);
    CHECK(api.health_check->path == "/health");
    CHECK(api.health_check->matcher.size() == 2);
    CHECK_FALSE(api.passive_check);
    CHECK(api.healthy_minimum.count == 2);
    CHECK(api.healthy_minimum.percent == 50);
    CHECK(api.deregistration_delay == 10s);
    CHECK(api.deregistration_termination);
    CHECK_FALSE(api.unhealthy_termination);
    CHECK(api.unhealthy_draining == 360'000s);
    CHECK(api.slow_start == 30s);
    CHECK(api.targets.at(0).zone == "a");
    CHECK(api.targets.at(1).weight == 0);
}

TEST_CASE("every key of a listener can be written") {
    const Config config = load_usable(base_config + R"(
target_groups:
  dns: {protocol: TCP_UDP, port: 53, algorithm: ip_hash, stickiness: none, health_check: none,
        target_group_health: {unhealthy_state_routing: {minimum_healthy_targets: {percentage: off}}},
        targets: [{address: 203.0.113.11}]}
  web: {protocol: TCP, port: 80, direct_server_return: true, targets: [{address: 203.0.113.11}],
        health_check: {protocol: HTTPS, port: traffic-port, ca: ca.pem}}
  web-2: {protocol: TCP_UDP, port: 80, targets: [{address: 203.0.113.11}]}
  tls: {protocol: TCP, port: 443, health_check: {protocol: HTTP}, stickiness: {type: source_ip}, targets: [{address: 203.0.113.11}]}
listeners:
  - {name: dns, endpoint: office, address: 192.0.2.10, port: 53, protocol: TCP_UDP, mode: rewrite,
     default_action: {forward: dns}, tcp_idle_timeout: 60s, udp_idle_timeout: 1s, tcp_midstream: adopt,
     half_open_limit: 16, allow: [10.0.0.0/8, 172.16.0.0/12], deny: 10.6.6.6}
  - {name: web, address: 192.0.2.11, port: 80, protocol: TCP, default_action: {forward: [{target_group: web, weight: 0},
     {target_group: web-2, weight: 999}]}}
  - {name: tls, address: 192.0.2.11, port: 443, protocol: TCP, mode: proxy, proxy_protocol_from: [192.0.2.7],
     default_action: {forward: tls},
     rules: [{conditions: [{server_name: [WWW.Example.ORG, "*.x"]}], actions: [{forward: tls}]}]}
flow_log: {path: /var/log/flows, file_size: 1048576, files: 100}
)");
    const TargetGroup& group = config.target_groups.at(0);
    CHECK(group.algorithm == Algorithm::ip_hash);
    CHECK_FALSE(group.health_check);
    CHECK(group.healthy_minimum.percent == 0);
    CHECK(config.target_groups.at(1).direct_server_return);
    CHECK(config.target_groups.at(1).health_check->port == 0);
    CHECK(config.target_groups.at(1).health_check->timeout == 10s);
    CHECK(config.target_groups.at(1).health_check->ca == "/etc/sallyport/ca.pem");
    CHECK(config.target_groups.at(3).health_check->timeout == 6s);
    CHECK(config.target_groups.at(3).source_ip_stickiness == 24h);
    const Listener& dns = config.listeners.at(0);
    CHECK(dns.mode == ListenerMode::rewrite);
    CHECK(dns.tcp_idle == 60s);
    CHECK(dns.udp_idle == 1s);
    CHECK(dns.tcp_midstream == TcpMidstream::adopt);
    CHECK(dns.half_open_limit == 16);
    CHECK(dns.allow == std::vector<IpPrefix>{prefix("10.0.0.0/8"), prefix("172.16.0.0/12")});
    CHECK(dns.deny == std::vector<IpPrefix>{prefix("10.6.6.6")});
    CHECK(config.listeners.at(1).forward.at(1).weight == 999);
    const Listener& tls = config.listeners.at(2);
    CHECK(tls.proxy_protocol_from == std::vector<IpPrefix>{prefix("192.0.2.7")});
    CHECK(tls.rules.at(0).server_names == std::vector<std::string>{"www.example.org", "*.x"});
    REQUIRE(config.flow_log);
    CHECK(config.flow_log->path == "/var/log/flows");
    CHECK(config.flow_log->file_bytes == 1U << 20U);
    CHECK(config.flow_log->files == 100);
}

TEST_CASE("an IPv6 target is called by its address in brackets") {
    const Config config = load_usable(base_config + R"(
target_groups:
  web: {protocol: UDP, port: 8080, targets: [{address: "2001:db8:1::b"}]}
listeners:
  - {name: web, address: "2001:db8:1::a", port: 80, protocol: UDP, default_action: {forward: web}}
)");
    CHECK(config.target_groups[0].targets[0].name == "[2001:db8:1::b]:8080");
    CHECK_FALSE(config.target_groups[0].passive_check);
}
