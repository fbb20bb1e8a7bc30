// SPDX-License-Identifier: Apache-2.0
// Positions over reloads: what stays keeps its own, what leaves keeps it until no flow holds it, what comes takes a
// free one.
#include "chain/slots.hpp"

#include "office.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

using namespace sallyport;
using namespace sallyport::chain;
using namespace sallyport::chain::test;

namespace {

const Standing fresh{.health = Health::initial};

using Appliances = std::vector<config::Appliance>;

Appliances& firewalls(config::Config& config) {
    return config.appliance_groups[0].appliances;
}

void add(config::Config& config, const char* name, const char* address_text) {
    firewalls(config).push_back(appliance(name, address_text));
}

void remove(config::Config& config, std::string_view name) {
    std::erase_if(firewalls(config), [&](const config::Appliance& each) { return each.name == name; });
}

ApplianceIndex at(const Slots& slots, const char* name) {
    return slots.appliance("firewalls", name);
}

} // namespace

TEST_CASE("the first slots are in the order of the file, registered and healthy") {
    const Slots slots = first_slots(office());
    REQUIRE(slots.appliances.size() == 3);
    CHECK(at(slots, "fw-1") == 0);
    CHECK(at(slots, "fw-2") == 1);
    CHECK(slots.appliance("sensors", "ids-1") == 2);
    CHECK(slots.appliance("sensors", "fw-1") == no_index);
    CHECK(slots.groups == std::vector<std::string>{"firewalls", "sensors"});
    CHECK(slots.chains == std::vector<std::string>{"perimeter"});
    CHECK(slots.appliances[1].address == address("198.51.100.12"));
    CHECK(slots.appliances[1].is_configured);
    CHECK_FALSE(slots.appliances[1].is_free);
    CHECK(slots.appliances[1].standing.health == Health::healthy);
    CHECK(slots.appliances[1].standing.registration == Registration::registered);
}

TEST_CASE("a file in another order changes no position") {
    config::Config config = office();
    const Slots before = first_slots(config);
    std::reverse(firewalls(config).begin(), firewalls(config).end());
    std::reverse(config.appliance_groups.begin(), config.appliance_groups.end());
    config.chains.insert(config.chains.begin(), config::Chain{"quick", {"sensors"}, 0});
    const Slots after = next_slots(before, config, fresh);
    CHECK(at(after, "fw-1") == 0);
    CHECK(at(after, "fw-2") == 1);
    CHECK(after.appliance("sensors", "ids-1") == 2);
    CHECK(after.groups == before.groups);
    CHECK(after.chains == std::vector<std::string>{"perimeter", "quick"});
}

TEST_CASE("what stays keeps its standing, and what it is is read anew") {
    config::Config config = office();
    Slots slots = first_slots(config);
    slots.appliances[0].standing = {.health = Health::unhealthy, .share_percent = 40, .zone_is_shifted = true};
    slots.appliances[1].standing.registration = Registration::draining; // by hand
    firewalls(config)[0].zone = "zone-b";
    config.appliance_groups[0].on_deregistered = config::Failover::reset;
    config.appliance_groups[0].payload = config::Payload::ethernet;
    slots = next_slots(slots, config, fresh);
    CHECK(slots.appliances[0].standing.health == Health::unhealthy);
    CHECK(slots.appliances[0].standing.share_percent == 40);
    CHECK(slots.appliances[0].standing.zone_is_shifted);
    CHECK(slots.appliances[0].zone == "zone-b");
    CHECK(slots.appliances[0].on_deregistered == config::Failover::reset);
    CHECK(slots.appliances[0].payload == config::Payload::ethernet);
    CHECK(slots.appliances[1].standing.registration == Registration::draining);
}

TEST_CASE("a newcomer gets a place behind the others, and the standing of newcomers") {
    config::Config config = office();
    Slots slots = first_slots(config);
    firewalls(config).insert(firewalls(config).begin(), appliance("fw-0", "198.51.100.10"));
    slots = next_slots(slots, config, fresh);
    CHECK(at(slots, "fw-0") == 3);
    CHECK(at(slots, "fw-1") == 0);
    CHECK(slots.appliances[3].standing.health == Health::initial);
}

