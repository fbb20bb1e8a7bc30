// SPDX-License-Identifier: Apache-2.0
// How much a change of one appliance moves: its own share, and of the others' not more than Maglev's little (section
// 3.4 of the paper). Over random groups, always the same ones.
#include "office.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <string>

using namespace sallyport;
using namespace sallyport::chain;
using namespace sallyport::chain::test;

namespace {

constexpr double bystanders = 0.01; // of all slots: what may change between appliances that did not

struct RandomGroup {
    config::Config config;
    std::size_t chosen = 0; // that leaves or comes
};

RandomGroup random_group(std::mt19937& random, bool weighted) {
    RandomGroup group{office(), 0};
    auto& appliances = group.config.appliance_groups[0].appliances;
    const std::size_t count = 2 + random() % 39;
    appliances.clear();
    for (std::size_t i = 0; i < count; ++i) {
        const std::string name = "fw-" + std::to_string(random());
        const auto weight = static_cast<std::uint16_t>(weighted ? 1 + random() % 5 : 1);
        appliances.push_back(appliance(name.c_str(), ("198.51.100." + std::to_string(i + 2)).c_str(), weight));
    }
    group.chosen = random() % count;
    return group;
}

/// The parts of all slots that one roster gives to `index` and the other does not, and that changed between others.
struct Change {
    double own = 0;
    double others = 0;
};

Change compare(const Roster& with, const Roster& without, ApplianceIndex index) {
    const auto& full = with.groups[0].maglev;
    const auto& rest = without.groups[0].maglev;
    REQUIRE(full.size() == rest.size());
    std::size_t own = 0;
    std::size_t others = 0;
    for (std::size_t slot = 0; slot < full.size(); ++slot) {
        if (full[slot] == index) {
            ++own;
        } else if (full[slot] != rest[slot]) {
            ++others;
        }
    }
    const auto part = [&](std::size_t count) { return double(count) / double(full.size()); };
    return {part(own), part(others)};
}

double share_by_weight(const config::ApplianceGroup& group, std::size_t index) {
    double sum = 0;
    for (const config::Appliance& each : group.appliances)
        sum += each.weight;
    return group.appliances[index].weight / sum;
}

} // namespace

TEST_CASE("taking out one of n appliances moves its share of the slots, and hardly any other") {
    std::mt19937 random(3);
    for (unsigned run = 0; run < 40; ++run) {
        RandomGroup group = random_group(random, run % 2 == 1);
        const Slots before = first_slots(group.config);
        const Roster full = build_roster(group.config, before);
        auto& appliances = group.config.appliance_groups[0].appliances;
        const double expected = share_by_weight(group.config.appliance_groups[0], group.chosen);
        const auto leaver = static_cast<ApplianceIndex>(group.chosen);
        appliances.erase(appliances.begin() + static_cast<std::ptrdiff_t>(group.chosen));
        const Roster rest = build_roster(group.config, next_slots(before, group.config, {}));

        const Change change = compare(full, rest, leaver);
        INFO("run " << run << ", " << appliances.size() + 1 << " appliances: own " << change.own << ", others "
                    << change.others);
        CHECK(std::ranges::count(rest.groups[0].maglev, leaver) == 0);
        CHECK(change.own == Approx(expected).epsilon(0.03));
        CHECK(change.others <= bystanders);
    }
}

TEST_CASE("adding an appliance moves at most its share of the slots to it, and hardly any between the others") {
    std::mt19937 random(4);
    for (unsigned run = 0; run < 40; ++run) {
        RandomGroup group = random_group(random, run % 2 == 1);
        const Slots before = first_slots(group.config);
        const Roster without = build_roster(group.config, before);
        auto& appliances = group.config.appliance_groups[0].appliances;
        appliances.insert(appliances.begin(), appliance("newcomer", "198.51.100.200", appliances[0].weight));
        const double expected = share_by_weight(group.config.appliance_groups[0], 0);
        const Slots after = next_slots(before, group.config, {});
        const Roster with = build_roster(group.config, after);

        const Change change = compare(with, without, after.appliance("firewalls", "newcomer"));
        INFO("run " << run << ", " << appliances.size() << " appliances: own " << change.own << ", others "
                    << change.others);
        CHECK(change.own == Approx(expected).epsilon(0.03));
        CHECK(change.others <= bystanders);
    }
}

TEST_CASE("one that falls sick, drains, or is in a zone shifted away leaves the very table that its absence leaves") {
    std::mt19937 random(5);
    for (unsigned run = 0; run < 12; ++run) {
        RandomGroup group = random_group(random, true);
        Slots slots = first_slots(group.config);
        Standing& standing = slots.appliances[group.chosen].standing;
        if (run % 3 == 0) standing.health = Health::unhealthy;
        if (run % 3 == 1) standing.registration = Registration::draining;
        if (run % 3 == 2) standing.zone_is_shifted = true;
        const Roster out = build_roster(group.config, slots);
        auto& appliances = group.config.appliance_groups[0].appliances;
        appliances.erase(appliances.begin() + static_cast<std::ptrdiff_t>(group.chosen));
        const Roster gone = build_roster(group.config, next_slots(slots, group.config, {}));
        CHECK(out.groups[0].maglev == gone.groups[0].maglev);
    }
}

TEST_CASE("a share that grows takes slots from the others, and moves hardly any between them") {
    std::mt19937 random(6);
    for (unsigned run = 0; run < 10; ++run) {
        const RandomGroup group = random_group(random, true);
        Slots slots = first_slots(group.config);
        std::uint16_t percent = 10;
        slots.appliances[group.chosen].standing.share_percent = percent;
        Roster before = build_roster(group.config, slots);
        while (percent < 100) {
            percent = static_cast<std::uint16_t>(percent + 15);
            slots.appliances[group.chosen].standing.share_percent = percent;
            const Roster after = build_roster(group.config, slots);
            const Change change = compare(after, before, static_cast<ApplianceIndex>(group.chosen));
            INFO("run " << run << ", " << percent << " %: others " << change.others);
            CHECK(change.others <= bystanders);
            before = after;
        }
    }
}
