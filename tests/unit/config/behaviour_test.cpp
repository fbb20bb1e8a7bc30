// SPDX-License-Identifier: Apache-2.0
// How endpoints and groups of appliances behave: what the file says, and what holds when it says nothing.
#include "config/load.hpp"
#include "config/lookup.hpp"

#include "base_config.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::config;
using namespace std::chrono_literals;

namespace {

constexpr const char* everything = R"(
gateway:
  timeouts: {tcp_idle: 400s, udp: 60s}
  tcp_midstream: reset
  zone: zone-a
  fragment_ipv4: false
  fragmented_packets: 16
  held_fragments: 65536
ports:
  north: {interface: gw-north}
  inspect: {interface: gw-inspect, addresses: [198.51.100.1/24, "2001:db8:2::1/64"], mtu: 1602}
endpoints:
  office: {id: 1, ports: [north], timeouts: {tcp_idle: 6000s, other: 30s}, tcp_midstream: adopt, mss_clamp: 1380}
appliance_groups:
  firewalls:
    mode: inline
    payload: ethernet
    cross_zone: true
    on_unhealthy: rebalance
    on_deregistered: reset
    when_none_healthy: bypass
    deregistration_delay: 3600s
    slow_start: 900s
    passive_check: false
    verdicts: {time: 10s, bytes: 1000000}
    health_check:
      protocol: geneve
      interval: 100ms
      timeout: 50ms
      healthy_threshold: 10
      unhealthy_threshold: 3
      probe: {protocol: tcp, source: 192.0.2.7, destination: 203.0.113.7, port: 443, endpoint: office}
    appliances:
      - {name: fw-1, address: 198.51.100.11, zone: zone-a}
      - {name: fw-2, address: 198.51.100.12}
  proxies:
    when_none_healthy: drop
    verdicts: true
    health_check:
      protocol: https
      port: 8443
      interval: 300s
      timeout: 120s
      path: /health?full=1
      host: proxy.example
      matcher: "200,204,300-310"
      ca: tls/ca.pem
    appliances: [{name: p-1, address: 198.51.100.21}]
  sensors:
    mode: mirror
    sample: 10
    deregistration_delay: 0s
    slow_start: 0s
    verdicts: false
    appliances: [{name: ids-1, address: "2001:db8:2::31"}]
chains: {perimeter: [firewalls, proxies], watched: [sensors]}
policy:
  - {match: {protocol: icmp}, chain: watched}
  - {chain: perimeter}
)";

std::string with_probe(const std::string& probe) {
    std::string text = base_config;
    constexpr std::string_view place = "stickiness: five_tuple";
    return text.replace(text.find(place), place.size(), "health_check: {protocol: geneve, probe: " + probe + "}");
}

} // namespace

TEST_CASE("every key of the behaviour of endpoints and groups is read") {
    const Loaded loaded = load_text(everything, "/etc/sallyport");
    std::string findings;
    for (const Finding& finding : loaded.findings)
        findings += format("FILE", finding) + "\n";
    INFO(findings);
    REQUIRE(loaded.findings.empty());
    const Config& config = loaded.config;

    CHECK(config.gateway.tcp_midstream == TcpMidstream::reset);
    CHECK(config.gateway.zone == "zone-a");
    CHECK_FALSE(config.gateway.fragment_ipv4);
    CHECK(config.gateway.fragmented_packets == 16);
    CHECK(config.gateway.held_fragments == 65536);

    const Endpoint& office = config.endpoints.at(0);
    REQUIRE(office.timeouts);
    CHECK(office.timeouts->tcp_idle == 6000s);
    CHECK(office.timeouts->other == 30s);
    CHECK(office.timeouts->udp == 60s); // the gateway's
    CHECK(office.timeouts->tcp_closing == 10s);
    CHECK(office.tcp_midstream == TcpMidstream::adopt);
    CHECK(office.mss_clamp == MssClamp::fixed);
    CHECK(office.mss == 1380);

    const ApplianceGroup& firewalls = config.appliance_groups.at(0);
    CHECK(firewalls.mode == GroupMode::in_line);
    CHECK(firewalls.payload == Payload::ethernet);
    CHECK(firewalls.cross_zone);
    CHECK(firewalls.on_unhealthy == Failover::rebalance);
    CHECK(firewalls.on_deregistered == Failover::reset);
    CHECK(firewalls.when_none_healthy == NoneHealthy::bypass);
    CHECK(firewalls.deregistration_delay == 3600s);
    CHECK(firewalls.slow_start == 900s);
    CHECK_FALSE(firewalls.passive_check);
    REQUIRE(firewalls.verdicts);
    CHECK(firewalls.verdicts->time == 10s);
    CHECK(firewalls.verdicts->bytes == 1'000'000);
    CHECK(firewalls.appliances.at(0).zone == "zone-a");
    CHECK(firewalls.appliances.at(1).zone.empty());
    REQUIRE(firewalls.health_check);
    CHECK(firewalls.health_check->protocol == HealthProtocol::geneve);
    CHECK(firewalls.health_check->interval == 100ms);
    CHECK(firewalls.health_check->timeout == 50ms);
    CHECK(firewalls.health_check->healthy_threshold == 10);
    CHECK(firewalls.health_check->unhealthy_threshold == 3);
    CHECK(firewalls.health_check->line == 26);
    const GeneveProbe& probe = firewalls.health_check->probe;
    CHECK(probe.protocol == 6);
    CHECK(probe.source.to_string() == "192.0.2.7");
    CHECK(probe.destination.to_string() == "203.0.113.7");
    CHECK(probe.port == 443);
    CHECK(probe.endpoint == "office");

    const ApplianceGroup& proxies = config.appliance_groups.at(1);
    CHECK(proxies.when_none_healthy == NoneHealthy::drop);
    REQUIRE(proxies.verdicts);
    CHECK(proxies.verdicts->time == 60s);
    REQUIRE(proxies.health_check);
    CHECK(proxies.health_check->protocol == HealthProtocol::https);
    CHECK(proxies.health_check->port == 8443);
    CHECK(proxies.health_check->path == "/health?full=1");
    CHECK(proxies.health_check->host == "proxy.example");
    CHECK(proxies.health_check->ca == "/etc/sallyport/tls/ca.pem");
    REQUIRE(proxies.health_check->matcher.size() == 3);
    CHECK(proxies.health_check->matcher[2].first == 300);
    CHECK(proxies.health_check->matcher[2].last == 310);

    const ApplianceGroup& sensors = config.appliance_groups.at(2);
    CHECK(sensors.mode == GroupMode::mirror);
    CHECK(sensors.sample_percent == 10);
    CHECK(sensors.deregistration_delay == 0s);
    CHECK(sensors.slow_start == 0s);
    CHECK_FALSE(sensors.verdicts);
    CHECK_FALSE(sensors.passive_check); // nothing comes back from a mirror
}