TEST_CASE("an appliance that is taken out drains in its place, which nobody else gets") {
    config::Config config = office();
    Slots slots = first_slots(config);
    remove(config, "fw-1");
    add(config, "fw-3", "198.51.100.13");
    slots = next_slots(slots, config, fresh);
    CHECK(at(slots, "fw-1") == no_index);
    CHECK(slots.appliances[0].name == "fw-1");
    CHECK_FALSE(slots.appliances[0].is_configured);
    CHECK_FALSE(slots.appliances[0].is_free);
    CHECK(slots.appliances[0].standing.registration == Registration::draining);
    CHECK(at(slots, "fw-3") == 3);
}

TEST_CASE("one whose delay is over does not drain anew with the next reload") {
    config::Config config = office();
    Slots slots = first_slots(config);
    remove(config, "fw-1");
    slots = next_slots(slots, config, fresh);
    slots.appliances[0].standing.registration = Registration::deregistered;
    slots = next_slots(slots, config, fresh);
    CHECK(slots.appliances[0].standing.registration == Registration::deregistered);
}

TEST_CASE("one that was drained by hand to the end does not drain anew when it is taken out") {
    config::Config config = office();
    Slots slots = first_slots(config);
    slots.appliances[0].standing.registration = Registration::deregistered;
    slots.appliances[1].standing.registration = Registration::draining;
    remove(config, "fw-1");
    remove(config, "fw-2");
    slots = next_slots(slots, config, fresh);
    CHECK(slots.appliances[0].standing.registration == Registration::deregistered);
    CHECK(slots.appliances[1].standing.registration == Registration::draining);
}

TEST_CASE("a place that no flow holds any more is the next newcomer's") {
    config::Config config = office();
    Slots slots = first_slots(config);
    remove(config, "fw-1");
    remove(config, "fw-2");
    slots = next_slots(slots, config, fresh);
    slots.appliances[1].is_free = true;
    add(config, "fw-3", "198.51.100.13");
    add(config, "fw-4", "198.51.100.14");
    slots = next_slots(slots, config, fresh);
    CHECK(at(slots, "fw-3") == 1);
    CHECK(slots.appliances[1].is_configured);
    CHECK_FALSE(slots.appliances[1].is_free);
    CHECK(slots.appliances[1].standing.registration == Registration::registered);
    CHECK(at(slots, "fw-4") == 3);
    CHECK(slots.appliances.size() == 4);
}

TEST_CASE("one that comes back gets its own place and begins anew, draining or deregistered") {
    for (const Registration reached : {Registration::draining, Registration::deregistered}) {
        config::Config config = office();
        const config::Config whole = config;
        Slots slots = first_slots(config);
        remove(config, "fw-1");
        slots = next_slots(slots, config, fresh);
        slots.appliances[0].standing = {.health = Health::unhealthy, .registration = reached, .share_percent = 3};
        slots = next_slots(slots, whole, fresh);
        CHECK(at(slots, "fw-1") == 0);
        CHECK(slots.appliances.size() == 3);
        CHECK(slots.appliances[0].standing.registration == Registration::registered);
        CHECK(slots.appliances[0].standing.health == Health::initial);
        CHECK(slots.appliances[0].standing.share_percent == 100);
    }
}

TEST_CASE("one that comes back after its place was freed is a newcomer") {
    config::Config config = office();
    const config::Config whole = config;
    Slots slots = first_slots(config);
    remove(config, "fw-1");
    remove(config, "fw-2");
    slots = next_slots(slots, config, fresh);
    slots.appliances[0].is_free = slots.appliances[1].is_free = true;
    firewalls(config) = {whole.appliance_groups[0].appliances[1], whole.appliance_groups[0].appliances[0]};
    slots = next_slots(slots, config, fresh);
    CHECK(at(slots, "fw-2") == 0);
    CHECK(at(slots, "fw-1") == 1);
}

TEST_CASE("the same name at another address is another appliance, until it is at the old one again") {
    config::Config config = office();
    const config::Config whole = config;
    Slots slots = first_slots(config);
    firewalls(config)[0].address = address("198.51.100.99");
    slots = next_slots(slots, config, fresh);
    CHECK(at(slots, "fw-1") == 3);
    CHECK(slots.appliances[3].address == address("198.51.100.99"));
    CHECK(slots.appliances[0].address == address("198.51.100.11"));
    CHECK(slots.appliances[0].standing.registration == Registration::draining);
    slots = next_slots(slots, whole, fresh);
    CHECK(at(slots, "fw-1") == 0);
    CHECK(slots.appliances[3].standing.registration == Registration::draining);
}

