// SPDX-License-Identifier: Apache-2.0
// Faults in how endpoints and groups of appliances behave, and what works and is likely not meant.
#include "config/load.hpp"

#include "base_config.hpp"

#include <catch2/catch.hpp>

using namespace sallyport::config;

namespace {

constexpr const char* firewalls = "stickiness: five_tuple"; // stands alone on line 10, in the group
constexpr const char* sensors = "  sensors:\n";             // line 14
constexpr const char* office = "ports: [north, south]";     // line 7
constexpr const char* gateway = "workers: 2";               // line 1

} // namespace

TEST_CASE("faults of timers, fragments and segments are found where they are") {
    const FaultCase cases[] = {
        {"a zone is a name", gateway, "zone: zone a", 1, "gateway.zone", "is not a name", "begin with a letter"},
        {"fragmenting is done or not", gateway, "fragment_ipv4: auto", 1, "gateway.fragment_ipv4", "true or false",
         "true or false"},
        {"too few packets in fragments", gateway, "fragmented_packets: 15", 1, "gateway.fragmented_packets",
         "16 to 1048576", "16 to 1048576"},
        {"too many packets in fragments", gateway, "fragmented_packets: 1048577", 1, "gateway.fragmented_packets",
         "16 to 1048576", "16 to 1048576"},
        {"no fragment may wait", gateway, "held_fragments: 0", 1, "gateway.held_fragments", "1 to 65536", "1 to 65536"},
        {"too many fragments may wait", gateway, "held_fragments: 65537", 1, "gateway.held_fragments", "1 to 65536",
         "1 to 65536"},
        {"an endpoint's timeouts have known keys", office, "ports: [north, south], timeouts: {tcp: 1s}", 7,
         "endpoints.office.timeouts.tcp", "is not a key", "known are tcp_idle"},
        {"an endpoint's timeouts have the gateway's bounds", office,
         "ports: [north, south], timeouts: {tcp_idle: 500ms}", 7, "endpoints.office.timeouts.tcp_idle", "1s to 24h",
         "1s to 24h"},
        {"what a late segment meets is known", office, "ports: [north, south], tcp_midstream: rest", 7,
         "endpoints.office.tcp_midstream", "is not drop, adopt or reset: `rest`", "did you mean `reset`?"},
        {"a clamp too small", office, "ports: [north, south], mss_clamp: 87", 7, "endpoints.office.mss_clamp",
         "88 to 9176", "off, auto"},
        {"a clamp too large", office, "ports: [north, south], mss_clamp: 9177", 7, "endpoints.office.mss_clamp",
         "is not off, auto, or a whole number from 88 to 9176: `9177`", "off, auto"},
        {"a clamp of another word", office, "ports: [north, south], mss_clamp: aut", 7, "endpoints.office.mss_clamp",
         "off, auto", "did you mean `auto`?"},
        {"a clamp that is a list", office, "ports: [north, south], mss_clamp: [1380]", 7, "endpoints.office.mss_clamp",
         "is a list", "off, auto"},
    };
    check_fault_cases(cases);
}

