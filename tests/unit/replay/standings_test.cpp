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

const std::string fw_1 = "      - {name: fw-1, address: 198.51.100.11, zone: west}\n";
const std::string fw_2 = "      - {name: fw-2, address: 198.51.100.12, zone: east}\n";
const std::string fw_3 = "      - {name: fw-3, address: 198.51.100.13, zone: west}\n";

Event about(EventKind kind, const std::string& appliance) {
    Event event;
    event.kind = kind;
    event.group = "firewalls";
    event.appliance = appliance;
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

TEST_CASE("a rehearsal finds all that is wrong, and has the places of the end") {
    const std::vector<Event> events = {about(EventKind::drain, "fw-3"), reload(load(fw_1 + fw_3)),
                                       about(EventKind::drain, "fw-3"), about(EventKind::drain, "fw-5")};
    const Rehearsal rehearsal = rehearse(load(fw_1 + fw_2), events);
    CHECK(rehearsal.findings.size() == 2);
    CHECK(rehearsal.end.slots().appliances.size() == 3);
}
