// SPDX-License-Identifier: Apache-2.0
#include "config/load.hpp"
#include "replay/standings.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace sallyport;
using namespace sallyport::replay;
using chain::Health;
using chain::Registration;

namespace {

config::Config load(const std::string& firewalls, const std::string& office = "id: 0x1, ports: [north, south]") {
    const std::string text = "ports:\n"
                             "  north: {interface: gw-north, addresses: [192.0.2.1/24]}\n"
                             "  inspect: {interface: gw-inspect, addresses: [198.51.100.1/24], mtu: 1600}\n"
                             "  south: {interface: gw-south, addresses: [203.0.113.1/24]}\n"
                             "endpoints:\n  office: {" +
                             office + "}\nappliance_groups:\n  firewalls:\n    appliances:\n" + firewalls +
                             "chains: {perimeter: [firewalls]}\npolicy: [{chain: perimeter}]\n";
    config::Loaded loaded = config::load_text(text, ".");
    REQUIRE(loaded.usable());
    return loaded.config;
}

/// With targets, of which one has a name.
config::Config load_balanced(const std::string& targets, const std::string& more = "") {
    const std::string text = "ports:\n"
                             "  north: {interface: gw-north, addresses: [192.0.2.1/24]}\n"
                             "  south: {interface: gw-south, addresses: [203.0.113.1/24]}\n"
                             "endpoints: {office: {id: 0x1, ports: [north, south]}}\n"
                             "policy: [{chain: none}]\n"
                             "target_groups:\n  web:\n    protocol: TCP\n    port: 80\n" +
                             more + "    targets:\n" + targets +
                             "listeners:\n  - {name: web, address: 192.0.2.80, port: 80, protocol: TCP, "
                             "default_action: {forward: web}}\n";
    config::Loaded loaded = config::load_text(text, ".");
    REQUIRE(loaded.usable());
    return loaded.config;
}

const std::string first_target = "      - {address: 203.0.113.11, zone: west}\n";
const std::string second_target = "      - {address: 203.0.113.12, name: second, zone: east}\n";
const std::string fw_1 = "      - {name: fw-1, address: 198.51.100.11, zone: west}\n";
const std::string fw_2 = "      - {name: fw-2, address: 198.51.100.12, zone: east}\n";
const std::string fw_3 = "      - {name: fw-3, address: 198.51.100.13, zone: west}\n";

Event about(EventKind kind, const std::string& appliance) {
    Event event;
    event.kind = kind;
    event.group = "firewalls";
    event.member = appliance;
    event.line = 7;
    return event;
}

Event about_zone(EventKind kind, const std::string& zone) {
    Event event;
    event.kind = kind;
    event.zone = zone;
    return event;
}

Event reload(config::Config config) {
    Event event;
    event.kind = EventKind::reload;
    event.config = std::make_shared<const config::Config>(std::move(config));
    return event;
}

} // namespace

TEST_CASE("events about an appliance change how it stands, and nobody else") {
    Standings standings(load(fw_1 + fw_2));
    const auto second = [&] { return standings.slots().appliances[1].standing; };
    CHECK_FALSE(standings.apply(about(EventKind::unhealthy, "fw-2")));
    CHECK(second().health == Health::unhealthy);
    CHECK_FALSE(standings.apply(about(EventKind::drain, "fw-2")));
    CHECK(second().registration == Registration::draining);
    CHECK_FALSE(standings.apply(about(EventKind::deregister, "fw-2")));
    CHECK(second().registration == Registration::deregistered);
    CHECK(standings.roster().groups[0].maglev.front() == 0);
    CHECK_FALSE(standings.apply(about(EventKind::put_back, "fw-2")));
    CHECK_FALSE(standings.apply(about(EventKind::healthy, "fw-2")));
    CHECK(second().registration == Registration::registered);
    CHECK(second().health == Health::healthy);
    CHECK(standings.slots().appliances[0].standing.health == Health::healthy);
}

TEST_CASE("an appliance or a zone that there is not is a finding at the event's line") {
    Standings standings(load(fw_1 + fw_2));
    const auto unknown = standings.apply(about(EventKind::drain, "fw-4"));
    REQUIRE(unknown);
    CHECK(unknown->line == 7);
    CHECK(unknown->problem == "there is no appliance `firewalls/fw-4`");
    CHECK(unknown->advice.starts_with("did you mean `firewalls/fw-"));
    const auto zone = standings.apply(about_zone(EventKind::shift, "wets"));
    REQUIRE(zone);
    CHECK(zone->advice == "did you mean `west`?");
}

