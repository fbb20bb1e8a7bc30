// SPDX-License-Identifier: Apache-2.0
// What a roster makes of how its appliances stand: who takes new flows, and what the flows of the others meet.
#include "office.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <set>

using namespace sallyport;
using namespace sallyport::chain;
using namespace sallyport::chain::test;
using config::Failover;
using config::NoneHealthy;

namespace {

/// office() with three firewalls, at the positions 0 to 2; the sensor is at 3.
config::Config three_firewalls() {
    config::Config config = office();
    config.appliance_groups[0].appliances = {appliance("fw-1", "198.51.100.11"), appliance("fw-2", "198.51.100.12"),
                                             appliance("fw-3", "198.51.100.13")};
    return config;
}

using Indexes = std::set<ApplianceIndex>;

Indexes takers(const Roster& roster, GroupIndex group = 0) {
    return {roster.groups[group].maglev.begin(), roster.groups[group].maglev.end()};
}

double share(const Roster& roster, ApplianceIndex index) {
    const auto& maglev = roster.groups[roster.appliances[index].group].maglev;
    return double(std::count(maglev.begin(), maglev.end(), index)) / double(maglev.size());
}

Standing standing(Health health, Registration registration = Registration::registered) {
    return {.health = health, .registration = registration};
}

} // namespace

TEST_CASE("an appliance takes new flows when it is healthy, registered, near, and of a zone that is not shifted away") {
    struct Case {
        const char* sentence;
        Standing standing;
        bool takes;
    };
    const Case cases[] = {
        {"healthy", standing(Health::healthy), true},
        {"not checked yet", standing(Health::initial), false},
        {"unhealthy", standing(Health::unhealthy), false},
        {"draining", standing(Health::healthy, Registration::draining), false},
        {"deregistered", standing(Health::healthy, Registration::deregistered), false},
        {"of a zone that is shifted away", {.zone_is_shifted = true}, false},
        {"starting slowly", {.share_percent = 1}, true},
    };
    const config::Config config = three_firewalls();
    for (const Case& one : cases) {
        INFO(one.sentence);
        Slots slots = first_slots(config);
        slots.appliances[1].standing = one.standing;
        const Roster roster = build_roster(config, slots);
        CHECK(takers(roster) == (one.takes ? Indexes{0, 1, 2} : Indexes{0, 2}));
        CHECK(takers(roster, 1) == Indexes{3}); // another group's business
        CHECK(roster.groups[0].appliances == std::vector<ApplianceIndex>{0, 1, 2});
        CHECK(roster.appliances[1].standing.health == one.standing.health);
    }
}

TEST_CASE("flows stay in the gateway's zone, unless they may cross or one of the two has no zone") {
    struct Case {
        const char* sentence;
        const char* gateway;
        const char* appliance;
        bool cross_zone;
        bool takes;
    };
    const Case cases[] = {
        {"in the gateway's zone", "a", "a", false, true},
        {"in another", "a", "b", false, false},
        {"in another, and flows may cross", "a", "b", true, true},
        {"in every zone", "a", "", false, true},
        {"a gateway in no zone", "", "b", false, true},
    };
    for (const Case& one : cases) {
        INFO(one.sentence);
        config::Config config = three_firewalls();
        config.gateway.zone = one.gateway;
        config.appliance_groups[0].cross_zone = one.cross_zone;
        config.appliance_groups[0].appliances[1].zone = one.appliance;
        CHECK(takers(build_roster(config)) == (one.takes ? Indexes{0, 1, 2} : Indexes{0, 2}));
    }
}

TEST_CASE(
    "without a healthy appliance a hop drops, is bypassed, or takes any that is registered, near and not shifted") {
    struct Case {
        NoneHealthy none_healthy;
        Indexes takers;
        bool is_bypassed;
    };
    for (const Case& one : {Case{NoneHealthy::drop, {}, false}, Case{NoneHealthy::bypass, {}, true},
                            Case{NoneHealthy::any, {0, 1}, false}}) {
        config::Config config = three_firewalls();
        config.appliance_groups[0].when_none_healthy = one.none_healthy;
        Slots slots = first_slots(config);
        slots.appliances[0].standing.health = Health::unhealthy;
        slots.appliances[1].standing.health = Health::initial;
        slots.appliances[2].standing.registration = Registration::draining;
        Roster roster = build_roster(config, slots);
        CHECK(takers(roster) == one.takers);
        CHECK(roster.groups[0].is_bypassed == one.is_bypassed);

        // One healthy one, and the question does not arise.
        slots.appliances[1].standing.health = Health::healthy;
        roster = build_roster(config, slots);
        CHECK(takers(roster) == Indexes{1});
        CHECK_FALSE(roster.groups[0].is_bypassed);
    }
}