TEST_CASE("one that becomes a mirror is another appliance: flows that visited it go on to") {
    config::Config config = office();
    const Slots before = first_slots(config);
    config.appliance_groups[0].mode = config::GroupMode::mirror;
    const Slots after = next_slots(before, config, fresh);
    REQUIRE(after.appliances.size() == 5);
    for (const std::size_t old : {0U, 1U}) {
        CHECK_FALSE(after.appliances[old].is_configured);
        CHECK(after.appliances[old].mode == config::GroupMode::in_line);
        CHECK(after.appliances[old].standing.registration == Registration::draining);
    }
    CHECK(at(after, "fw-1") == 3);
    CHECK(after.appliances[3].mode == config::GroupMode::mirror);
}

TEST_CASE("an appliance of two groups has a place in each") {
    config::Config config = office();
    config.appliance_groups[1].appliances.push_back(appliance("fw-1", "198.51.100.11"));
    Slots slots = first_slots(config);
    remove(config, "fw-1");
    slots = next_slots(slots, config, fresh);
    CHECK(at(slots, "fw-1") == no_index);
    CHECK(slots.appliance("sensors", "fw-1") == 3);
    CHECK(slots.appliances[3].standing.registration == Registration::registered);
}

TEST_CASE("a group that is taken out leaves its number, and what it last said to those that drain") {
    config::Config config = office();
    config.appliance_groups[0].on_deregistered = config::Failover::keep;
    Slots slots = first_slots(config);
    remove(config, "fw-1");
    slots = next_slots(slots, config, fresh); // fw-1 leaves under `keep`
    config.appliance_groups[0].on_deregistered = config::Failover::reset;
    config.appliance_groups[0].payload = config::Payload::ethernet;
    config.appliance_groups[0].mode = config::GroupMode::mirror;
    slots = next_slots(slots, config, fresh);
    config.appliance_groups.erase(config.appliance_groups.begin());
    slots = next_slots(slots, config, fresh);
    CHECK(slots.groups == std::vector<std::string>{"firewalls", "sensors"});
    for (const std::size_t left : {0U, 1U}) {
        CHECK(slots.appliances[left].standing.registration == Registration::draining);
        CHECK(slots.appliances[left].on_deregistered == config::Failover::reset);
        CHECK(slots.appliances[left].payload == config::Payload::ethernet);
        CHECK(slots.appliances[left].mode == config::GroupMode::in_line); // which their flows began with
    }
    CHECK(slots.appliances[2].standing.registration == Registration::registered);
}

TEST_CASE("over any row of reloads no place changes hands before it is free") {
    std::mt19937 random(20261121);
    const auto chance = [&](unsigned percent) { return random() % 100 < percent; };
    for (unsigned run = 0; run < 20; ++run) {
        Slots slots = first_slots(office());
        for (unsigned reload = 0; reload < 50; ++reload) {
            config::Config config = office();
            firewalls(config).clear();
            for (unsigned i = 0; i < 12; ++i) {
                const std::string name = "fw-" + std::to_string(i);
                const std::string there = "198.51.100." + std::to_string(chance(10) ? 100 + i : 10 + i);
                if (chance(60)) add(config, name.c_str(), there.c_str());
            }
            const Slots before = slots;
            slots = next_slots(slots, config, fresh);
            REQUIRE(slots.appliances.size() >= before.appliances.size());
            for (std::size_t i = 0; i < before.appliances.size(); ++i) {
                if (before.appliances[i].is_free) continue;
                REQUIRE(slots.appliances[i].name == before.appliances[i].name);
                REQUIRE(slots.appliances[i].address == before.appliances[i].address);
            }
            for (const config::Appliance& each : firewalls(config)) {
                const ApplianceIndex index = at(slots, each.name.c_str());
                REQUIRE(index != no_index);
                REQUIRE(slots.appliances[index].address == each.address);
                REQUIRE(slots.appliances[index].standing.registration == Registration::registered);
            }
            const auto configured = std::count_if(slots.appliances.begin(), slots.appliances.end(),
                                                  [](const Place& each) { return each.is_configured; });
            REQUIRE(static_cast<std::size_t>(configured) == firewalls(config).size() + 1);
            for (Place& place : slots.appliances)
                if (!place.is_configured && chance(30)) place.is_free = true;
        }
        CHECK(slots.appliances.size() <= 25); // 12 names at two addresses each, and the sensor
    }
}
