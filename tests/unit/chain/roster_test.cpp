// SPDX-License-Identifier: Apache-2.0
// From a configuration to the roster: names become positions, and each port learns whom it may reach.
#include "office.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::chain;
using namespace sallyport::chain::test;

namespace {

const Port& port_named(const Roster& roster, const char* name) {
    return roster.ports[roster.port_by_name(name)];
}

} // namespace

TEST_CASE("ports keep their configuration and know their endpoint and side") {
    const Roster roster = build_roster(office());
    CHECK(port_named(roster, "inspect").endpoint == no_index);
    CHECK(port_named(roster, "inspect").mtu == 1600);
    CHECK(port_named(roster, "north").endpoint == 0);
    CHECK(port_named(roster, "north").is_north);
    CHECK(port_named(roster, "south").endpoint == 0);
    CHECK_FALSE(port_named(roster, "south").is_north);
    CHECK(port_named(roster, "branch").endpoint == 1);
    CHECK(port_named(roster, "branch").is_north);
    CHECK(roster.endpoints[0].ports == std::vector<PortIndex>{1, 2});
    CHECK(roster.port_by_name("nowhere") == no_index);
}

TEST_CASE("a tenant's packet may be for its own port; never for its endpoint's other ports or those of appliances") {
    const Roster roster = build_roster(office());
    using V4 = std::vector<std::uint32_t>;
    using V6 = std::vector<std::array<std::uint64_t, 2>>;
    constexpr std::uint32_t north = 0xc0000201;    // 192.0.2.1
    constexpr std::uint32_t inspect = 0xc6336401;  // 198.51.100.1
    constexpr std::uint32_t south = 0xcb007101;    // 203.0.113.1
    const V6 north_v6 = {{0x20010db800010000, 1}}; // 2001:db8:1::1
    CHECK(port_named(roster, "north").v4.own == V4{north});
    CHECK(port_named(roster, "north").v4.broadcast == V4{0xc00002ff});
    CHECK(port_named(roster, "north").v6.own == north_v6);
    CHECK(port_named(roster, "inspect").v4.own == V4{inspect});

    CHECK(port_named(roster, "north").v4.forbidden == V4{inspect, south});
    CHECK(port_named(roster, "south").v4.forbidden == V4{inspect, north});
    CHECK(port_named(roster, "south").v6.forbidden == north_v6);
    // The office's addresses are nothing to the branch, which may have its own at the same numbers.
    CHECK(port_named(roster, "branch").v4.forbidden == V4{inspect});
    CHECK(port_named(roster, "inspect").v4.forbidden.empty());
}

TEST_CASE("groups hold their appliances, chains their groups in order") {
    const Roster roster = build_roster(office());
    REQUIRE(roster.appliances.size() == 3);
    CHECK(roster.appliances[1].name == "fw-2");
    CHECK(roster.appliances[1].group == 0);
    CHECK(roster.appliances[2].group == 1);
    CHECK(roster.groups[1].appliances == std::vector<ApplianceIndex>{2});
    CHECK(roster.chains[0].groups == std::vector<GroupIndex>{1, 0});
    CHECK(roster.is_appliance(address("198.51.100.21")));
    CHECK_FALSE(roster.is_appliance(address("198.51.100.1")));
}

TEST_CASE("the Maglev table of a group names its appliances by weight") {
    const Roster roster = build_roster(office());
    const auto& maglev = roster.groups[0].maglev;
    const auto heavy = std::count(maglev.begin(), maglev.end(), ApplianceIndex{1});
    CHECK(std::abs(double(heavy) / double(maglev.size()) - 0.75) < 0.001);
    // The second group's positions are the roster's, not the group's own.
    CHECK(std::count(roster.groups[1].maglev.begin(), roster.groups[1].maglev.end(), ApplianceIndex{2}) ==
          static_cast<std::ptrdiff_t>(roster.groups[1].maglev.size()));
}

TEST_CASE("a group whose appliances all have weight 0 takes no new flows") {
    config::Config config = office();
    config.appliance_groups[1].appliances[0].weight = 0;
    CHECK(build_roster(config).groups[1].maglev.empty());
}

TEST_CASE("policy rules point at endpoints and chains by position") {
    const Roster roster = build_roster(office());
    REQUIRE(roster.policy.rules.size() == 2);
    CHECK(roster.policy.rules[0].protocols == std::vector<std::uint8_t>{1, 58});
    CHECK(roster.policy.rules[0].chain == no_index);
    CHECK(roster.policy.rules[1].endpoint == 1);
    CHECK(roster.policy.rules[1].chain == 0);
}

TEST_CASE("endpoints are found by their id, and a port's address by its family") {
    const Roster roster = build_roster(office());
    CHECK(roster.endpoint_by_id(7) == 1);
    CHECK(roster.endpoint_by_id(8) == no_index);
    REQUIRE(roster.port_address(1, Family::ipv6) != nullptr);
    CHECK(*roster.port_address(1, Family::ipv6) == address("2001:db8:1::1"));
    CHECK(roster.port_address(0, Family::ipv6) == nullptr);
}

TEST_CASE("the selection key is the configured one, or one made of the endpoints' ids in any order") {
    config::Config config = office();
    const SipKey made = build_roster(config).selection_key;
    std::swap(config.endpoints[0], config.endpoints[1]);
    CHECK(build_roster(config).selection_key == made);
    config.endpoints[0].id = 8;
    CHECK_FALSE(build_roster(config).selection_key == made);
    config.gateway.hash_key.emplace();
    (*config.gateway.hash_key)[0] = 1;
    (*config.gateway.hash_key)[15] = 2;
    CHECK(build_roster(config).selection_key == SipKey{1, std::uint64_t{2} << 56});
}