TEST_CASE("with nobody left at all, any is nobody") {
    config::Config config = three_firewalls();
    config.appliance_groups[0].when_none_healthy = NoneHealthy::any;
    Slots slots = first_slots(config);
    for (std::size_t i = 0; i < 3; ++i)
        slots.appliances[i].standing.zone_is_shifted = true;
    const Roster roster = build_roster(config, slots);
    CHECK(takers(roster).empty());
    CHECK_FALSE(roster.groups[0].is_bypassed);
}

TEST_CASE(
    "what the flows of an appliance meet: by the event, the group's answer to it, and whether others are healthy") {
    constexpr auto keep = Failover::keep;
    constexpr auto rebalance = Failover::rebalance;
    constexpr auto reset = Failover::reset;
    const Standing unhealthy = standing(Health::unhealthy);
    const Standing left = standing(Health::healthy, Registration::deregistered);
    const Standing left_sick = standing(Health::unhealthy, Registration::deregistered);
    const Standing draining_sick = standing(Health::unhealthy, Registration::draining);
    struct Case {
        const char* sentence;
        Standing standing; // of the appliance; the other two are healthy, or both unhealthy
        Failover on_unhealthy, on_deregistered;
        Meets others_healthy;
        Meets else_drop, else_bypass, else_any; // by when_none_healthy, when no other is healthy
    };
    constexpr auto visit = Meets::visit;
    const Case cases[] = {
        {"unhealthy, keep", unhealthy, keep, reset, visit, visit, visit, visit},
        {"unhealthy, rebalance", unhealthy, rebalance, reset, Meets::move, Meets::drop, Meets::skip, visit},
        {"unhealthy, reset", unhealthy, reset, keep, Meets::reset, Meets::reset, Meets::reset, Meets::reset},
        {"left, keep", left, reset, keep, visit, visit, visit, visit},
        {"left, rebalance", left, keep, rebalance, Meets::move, Meets::drop, Meets::skip, Meets::move},
        {"left, reset", left, keep, reset, Meets::reset, Meets::reset, Meets::reset, Meets::reset},
        {"left and unhealthy goes by its health when leaving alone would keep the flows", left_sick, reset, keep,
         Meets::reset, Meets::reset, Meets::reset, Meets::reset},
        {"left and unhealthy goes by its leaving otherwise", left_sick, reset, rebalance, Meets::move, Meets::drop,
         Meets::skip, Meets::move},
        {"left and unhealthy, rebalance", left_sick, keep, rebalance, Meets::move, Meets::drop, Meets::skip,
         Meets::move},
        {"draining and unhealthy goes by its health", draining_sick, rebalance, reset, Meets::move, Meets::drop,
         Meets::skip, visit},
        {"draining", standing(Health::healthy, Registration::draining), reset, reset, visit, visit, visit, visit},
        {"not checked yet", standing(Health::initial), reset, reset, visit, visit, visit, visit},
        {"shifted away", {.zone_is_shifted = true}, reset, reset, visit, visit, visit, visit},
        {"healthy", standing(Health::healthy), reset, reset, visit, visit, visit, visit},
    };
    for (const Case& one : cases) {
        const auto meets = [&](NoneHealthy none_healthy, Health others) {
            config::Config config = three_firewalls();
            config.appliance_groups[0].on_unhealthy = one.on_unhealthy;
            config.appliance_groups[0].on_deregistered = one.on_deregistered;
            config.appliance_groups[0].when_none_healthy = none_healthy;
            Slots slots = first_slots(config);
            slots.appliances[0].standing.health = slots.appliances[2].standing.health = others;
            slots.appliances[1].standing = one.standing;
            return build_roster(config, slots).appliances[1].flows_meet;
        };
        INFO(one.sentence);
        for (const NoneHealthy each : {NoneHealthy::drop, NoneHealthy::bypass, NoneHealthy::any})
            CHECK(meets(each, Health::healthy) == one.others_healthy);
        CHECK(meets(NoneHealthy::drop, Health::unhealthy) == one.else_drop);
        CHECK(meets(NoneHealthy::bypass, Health::unhealthy) == one.else_bypass);
        CHECK(meets(NoneHealthy::any, Health::unhealthy) == one.else_any);
    }
}

