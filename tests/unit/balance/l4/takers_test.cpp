// SPDX-License-Identifier: Apache-2.0
// Who of a target group takes new flows: weights, zones, health, and what is done when too few are healthy.
#include "balance/l4/takers.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace sallyport;
using namespace sallyport::balance;
using chain::Health;
using chain::Registration;

namespace {

using Indexes = std::vector<TargetIndex>;

/// A group of as many targets, all alike and healthy, until a test says otherwise.
struct Group {
    explicit Group(std::size_t count = 4) {
        from.name = group.name = "web";
        from.cross_zone = true;
        for (std::size_t i = 0; i < count; ++i) {
            Target target;
            target.address = IpAddress::v4(0xcb00'7100U + static_cast<std::uint32_t>(i));
            target.port = 80;
            target.group = 0;
            target.weight = 1;
            targets.push_back(target);
            group.targets.push_back(static_cast<TargetIndex>(i));
        }
    }
    Indexes takers() {
        group.algorithm = from.algorithm;
        TargetGroup made = group;
        choose_takers(zone, from, targets, made);
        chosen = made;
        return made.takers;
    }
    void set(std::initializer_list<TargetIndex> indexes, Health health) {
        for (const TargetIndex index : indexes)
            targets[index].standing.health = health;
    }

    std::string zone;
    config::TargetGroup from;
    std::vector<Target> targets;
    TargetGroup group;
    TargetGroup chosen;
};

} // namespace

TEST_CASE("healthy targets that are registered and have a weight take flows, in the order of their places") {
    Group group;
    CHECK(group.takers() == Indexes{0, 1, 2, 3});
    group.targets[0].weight = 0;
    group.targets[1].standing.registration = Registration::draining;
    group.targets[2].standing.registration = Registration::deregistered;
    CHECK(group.takers() == Indexes{3});
    group.targets[3].standing.zone_is_shifted = true;
    CHECK(group.takers().empty());
    CHECK_FALSE(group.chosen.is_failing_open); // there is nobody to fail open to
}

TEST_CASE("targets that are not healthy take no flows while others are") {
    Group group;
    group.set({0}, Health::unhealthy);
    group.set({1}, Health::initial);
    CHECK(group.takers() == Indexes{2, 3});
    CHECK_FALSE(group.chosen.is_failing_open);
}

TEST_CASE("without cross_zone only targets of the gateway's zone, and those of none, take flows") {
    Group group;
    group.from.cross_zone = false;
    group.targets[0].zone = "a";
    group.targets[1].zone = "b";
    CHECK(group.takers() == Indexes{0, 1, 2, 3}); // the gateway stands nowhere in particular
    group.zone = "a";
    CHECK(group.takers() == Indexes{0, 2, 3});
    group.from.cross_zone = true;
    CHECK(group.takers() == Indexes{0, 1, 2, 3});
}

TEST_CASE("thresholds are of the targets in reach: unhealthy ones of another zone open nothing") {
    Group group;
    group.from.cross_zone = false;
    group.zone = "a";
    for (TargetIndex i = 0; i < 4; ++i)
        group.targets[i].zone = i < 2 ? "a" : "b";
    group.set({2, 3}, Health::unhealthy);
    group.from.healthy_minimum = {.count = 1, .percent = 100};
    CHECK(group.takers() == Indexes{0, 1});
    group.set({0}, Health::unhealthy);
    CHECK(group.takers() == Indexes{0, 1});
    CHECK(group.chosen.is_failing_open);
}

TEST_CASE("with nobody healthy all that are registered take flows") {
    Group group;
    group.set({0, 1, 2, 3}, Health::unhealthy);
    group.targets[3].standing.registration = Registration::draining;
    CHECK(group.takers() == Indexes{0, 1, 2});
    CHECK(group.chosen.is_failing_open);
}

TEST_CASE("with fewer healthy targets than count or percent all take flows; with as many only they do") {
    struct Case {
        config::HealthyMinimum minimum;
        std::size_t healthy;
        bool fails_open;
    };
    const auto [minimum, healthy, fails_open] = GENERATE(values<Case>({
        {{.count = 1, .percent = 0}, 1, false},
        {{.count = 1, .percent = 0}, 0, true},
        {{.count = 3, .percent = 0}, 3, false},
        {{.count = 3, .percent = 0}, 2, true},
        {{.count = 1, .percent = 50}, 5, false},
        {{.count = 1, .percent = 50}, 4, true},
        {{.count = 1, .percent = 41}, 4, true},
        {{.count = 1, .percent = 40}, 4, false},
        {{.count = 6, .percent = 40}, 5, true}, // both conditions
        {{.count = 1, .percent = 100}, 9, true},
        {{.count = 99, .percent = 0}, 10, false}, // more than there are: all of them
        {{.count = 99, .percent = 0}, 9, true},
    }));
    Group group(10);
    group.from.healthy_minimum = minimum;
    for (std::size_t i = healthy; i < 10; ++i)
        group.targets[i].standing.health = Health::unhealthy;
    CHECK(group.takers().size() == (fails_open ? 10 : healthy));
    CHECK(group.chosen.is_failing_open == fails_open);
}

TEST_CASE("weights are as configured, and shares of slow start in one unit with them") {
    Group group(2);
    group.targets[0].weight = 999;
    group.targets[1].weight = 3;
    static_cast<void>(group.takers());
    CHECK(group.chosen.weights[0] == 333 * group.chosen.weights[1]);
    group.targets[1].standing.share_percent = 50;
    static_cast<void>(group.takers());
    CHECK(group.chosen.weights[0] == 666 * group.chosen.weights[1]);
    group.targets[1].weight = 1;
    group.targets[1].standing.share_percent = 5;
    static_cast<void>(group.takers());
    CHECK(group.chosen.weights[1] >= 1); // not nobody
}

TEST_CASE("who is mitigated has a part of its weight, and of its share of slow start") {
    Group group(3);
    group.targets[1].mitigated_percent = 10;
    group.targets[2].standing.share_percent = 50;
    group.targets[2].mitigated_percent = 40;
    static_cast<void>(group.takers());
    CHECK(group.chosen.weights[0] == 10 * group.chosen.weights[1]);
    CHECK(group.chosen.weights[0] == 5 * group.chosen.weights[2]);
    group.targets[2].standing.share_percent = 5;
    group.targets[2].mitigated_percent = 10;
    static_cast<void>(group.takers());
    CHECK(group.chosen.weights[2] >= 1);
}

TEST_CASE("flow hash shares places by weight, and one who leaves takes few others' with it") {
    Group group(4);
    group.from.algorithm = GENERATE(config::Algorithm::flow_hash, config::Algorithm::ip_hash);
    group.targets[2].weight = 3;
    static_cast<void>(group.takers());
    const std::vector<std::uint16_t> before = group.chosen.maglev;
    REQUIRE(!before.empty());
    const auto share = [&](std::uint16_t place) {
        return static_cast<double>(std::ranges::count(before, place)) / static_cast<double>(before.size());
    };
    CHECK(share(2) == Approx(0.5).margin(0.01));
    CHECK(share(0) == Approx(1.0 / 6).margin(0.01));
    group.set({3}, Health::unhealthy); // the last, so that positions among takers stay
    static_cast<void>(group.takers());
    REQUIRE(group.chosen.maglev.size() == before.size());
    std::size_t moved = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
        if (before[i] != 3 && before[i] != group.chosen.maglev[i]) ++moved;
    }
    CHECK(static_cast<double>(moved) / static_cast<double>(before.size()) < 0.05);
}