TEST_CASE("faults of a group's behaviour are found where they are") {
    const FaultCase cases[] = {
        {"a mode is known", firewalls, "mode: miror", 10, "appliance_groups.firewalls.mode", "inline or mirror",
         "did you mean `mirror`?"},
        {"one fault of the mode is enough", firewalls, "mode: span\n    sample: 5\n    passive_check: true", 10,
         "appliance_groups.firewalls.mode", "inline or mirror", "inline or mirror"},
        {"a payload is known", firewalls, "payload: l2", 10, "appliance_groups.firewalls.payload", "ip or ethernet",
         "ip or ethernet"},
        {"flows cross zones or not", firewalls, "cross_zone: on", 10, "appliance_groups.firewalls.cross_zone",
         "true or false", "true or false"},
        {"a failover is known", firewalls, "on_unhealthy: no_rebalance", 10, "appliance_groups.firewalls.on_unhealthy",
         "keep, rebalance or reset", "did you mean `rebalance`?"},
        {"a failover at the end is known", firewalls, "on_deregistered: drop", 10,
         "appliance_groups.firewalls.on_deregistered", "keep, rebalance or reset", "keep, rebalance or reset"},
        {"a way without healthy appliances is known", firewalls, "when_none_healthy: open", 10,
         "appliance_groups.firewalls.when_none_healthy", "drop, bypass or any", "drop, bypass or any"},
        {"a drain is an hour at most", firewalls, "deregistration_delay: 3601s", 10,
         "appliance_groups.firewalls.deregistration_delay", "0s to 1h", "0s to 1h"},
        {"a slow start is a quarter of an hour at most", firewalls, "slow_start: 16m", 10,
         "appliance_groups.firewalls.slow_start", "0s to 15m", "0s to 15m"},
        {"a passive check is done or not", firewalls, "passive_check: maybe", 10,
         "appliance_groups.firewalls.passive_check", "true or false", "true or false"},
        {"verdicts are given or not", firewalls, "verdicts: all", 10, "appliance_groups.firewalls.verdicts",
         "true or false", "true or false"},
        {"verdicts have known limits", firewalls, "verdicts: {packets: 5}", 10,
         "appliance_groups.firewalls.verdicts.packets", "is not a key", "time or bytes"},
        {"a verdict holds for a second at least", firewalls, "verdicts: {time: 999ms}", 10,
         "appliance_groups.firewalls.verdicts.time", "1s to 24h", "1s to 24h"},
        {"a verdict is for a byte at least", firewalls, "verdicts: {bytes: 0}", 10,
         "appliance_groups.firewalls.verdicts.bytes", "1 to 1099511627776", "1 to 1099511627776"},
        {"an appliance's zone is a name", "weight: 2", "zone: -a", 13, "appliance_groups.firewalls.appliances[1].zone",
         "is not a name", "begin with a letter"},
    };
    check_fault_cases(cases);
}

TEST_CASE("what says nothing in a group of its mode is found") {
    const FaultCase cases[] = {
        {"only mirrors sample", firewalls, "sample: 50", 10, "appliance_groups.firewalls.sample", "`mode: mirror`",
         "remove it"},
        {"a sample of nothing", sensors, "  sensors:\n    mode: mirror\n    sample: 0\n", 16,
         "appliance_groups.sensors.sample", "1 to 100", "1 to 100"},
        {"a sample of more than everything", sensors, "  sensors:\n    mode: mirror\n    sample: 101\n", 16,
         "appliance_groups.sensors.sample", "1 to 100", "1 to 100"},
        {"a mirror resets nothing", sensors, "  sensors:\n    mode: mirror\n    on_unhealthy: reset\n", 16,
         "appliance_groups.sensors.on_unhealthy", "only gets copies", "keep or rebalance"},
        {"nor does it when it leaves", sensors, "  sensors:\n    mode: mirror\n    on_deregistered: reset\n", 16,
         "appliance_groups.sensors.on_deregistered", "only gets copies", "keep or rebalance"},
        {"no packet is dropped for a mirror", sensors, "  sensors:\n    mode: mirror\n    when_none_healthy: drop\n",
         16, "appliance_groups.sensors.when_none_healthy", "no packet waits for", "remove it"},
        {"no packet goes past a mirror", sensors, "  sensors:\n    mode: mirror\n    when_none_healthy: bypass\n", 16,
         "appliance_groups.sensors.when_none_healthy", "no packet waits for", "remove it"},
        {"a mirror gives no verdicts", sensors, "  sensors:\n    mode: mirror\n    verdicts: true\n", 16,
         "appliance_groups.sensors.verdicts", "none is awaited", "remove it"},
        {"a mirror's silence means nothing", sensors, "  sensors:\n    mode: mirror\n    passive_check: true\n", 16,
         "appliance_groups.sensors.passive_check", "none is awaited", "remove it"},
        {"no probe comes back from a mirror", sensors,
         "  sensors:\n    mode: mirror\n    health_check: {protocol: geneve}\n", 16,
         "appliance_groups.sensors.health_check", "returns nothing", "`protocol: tcp`"},
    };
    check_fault_cases(cases);
}