TEST_CASE("the last one of a group that has left goes on with its flows when any may serve them") {
    config::Config config = three_firewalls();
    config.appliance_groups[0].on_deregistered = Failover::rebalance;
    Slots slots = first_slots(config);
    for (std::size_t i = 0; i < 3; ++i)
        slots.appliances[i].standing.registration = Registration::deregistered;
    CHECK(build_roster(config, slots).appliances[1].flows_meet == Meets::visit);
}

TEST_CASE("flows only move to somebody near and not shifted away") {
    config::Config config = three_firewalls();
    config.gateway.zone = "a";
    config.appliance_groups[0].on_unhealthy = Failover::rebalance;
    config.appliance_groups[0].when_none_healthy = NoneHealthy::drop;
    config.appliance_groups[0].appliances[0].zone = "b";
    Slots slots = first_slots(config);
    slots.appliances[1].standing.health = Health::unhealthy;
    slots.appliances[2].standing.zone_is_shifted = true;
    CHECK(build_roster(config, slots).appliances[1].flows_meet == Meets::drop);
    slots.appliances[2].standing.zone_is_shifted = false;
    CHECK(build_roster(config, slots).appliances[1].flows_meet == Meets::move);
}

TEST_CASE("one that a reload took out takes no flows, and is still an appliance") {
    config::Config config = three_firewalls();
    const Slots before = first_slots(config);
    auto& firewalls = config.appliance_groups[0].appliances;
    firewalls.erase(firewalls.begin());
    Slots slots = next_slots(before, config, {});
    Roster roster = build_roster(config, slots);
    CHECK(takers(roster) == Indexes{1, 2});
    CHECK(roster.appliances[0].flows_meet == Meets::visit);
    CHECK(roster.appliances[0].weight == 0);
    CHECK(roster.appliances[0].address == address("198.51.100.11"));
    CHECK(roster.groups[0].appliances == std::vector<ApplianceIndex>{0, 1, 2});
    CHECK(roster.is_appliance(address("198.51.100.11")));

    // Not even when the others are down: what is out of the file is out.
    config.appliance_groups[0].when_none_healthy = NoneHealthy::any;
    slots.appliances[1].standing.health = slots.appliances[2].standing.health = Health::unhealthy;
    CHECK(takers(build_roster(config, slots)) == Indexes{1, 2});

    slots.appliances[0].is_free = true;
    roster = build_roster(config, slots);
    CHECK_FALSE(roster.is_appliance(address("198.51.100.11")));
    CHECK(roster.groups[0].appliances == std::vector<ApplianceIndex>{1, 2});
    CHECK(roster.appliances.size() == 4);
}

TEST_CASE("one that got another address takes flows there alone") {
    config::Config config = three_firewalls();
    const Slots before = first_slots(config);
    config.appliance_groups[0].appliances[0].address = address("198.51.100.99");
    config.appliance_groups[0].appliances[0].weight = 2;
    const Roster roster = build_roster(config, next_slots(before, config, {}));
    CHECK(takers(roster) == Indexes{1, 2, 4});
    CHECK(roster.appliances[0].weight == 0);
    CHECK(roster.appliances[4].weight == 2);
    CHECK(roster.appliances[4].address == address("198.51.100.99"));
}

TEST_CASE("a group that a reload took out ends its flows as it last said, in its mode and with its payload") {
    config::Config config = three_firewalls();
    config.appliance_groups[0].on_deregistered = Failover::reset;
    config.appliance_groups[0].payload = config::Payload::ethernet;
    config.appliance_groups[0].mode = config::GroupMode::mirror;
    const Slots before = first_slots(config);
    config.appliance_groups.erase(config.appliance_groups.begin());
    config.chains[0].groups = {"sensors"};
    Slots slots = next_slots(before, config, {});
    Roster roster = build_roster(config, slots);
    REQUIRE(roster.groups.size() == 2);
    CHECK(takers(roster).empty());
    CHECK(takers(roster, 1) == Indexes{3});
    CHECK(roster.chains[0].groups == std::vector<GroupIndex>{1});
    CHECK(roster.groups[0].mode == config::GroupMode::mirror);
    CHECK(roster.appliances[0].payload == config::Payload::ethernet);
    CHECK(roster.appliances[0].mode == config::GroupMode::mirror);
    CHECK(roster.appliances[0].flows_meet == Meets::visit);
    slots.appliances[0].standing.registration = Registration::deregistered;
    roster = build_roster(config, slots);
    CHECK(roster.appliances[0].flows_meet == Meets::reset);
}