TEST_CASE("a zone is shifted away for those that join it, too") {
    Standings standings(load(fw_1 + fw_2));
    CHECK_FALSE(standings.apply(about_zone(EventKind::shift, "west")));
    CHECK_FALSE(standings.apply(reload(load(fw_1 + fw_2 + fw_3))));
    const auto& appliances = standings.slots().appliances;
    REQUIRE(appliances.size() == 3);
    CHECK(appliances[0].standing.zone_is_shifted);
    CHECK_FALSE(appliances[1].standing.zone_is_shifted);
    CHECK(appliances[2].standing.zone_is_shifted);
    CHECK_FALSE(standings.apply(about_zone(EventKind::unshift, "west")));
    CHECK_FALSE(standings.slots().appliances[2].standing.zone_is_shifted);
}

TEST_CASE("what a reload took out can be deregistered, and only a reload brings it back") {
    Standings standings(load(fw_1 + fw_2));
    CHECK_FALSE(standings.apply(reload(load(fw_1))));
    CHECK(standings.slots().appliances[1].standing.registration == Registration::draining);
    CHECK_FALSE(standings.apply(about(EventKind::deregister, "fw-2")));
    CHECK(standings.slots().appliances[1].standing.registration == Registration::deregistered);
    CHECK(standings.apply(about(EventKind::put_back, "fw-2")));
    CHECK_FALSE(standings.apply(reload(load(fw_1 + fw_2))));
    CHECK(standings.slots().appliances[1].standing.registration == Registration::registered);
}

TEST_CASE("a reload that changes what can not change is a finding, and changes nothing") {
    Standings standings(load(fw_1 + fw_2));
    const auto found = standings.apply(reload(load(fw_1, "id: 0x2, ports: [north, south]")));
    REQUIRE(found);
    CHECK(found->problem.ends_with("endpoints.office.id"));
    CHECK(standings.config().endpoints[0].id == 1);
    CHECK(standings.slots().appliances[1].is_configured);
}

TEST_CASE("events about a target change how it stands, and whether its flows end") {
    Standings standings(load_balanced(first_target + second_target, "    connection_termination: true\n"));
    const auto tell = [&](EventKind kind, const std::string& target) {
        Event event = about(kind, target);
        event.group = "web";
        return standings.apply(event);
    };
    const auto target = [&](std::size_t index) { return standings.roster().directory->targets[index]; };
    CHECK_FALSE(tell(EventKind::unhealthy, "second"));
    CHECK(target(1).standing.health == Health::unhealthy);
    CHECK(target(1).ends_flows);
    CHECK(standings.roster().directory->groups[0].takers == std::vector<TargetIndex>{0});
    CHECK_FALSE(tell(EventKind::healthy, "second"));
    CHECK_FALSE(target(1).ends_flows);
    CHECK_FALSE(tell(EventKind::drain, "203.0.113.11:80"));
    CHECK(standings.roster().directory->groups[0].takers == std::vector<TargetIndex>{1});
    CHECK_FALSE(target(0).ends_flows);
    CHECK_FALSE(tell(EventKind::deregister, "203.0.113.11:80"));
    CHECK(target(0).ends_flows);
    CHECK_FALSE(tell(EventKind::put_back, "203.0.113.11:80"));
    CHECK(standings.roster().directory->groups[0].takers.size() == 2);
    const auto unknown = tell(EventKind::drain, "third");
    REQUIRE(unknown);
    CHECK(unknown->problem == "there is no appliance and no target `web/third`");
}

TEST_CASE("flows of an unhealthy target stay when the group says so") {
    Standings standings(
        load_balanced(first_target, "    target_health_state: {unhealthy: {connection_termination: false}}\n"));
    Event event = about(EventKind::unhealthy, "203.0.113.11:80");
    event.group = "web";
    CHECK_FALSE(standings.apply(event));
    CHECK_FALSE(standings.roster().directory->targets[0].ends_flows);
}

TEST_CASE("a shifted zone takes its targets along, and a reload takes some out") {
    Standings standings(load_balanced(first_target + second_target));
    CHECK_FALSE(standings.apply(about_zone(EventKind::shift, "west")));
    CHECK(standings.roster().directory->groups[0].takers == std::vector<TargetIndex>{1});
    CHECK_FALSE(standings.apply(reload(load_balanced(first_target))));
    CHECK(standings.roster().directory->groups[0].takers.empty());
    CHECK(standings.target_slots().targets[1].standing.registration == Registration::draining);
    Event event = about(EventKind::put_back, "second");
    event.group = "web";
    CHECK(standings.apply(event));
    CHECK_FALSE(standings.apply(about_zone(EventKind::unshift, "west")));
    CHECK(standings.roster().directory->groups[0].takers == std::vector<TargetIndex>{0});
}

TEST_CASE("a rehearsal finds all that is wrong, and has the places of the end") {
    const std::vector<Event> events = {about(EventKind::drain, "fw-3"), reload(load(fw_1 + fw_3)),
                                       about(EventKind::drain, "fw-3"), about(EventKind::drain, "fw-5")};
    const Rehearsal rehearsal = rehearse(load(fw_1 + fw_2), events);
    CHECK(rehearsal.findings.size() == 2);
    CHECK(rehearsal.end.slots().appliances.size() == 3);
}
