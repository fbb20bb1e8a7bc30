// SPDX-License-Identifier: Apache-2.0
// One row for each condition of a rule: it holds, or it is the one that is named as failing.
#include "chain/policy.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::chain;

namespace {

IpAddress address(const char* text) {
    return IpAddress::parse(text).value();
}
IpPrefix prefix(const char* text) {
    return IpPrefix::parse(text).value();
}

NewFlow web_flow() {
    return {1, config::Direction::southbound, 6, address("192.0.2.10"), address("203.0.113.10"), 40000, 443};
}

struct Case {
    const char* sentence;
    Rule rule;
    Mismatch expected = Mismatch::none;
};

Rule with_endpoint(EndpointIndex endpoint) {
    Rule rule;
    rule.endpoint = endpoint;
    return rule;
}
Rule with_direction(config::Direction direction) {
    Rule rule;
    rule.direction = direction;
    return rule;
}
Rule with_protocols(std::vector<std::uint8_t> protocols) {
    Rule rule;
    rule.protocols = std::move(protocols);
    return rule;
}
Rule with_sources(std::vector<IpPrefix> sources) {
    Rule rule;
    rule.sources = std::move(sources);
    return rule;
}
Rule with_destinations(std::vector<IpPrefix> destinations) {
    Rule rule;
    rule.destinations = std::move(destinations);
    return rule;
}
Rule with_source_ports(std::vector<config::PortRange> ranges) {
    Rule rule;
    rule.source_ports = std::move(ranges);
    return rule;
}
Rule with_destination_ports(std::vector<config::PortRange> ranges) {
    Rule rule;
    rule.destination_ports = std::move(ranges);
    return rule;
}

const std::vector<Case>& cases() {
    using config::Direction;
    static const std::vector<Case> all = {
        {"a rule without conditions matches", Rule{}},
        {"the flow's endpoint", with_endpoint(1)},
        {"another endpoint", with_endpoint(0), Mismatch::endpoint},
        {"the flow's direction", with_direction(Direction::southbound)},
        {"the other direction", with_direction(Direction::northbound), Mismatch::direction},
        {"one of several protocols", with_protocols({17, 6})},
        {"other protocols", with_protocols({1, 58}), Mismatch::protocol},
        {"a source prefix", with_sources({prefix("192.0.2.0/24")})},
        {"one of several source prefixes", with_sources({prefix("10.0.0.0/8"), prefix("192.0.2.10/32")})},
        {"a source prefix next door", with_sources({prefix("192.0.3.0/24")}), Mismatch::source},
        {"a source prefix of the other family", with_sources({prefix("::/0")}), Mismatch::source},
        {"every IPv4 source", with_sources({prefix("0.0.0.0/0")})},
        {"a destination prefix", with_destinations({prefix("203.0.113.0/24")})},
        {"the source's prefix as destination", with_destinations({prefix("192.0.2.0/24")}), Mismatch::destination},
        {"a source port at the range's first", with_source_ports({{40000, 50000}})},
        {"a source port at the range's last", with_source_ports({{1, 2}, {39999, 40000}})},
        {"a source port below the range", with_source_ports({{40001, 50000}}), Mismatch::source_port},
        {"a source port above the range", with_source_ports({{0, 39999}}), Mismatch::source_port},
        {"a destination port", with_destination_ports({{443, 443}})},
        {"another destination port", with_destination_ports({{80, 80}}), Mismatch::destination_port},
    };
    return all;
}

} // namespace

TEST_CASE("each condition of a rule holds or is named as the one that fails") {
    for (const Case& one : cases()) {
        INFO(one.sentence);
        CHECK(compare(one.rule, web_flow()) == one.expected);
    }
}

TEST_CASE("a rule that asks for ports never matches a protocol without ports") {
    NewFlow ping = web_flow();
    ping.protocol = 1;
    ping.source_port = ping.destination_port = 0;
    CHECK(compare(with_source_ports({{0, 65535}}), ping) == Mismatch::source_port);
    CHECK(compare(with_destination_ports({{0, 65535}}), ping) == Mismatch::destination_port);
    CHECK(compare(Rule{}, ping) == Mismatch::none);
}

TEST_CASE("all conditions must hold, and the first that fails is named") {
    Rule rule = with_endpoint(1);
    rule.protocols = {6};
    rule.destination_ports = {{443, 443}};
    CHECK(compare(rule, web_flow()) == Mismatch::none);
    rule.sources = {prefix("10.0.0.0/8")};
    rule.destination_ports = {{80, 80}};
    CHECK(compare(rule, web_flow()) == Mismatch::source);
}

TEST_CASE("IPv6 prefixes match IPv6 flows alone") {
    NewFlow flow = web_flow();
    flow.source = address("2001:db8:1::10");
    flow.destination = address("2001:db8:2::10");
    CHECK(compare(with_sources({prefix("2001:db8:1::/48")}), flow) == Mismatch::none);
    CHECK(compare(with_sources({prefix("2001:db8:2::/48")}), flow) == Mismatch::source);
    CHECK(compare(with_sources({prefix("0.0.0.0/0")}), flow) == Mismatch::source);
}

TEST_CASE("decrypted legs match rules for legs alone, and those nothing else") {
    const std::vector<TargetGroupIndex> groups = {4, 7};
    NewFlow leg = web_flow();
    leg.leg_groups = groups;
    Rule of_legs;
    of_legs.is_of_legs = true;
    CHECK(compare(Rule{}, leg) == Mismatch::kind);
    CHECK(compare(of_legs, web_flow()) == Mismatch::kind);
    CHECK(compare(of_legs, leg) == Mismatch::none);
    of_legs.target_groups = {3, 7};
    CHECK(compare(of_legs, leg) == Mismatch::none);
    of_legs.target_groups = {3, 5};
    CHECK(compare(of_legs, leg) == Mismatch::target_group);
    of_legs.target_groups = {4};
    of_legs.destination_ports = {{80, 80}};
    CHECK(compare(of_legs, leg) == Mismatch::destination_port);
}

TEST_CASE("the first rule that matches decides, and a policy without one says so") {
    Policy policy;
    policy.rules = {with_endpoint(0), with_protocols({6}), Rule{}};
    CHECK(first_match(policy, web_flow()) == 1);
    NewFlow dns = web_flow();
    dns.protocol = 17;
    CHECK(first_match(policy, dns) == 2);
    policy.rules.pop_back();
    CHECK(first_match(policy, dns) == no_index);
    CHECK(first_match(Policy{}, dns) == no_index);
}