TEST_CASE("a chain that a reload took out keeps its number, and a policy of after it points past it") {
    config::Config config = three_firewalls();
    const Slots before = first_slots(config);
    config.chains = {config::Chain{"quick", {"firewalls"}, 0}};
    config.policy[1].chain = "quick";
    const Roster roster = build_roster(config, next_slots(before, config, {}));
    REQUIRE(roster.chains.size() == 2);
    CHECK(roster.chains[0].name == "perimeter");
    CHECK(roster.chains[0].groups.empty());
    CHECK(roster.chains[1].groups == std::vector<GroupIndex>{0});
    CHECK(roster.policy.rules[1].chain == 1);
}

TEST_CASE("what a group says of its mode, payload and verdicts is told to its appliances") {
    config::Config config = three_firewalls();
    config.appliance_groups[0].payload = config::Payload::ethernet;
    config.appliance_groups[0].verdicts = config::VerdictLimits{std::chrono::seconds(5), 77};
    config.appliance_groups[1].mode = config::GroupMode::mirror;
    config.appliance_groups[1].sample_percent = 10;
    const Roster roster = build_roster(config);
    CHECK(roster.appliances[0].payload == config::Payload::ethernet);
    CHECK(roster.appliances[0].mode == config::GroupMode::in_line);
    CHECK(roster.appliances[0].may_offload);
    CHECK(roster.groups[0].verdict_limits.bytes == 77);
    CHECK(roster.appliances[3].payload == config::Payload::ip);
    CHECK(roster.appliances[3].mode == config::GroupMode::mirror);
    CHECK_FALSE(roster.appliances[3].may_offload);
    CHECK(roster.groups[1].mode == config::GroupMode::mirror);
    CHECK(roster.groups[1].sample_percent == 10);
}

TEST_CASE("an endpoint has its own timers and answers, or the gateway's") {
    config::Config config = three_firewalls();
    config.gateway.timeouts.udp = std::chrono::seconds(7);
    config.gateway.tcp_midstream = config::TcpMidstream::adopt;
    config.endpoints[1].timeouts = config::FlowTimeouts{};
    config.endpoints[1].timeouts->udp = std::chrono::seconds(9);
    config.endpoints[1].tcp_midstream = config::TcpMidstream::reset;
    config.endpoints[1].mss_clamp = config::MssClamp::fixed;
    config.endpoints[1].mss = 1380;
    const Roster roster = build_roster(config);
    const auto udp = static_cast<std::size_t>(flow::FlowState::udp);
    CHECK(roster.endpoints[0].timeouts_ms[udp] == 7000);
    CHECK(roster.endpoints[0].tcp_midstream == config::TcpMidstream::adopt);
    CHECK(roster.endpoints[0].mss_clamp == config::MssClamp::off);
    CHECK(roster.endpoints[1].timeouts_ms[udp] == 9000);
    CHECK(roster.endpoints[1].tcp_midstream == config::TcpMidstream::reset);
    CHECK(roster.endpoints[1].mss_clamp == config::MssClamp::fixed);
    CHECK(roster.endpoints[1].mss == 1380);
}

TEST_CASE("one that starts slowly has its percentage of what its weight gives it") {
    struct Case {
        std::uint16_t weight, percent;
        double expected; // beside two full ones of weight 1
    };
    for (const Case& one : {Case{1, 50, 0.5 / 2.5}, Case{4, 50, 2.0 / 4.0}, Case{1, 10, 0.1 / 2.1},
                            Case{999, 2, 19.98 / 21.98}, Case{1, 100, 1.0 / 3.0}}) {
        INFO("weight " << one.weight << ", " << one.percent << " %");
        config::Config config = three_firewalls();
        config.appliance_groups[0].appliances[1].weight = one.weight;
        Slots slots = first_slots(config);
        slots.appliances[1].standing.share_percent = one.percent;
        const Roster roster = build_roster(config, slots);
        CHECK(share(roster, 1) == Approx(one.expected).epsilon(0.01));
        CHECK(share(roster, 0) == Approx((1 - one.expected) / 2).epsilon(0.01));
    }
}

TEST_CASE("the least share of the least weight is not nothing") {
    config::Config config = three_firewalls();
    Slots slots = first_slots(config);
    slots.appliances[1].standing.share_percent = 1;
    const Roster roster = build_roster(config, slots);
    CHECK(share(roster, 1) > 0.001);
    CHECK(share(roster, 1) < 0.02);
}
