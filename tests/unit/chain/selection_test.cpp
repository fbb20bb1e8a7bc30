// SPDX-License-Identifier: Apache-2.0
// Which appliance a flow gets: the same in both directions, as sticky as the group says, and on every gateway.
#include "chain/selection.hpp"

#include "office.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <set>

using namespace sallyport;
using namespace sallyport::chain;
using namespace sallyport::chain::test;

namespace {

/// Five appliances of equal weight.
config::Config five_firewalls(config::Stickiness stickiness = config::Stickiness::five_tuple) {
    config::Config config = office();
    config::ApplianceGroup& group = config.appliance_groups[0];
    group.stickiness = stickiness;
    group.appliances = {appliance("fw-1", "198.51.100.11"), appliance("fw-2", "198.51.100.12"),
                        appliance("fw-3", "198.51.100.13"), appliance("fw-4", "198.51.100.14"),
                        appliance("fw-5", "198.51.100.15")};
    return config;
}

flow::Tuple tuple(std::uint16_t source_port, std::uint8_t protocol = 6) {
    flow::Tuple tuple;
    tuple.source = {0, 0xffff'c000'020aU};
    tuple.destination = {0, 0xffff'cb00'710aU};
    tuple.source_port = source_port;
    tuple.destination_port = 443;
    tuple.protocol = protocol;
    return tuple;
}

std::string pick(const Roster& roster, const flow::Tuple& tuple) {
    const ApplianceIndex index = select_appliance(roster, roster.groups[0], flow::orient(tuple).key);
    return index == no_index ? "nobody" : roster.appliances[index].name;
}

std::set<std::string> picks_over_ports(const Roster& roster, std::uint8_t protocol = 6) {
    std::set<std::string> picks;
    for (std::uint16_t port = 1024; port < 1424; ++port)
        picks.insert(pick(roster, tuple(port, protocol)));
    return picks;
}

} // namespace

TEST_CASE("both directions of a flow pick one appliance") {
    const Roster roster = build_roster(five_firewalls());
    for (std::uint16_t port = 1; port < 2000; ++port) {
        const flow::Tuple there = tuple(port);
        flow::Tuple back = there;
        std::swap(back.source, back.destination);
        std::swap(back.source_port, back.destination_port);
        REQUIRE(pick(roster, there) == pick(roster, back));
    }
}

TEST_CASE("flows spread evenly over a group") {
    const Roster roster = build_roster(five_firewalls());
    std::map<std::string, unsigned> counts;
    for (std::uint16_t port = 0; port < 20'000; ++port)
        ++counts[pick(roster, tuple(port))];
    CHECK(counts.size() == 5);
    for (const auto& [name, count] : counts) {
        INFO(name << " has " << count);
        CHECK(count > 4000 * 93 / 100);
        CHECK(count < 4000 * 107 / 100);
    }
}

TEST_CASE("five-tuple stickiness spreads one pair's connections, three-tuple keeps them together") {
    using config::Stickiness;
    CHECK(picks_over_ports(build_roster(five_firewalls(Stickiness::five_tuple))).size() == 5);
    CHECK(picks_over_ports(build_roster(five_firewalls(Stickiness::three_tuple))).size() == 1);
    CHECK(picks_over_ports(build_roster(five_firewalls(Stickiness::two_tuple))).size() == 1);
}

TEST_CASE("two-tuple stickiness keeps a pair's protocols together, three-tuple does not") {
    using config::Stickiness;
    unsigned together = 0;
    unsigned pairs = 0;
    for (std::uint64_t host = 0; host < 200; ++host, ++pairs) {
        flow::Tuple tcp = tuple(1024, 6);
        tcp.source[1] += host;
        flow::Tuple udp = tcp;
        udp.protocol = 17;
        static const Roster two = build_roster(five_firewalls(Stickiness::two_tuple));
        static const Roster three = build_roster(five_firewalls(Stickiness::three_tuple));
        REQUIRE(pick(two, tcp) == pick(two, udp));
        together += pick(three, tcp) == pick(three, udp) ? 1U : 0U;
    }
    CHECK(together < pairs / 2);
}

TEST_CASE("the order of endpoints in the file does not change any pick") {
    config::Config config = five_firewalls();
    const Roster one = build_roster(config);
    std::swap(config.endpoints[0], config.endpoints[1]);
    const Roster other = build_roster(config);
    for (std::uint16_t port = 0; port < 2000; ++port) {
        flow::Tuple office = tuple(port);
        flow::Tuple moved = office;
        moved.endpoint = 1;
        REQUIRE(pick(one, office) == pick(other, moved));
        REQUIRE(outer_source_port(one, flow::orient(office).key) == outer_source_port(other, flow::orient(moved).key));
    }
}

TEST_CASE("the order of appliances in the file does not change any pick") {
    config::Config config = five_firewalls();
    const Roster one = build_roster(config);
    auto& appliances = config.appliance_groups[0].appliances;
    std::swap(appliances[0], appliances[4]);
    std::swap(appliances[1], appliances[2]);
    const Roster other = build_roster(config);
    for (std::uint16_t port = 0; port < 5000; ++port)
        REQUIRE(pick(one, tuple(port)) == pick(other, tuple(port)));
}

TEST_CASE("an appliance that goes takes only its own flows with it, but for a few") {
    config::Config config = five_firewalls();
    const Roster before = build_roster(config);
    config.appliance_groups[0].appliances.erase(config.appliance_groups[0].appliances.begin() + 2);
    const Roster after = build_roster(config);
    unsigned moved = 0;
    for (std::uint16_t port = 0; port < 10'000; ++port) {
        const std::string was = pick(before, tuple(port));
        if (was != "fw-3" && was != pick(after, tuple(port))) ++moved;
    }
    CHECK(moved < 300);
}

TEST_CASE("two tenants with the same addresses are spread apart") {
    const Roster roster = build_roster(five_firewalls());
    unsigned same = 0;
    for (std::uint16_t port = 0; port < 1000; ++port) {
        flow::Tuple branch = tuple(port);
        branch.endpoint = 1;
        same += pick(roster, tuple(port)) == pick(roster, branch) ? 1U : 0U;
    }
    CHECK(same < 300);
}

TEST_CASE("a group without appliances that take new flows picks nobody") {
    config::Config config = five_firewalls();
    for (config::Appliance& one : config.appliance_groups[0].appliances)
        one.weight = 0;
    CHECK(pick(build_roster(config), tuple(1)) == "nobody");
}

TEST_CASE("outer source ports are dynamic ones, and spread over one appliance's flows") {
    const Roster roster = build_roster(office());
    std::set<std::uint16_t> ports;
    for (std::uint16_t port = 0; port < 2000; ++port) {
        const std::uint16_t outer = outer_source_port(roster, flow::orient(tuple(port)).key);
        REQUIRE(outer >= 49152);
        ports.insert(outer);
    }
    CHECK(ports.size() > 1800);
}