TEST_CASE("without a word on behaviour it is as AWS has it") {
    const Config config = load_text(base_config, "/").config;
    CHECK(config.gateway.tcp_midstream == TcpMidstream::drop);
    CHECK(config.gateway.zone.empty());
    CHECK(config.gateway.fragment_ipv4);
    CHECK_FALSE(config.endpoints.at(0).timeouts);
    CHECK_FALSE(config.endpoints.at(0).tcp_midstream);
    CHECK(config.endpoints.at(0).mss_clamp == MssClamp::off);
    const ApplianceGroup& group = config.appliance_groups.at(0);
    CHECK(group.mode == GroupMode::in_line);
    CHECK(group.payload == Payload::ip);
    CHECK_FALSE(group.cross_zone);
    CHECK_FALSE(group.health_check);
    CHECK(group.passive_check);
    CHECK(group.on_unhealthy == Failover::keep);
    CHECK(group.on_deregistered == Failover::keep);
    CHECK(group.when_none_healthy == NoneHealthy::any);
    CHECK(group.deregistration_delay == 300s);
    CHECK(group.slow_start == 0s);
    CHECK_FALSE(group.verdicts);
}

TEST_CASE("a health check without keys is ELB's: TCP to port 80 each 10 seconds") {
    std::string text = base_config;
    text.replace(text.find("stickiness: five_tuple"), 22, "health_check: {}");
    const Loaded loaded = load_text(text, "/");
    REQUIRE(loaded.findings.empty());
    const auto& check = loaded.config.appliance_groups.at(0).health_check;
    REQUIRE(check);
    CHECK(check->protocol == HealthProtocol::tcp);
    CHECK(check->port == 80);
    CHECK(check->interval == 10s);
    CHECK(check->timeout == 5s);
    CHECK(check->healthy_threshold == 5);
    CHECK(check->unhealthy_threshold == 2);
}

TEST_CASE("off, auto and a number are all words for the MSS clamp") {
    const std::pair<const char*, MssClamp> words[] = {{"off", MssClamp::off},
                                                      {"'off'", MssClamp::off},
                                                      {"auto", MssClamp::automatic},
                                                      {"88", MssClamp::fixed},
                                                      {"9176", MssClamp::fixed}};
    for (const auto& [word, expected] : words) {
        INFO(word);
        std::string text = base_config;
        text.replace(text.find("ports: [north, south]"), 21, std::string("ports: [north, south], mss_clamp: ") + word);
        const Loaded loaded = load_text(text, "/");
        CHECK(loaded.findings.empty());
        CHECK(loaded.config.endpoints.at(0).mss_clamp == expected);
    }
}

TEST_CASE("a probe of ICMP is one of ICMPv6 between IPv6 addresses") {
    const Loaded v4 = load_text(with_probe("{protocol: icmp}"), "/");
    CHECK(v4.findings.empty());
    CHECK(v4.config.appliance_groups.at(0).health_check->probe.protocol == 1);
    const std::string v6_pair = "source: '2001:db8::1', destination: '2001:db8::2'";
    const Loaded v6 = load_text(with_probe("{protocol: icmp, " + v6_pair + "}"), "/");
    CHECK(v6.findings.empty());
    CHECK(v6.config.appliance_groups.at(0).health_check->probe.protocol == 58);
    const Loaded udp = load_text(with_probe("{" + v6_pair + "}"), "/");
    CHECK(udp.findings.empty());
    CHECK(udp.config.appliance_groups.at(0).health_check->probe.protocol == 17);
}

TEST_CASE("a chain may be of mirrors alone, and a mirror's copies may be Ethernet") {
    std::string text = base_config;
    text.replace(text.find("stickiness: five_tuple"), 22, "mode: mirror");
    text.replace(text.find("  sensors:\n"), 11, "  sensors:\n    mode: mirror\n    payload: ethernet\n");
    CHECK(load_text(text, "/").findings.empty());
}
