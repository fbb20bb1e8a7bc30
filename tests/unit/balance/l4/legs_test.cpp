// SPDX-License-Identifier: Apache-2.0
// Where connections of the gateway's own lead that may have a chain, as policy says it.
#include "../../control/web_farm.hpp"
#include "balance/l4/build_directory.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::balance;
using chain::test::address;
using test::web_farm;

namespace {

config::PolicyRule leg_rule(std::vector<std::string> groups) {
    config::PolicyRule rule;
    rule.match.is_decrypted_leg = true;
    rule.match.target_groups = std::move(groups);
    rule.chain = "perimeter";
    return rule;
}

config::Config farm_with(std::vector<std::string> groups) {
    config::Config config = web_farm();
    config.chains = {{"perimeter", {config.appliance_groups[0].name}, 0}};
    config.policy.push_back(leg_rule(std::move(groups)));
    return config;
}

ListenAddress tcp(const char* text, std::uint16_t port, EndpointIndex endpoint = 0) {
    const IpAddress ip = address(text);
    return {.address = {ip.high(), ip.low()}, .port = port, .endpoint = endpoint, .protocol = 6, .family = ip.family()};
}

std::vector<TargetGroupIndex> groups_at(const Directory& directory, const ListenAddress& at) {
    const auto found = directory.leg_to(at);
    return {found.begin(), found.end()};
}

using Groups = std::vector<TargetGroupIndex>;

} // namespace

TEST_CASE("without a rule for legs no connection is one") {
    const chain::Roster roster = build_roster(web_farm());
    CHECK(roster.directory->leg_groups.empty());
    CHECK(groups_at(*roster.directory, tcp("203.0.113.11", 80)).empty());
}

TEST_CASE("legs lead to the targets of the groups that a rule names, from any endpoint") {
    const chain::Roster roster = build_roster(farm_with({"web"}));
    const Directory& directory = *roster.directory;
    CHECK(groups_at(directory, tcp("203.0.113.11", 80)) == Groups{0});
    CHECK(groups_at(directory, tcp("203.0.113.12", 80, 1)) == Groups{0});
    CHECK(groups_at(directory, tcp("203.0.113.11", 81)).empty());
    CHECK(groups_at(directory, tcp("203.0.113.53", 53)).empty());
    CHECK(roster.policy.rules.back().is_of_legs);
    CHECK(roster.policy.rules.back().target_groups == Groups{0});
}

TEST_CASE("a rule that names no group is about all, and a target of two groups is in both") {
    config::Config config = farm_with({});
    config.target_groups[1].targets.push_back(test::target("web-too", "203.0.113.11", 80));
    const chain::Roster roster = build_roster(config);
    CHECK(groups_at(*roster.directory, tcp("203.0.113.53", 53)) == Groups{1});
    CHECK(groups_at(*roster.directory, tcp("203.0.113.11", 80)) == Groups{0, 1});
    CHECK(roster.policy.rules.back().target_groups.empty());
}

TEST_CASE("legs go on being looked for when a reload has taken out their rule") {
    const config::Config before = farm_with({"web"});
    const config::Config after = web_farm();
    const TargetSlots slots = next_target_slots(first_target_slots(before), after, {});
    const chain::Roster roster = build_roster(after, chain::first_slots(after), slots);
    CHECK(groups_at(*roster.directory, tcp("203.0.113.11", 80)) == Groups{0});
}

TEST_CASE("clients are noted for the groups whose legs visit somebody who asks for them") {
    for (const bool asks : {true, false}) {
        config::Config config = farm_with({"web"});
        config.appliance_groups[0].wants_client_address = asks;
        const chain::Roster roster = build_roster(config);
        CHECK(roster.directory->groups[0].notes_clients == asks);
        CHECK_FALSE(roster.directory->groups[1].notes_clients);
    }
}

TEST_CASE("a leg's flow outlives every connection for which a proxy may have opened it") {
    config::Config config = farm_with({});
    config.listeners[0].mode = config::ListenerMode::proxy;
    config.listeners[0].tcp_idle = std::chrono::seconds(6000);
    const Directory directory = *build_roster(config).directory;
    REQUIRE(directory.leg_timers != 0);
    CHECK(directory.timers[directory.leg_timers][static_cast<unsigned>(flow::FlowState::tcp_established)] == 6'030'000);
    config.listeners[0].mode = config::ListenerMode::rewrite;
    const Directory without = *build_roster(config).directory;
    CHECK(without.timers[without.leg_timers][static_cast<unsigned>(flow::FlowState::tcp_established)] == 380'000);
}