TEST_CASE("behaviour that AWS does not allow, or that has no effect, is a warning") {
    const FaultCase cases[] = {
        {"an idle time shorter than AWS has it", "udp: 5m", "tcp_idle: 59s", 1, "gateway.timeouts.tcp_idle",
         "outside the 60s to 6000s", "60s to 6000s"},
        {"a longer one", "udp: 5m", "tcp_idle: 6001s", 1, "gateway.timeouts.tcp_idle", "outside the 60s to 6000s",
         "60s to 6000s"},
        {"an endpoint's", office, "ports: [north, south], timeouts: {tcp_idle: 59s}", 7,
         "endpoints.office.timeouts.tcp_idle", "outside the 60s to 6000s", "60s to 6000s"},
        {"resets of single flows where several belong together", firewalls,
         "stickiness: three_tuple\n    on_unhealthy: reset", 11, "appliance_groups.firewalls.on_unhealthy",
         "resets flows one by one", "`stickiness: five_tuple`"},
        {"the same at the end of a drain", firewalls, "stickiness: two_tuple\n    on_deregistered: reset", 11,
         "appliance_groups.firewalls.on_deregistered", "resets flows one by one", "`stickiness: five_tuple`"},
        {"a slow start of a lone appliance", sensors, "  sensors:\n    slow_start: 30s\n", 15,
         "appliance_groups.sensors.slow_start", "no effect on a lone appliance", "add an appliance"},
        {"a zone, and a gateway in none", "weight: 2", "zone: a", 13, "appliance_groups.firewalls.appliances[1].zone",
         "the gateway has no zone", "`cross_zone: true`"},
    };
    check_warning_cases(cases);
}

TEST_CASE("an idle time that an endpoint has from the gateway is told once") {
    std::string text = base_config;
    text.replace(text.find("{udp: 5m}"), 9, "{tcp_idle: 2h}");
    text.replace(text.find(office), std::string(office).size(), "ports: [north, south], timeouts: {udp: 1s}");
    const Loaded loaded = load_text(text, "/");
    REQUIRE(loaded.findings.size() == 1);
    CHECK(loaded.findings[0].path == "gateway.timeouts.tcp_idle");
}

namespace {

/// A gateway in zone `a` with two firewalls that say these things more.
std::string in_zones(const char* first, const char* second, const char* more = "") {
    return "gateway: {zone: a}\n"
           "ports:\n"
           "  north: {interface: gw-north}\n"
           "  inspect: {interface: gw-inspect, addresses: [198.51.100.1/24], mtu: 1600}\n"
           "endpoints: {office: {id: 1, ports: [north]}}\n"
           "appliance_groups:\n"
           "  firewalls:\n" +
           std::string(more) +
           "    appliances:\n"
           "      - {name: fw-1, address: 198.51.100.11" +
           first + "}\n      - {name: fw-2, address: 198.51.100.12" + second +
           "}\n"
           "chains: {perimeter: [firewalls]}\n"
           "policy: [{chain: perimeter}]\n";
}

} // namespace

TEST_CASE("a group with nobody in the gateway's zone is a warning, unless flows may cross") {
    const std::string elsewhere = in_zones(", zone: b", ", zone: c");
    const std::string only_idle_here = in_zones(", zone: a, weight: 0", ", zone: c");
    const FaultCase warned[] = {
        {"both elsewhere", "", elsewhere.c_str(), 8, "appliance_groups.firewalls.appliances",
         "takes no new flows: no appliance is in the gateway's zone `a`", "`cross_zone: true`"},
        {"the one that is here takes none", "", only_idle_here.c_str(), 8, "appliance_groups.firewalls.appliances",
         "takes no new flows", "`cross_zone: true`"},
    };
    check_warning_cases(warned);
    for (const std::string& fine : {in_zones(", zone: b", ", zone: a"), in_zones(", zone: b", ""),
                                    in_zones(", zone: b", ", zone: c", "    cross_zone: true\n")}) {
        INFO(fine);
        CHECK(load_text(fine, "/").findings.empty());
    }
}

TEST_CASE("an Ethernet header inside costs 14 bytes more") {
    std::string text = base_config;
    text.replace(text.find(firewalls), std::string(firewalls).size(), "payload: ethernet");
    CHECK(load_text(text, "/").findings.empty()); // 1600 hold 1582
    text.replace(text.find("mtu: 1600"), 9, "mtu: 1581");
    const Loaded loaded = load_text(text, "/");
    REQUIRE(loaded.findings.size() == 1);
    CHECK(loaded.findings[0].warning);
    CHECK(loaded.findings[0].path == "ports.inspect.mtu");
    CHECK(loaded.findings[0].advice == "write 1582 or more");
}

TEST_CASE("an option with a leg's client costs up to 24 bytes more") {
    std::string text = base_config;
    text.replace(text.find(firewalls), std::string(firewalls).size(), "client_address: true");
    text.replace(text.find("mtu: 1600"), 9, "mtu: 1591");
    std::vector<std::string> advice;
    for (const Finding& finding : load_text(text, "/").findings)
        if (finding.path == "ports.inspect.mtu") advice.push_back(finding.advice);
    CHECK(advice == std::vector<std::string>{"write 1592 or more"});
}
