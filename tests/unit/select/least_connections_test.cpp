// SPDX-License-Identifier: Apache-2.0
// Connections that come and go: the counts follow the weights, and equals take turns.
#include "select/least_connections.hpp"
#include "support/random.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

using namespace sallyport;
using namespace sallyport::select;

namespace {

/// Targets by their counts of connections.
struct Targets {
    std::vector<std::uint16_t> weights;
    std::vector<std::uint32_t> connections = std::vector<std::uint32_t>(weights.size());
    std::uint32_t cursor = 0;

    std::uint16_t pick() {
        return pick_least_connections(
            weights, [this](std::size_t position) noexcept { return connections[position]; }, cursor);
    }
};

} // namespace

TEST_CASE("a flow goes where the fewest connections are for the weight") {
    Targets targets{{1, 1, 1}, {3, 2, 4}};
    CHECK(targets.pick() == 1);
    // Loads with this flow: 10 / 2, 6 / 1, 12 / 3.
    Targets weighted{{2, 1, 3}, {9, 5, 11}};
    CHECK(weighted.pick() == 2);
    // The flow itself counts: 1 / 1 is more than 2 / 10, though the first has nobody yet.
    Targets idle{{1, 10}, {0, 1}};
    CHECK(idle.pick() == 1);
}

TEST_CASE("loads are compared exactly, however large they are") {
    // 4294967295 / 999 against 4294967294 / 999, and against 4290672329 / 998: 4299267.56256, .56156 and 4299270.9.
    Targets close{{999, 999, 998}, {4294967294U, 4294967293U, 4290672328U}};
    CHECK(close.pick() == 1);
    Targets full{{65534, 65535}, {0xffffffff, 0xffffffff}};
    CHECK(full.pick() == 1);
}

TEST_CASE("equals take turns, also where they are not neighbours") {
    Targets targets{{1, 1, 1, 1}, {0, 9, 9, 0}};
    std::vector<unsigned> picks(4);
    for (unsigned i = 0; i < 100; ++i)
        ++picks[targets.pick()];
    CHECK(picks == std::vector<unsigned>{50, 0, 0, 50});
}

TEST_CASE("a target of weight 0 gets nothing, and all of weight 0 are nobody") {
    Targets targets{{0, 5, 0}, {0, 1'000'000, 0}};
    for (unsigned i = 0; i < 10; ++i)
        CHECK(targets.pick() == 1);
    Targets asleep{{0, 0}};
    CHECK(asleep.pick() == no_index);
    Targets nobody{{}};
    CHECK(nobody.pick() == no_index);
}

TEST_CASE("a cursor beyond the end, after a change of targets, does no harm") {
    Targets targets{{1, 1}, {7, 3}, 999};
    CHECK(targets.pick() == 1);
}

TEST_CASE("connections that come and go stay in proportion to weights") {
    Targets targets{{1, 2, 0, 10, 999, 300}};
    SplitMix64 random(1);
    std::vector<std::uint16_t> open;
    for (unsigned event = 0; event < 200'000; ++event) {
        // Up to 20,000 connections, then one ends, any one, for each that begins.
        if (open.size() == 20'000) {
            std::uint16_t& ended = open[random.next() % open.size()];
            --targets.connections[ended];
            ended = targets.pick();
            ++targets.connections[ended];
            continue;
        }
        open.push_back(targets.pick());
        ++targets.connections[open.back()];
    }
    for (std::size_t position = 0; position < targets.weights.size(); ++position) {
        const double share = 20'000.0 * targets.weights[position] / 1312;
        INFO("position " << position << " has " << targets.connections[position] << " of " << share);
        CHECK(std::abs(targets.connections[position] - share) <= std::max(2.0, share * 0.001));
    }
}

TEST_CASE("a target whose connections last ten times as long gets a tenth of the flows") {
    // What round robin can not do: the counts even out, not the flows.
    Targets targets{{1, 1}};
    std::vector<std::uint64_t> flows(2);
    struct Connection {
        std::uint16_t target;
        std::uint64_t ends;
    };
    std::vector<Connection> open;
    for (std::uint64_t now = 0; now < 20'000; ++now) {
        std::erase_if(open, [&](const Connection& connection) {
            if (connection.ends > now) return false;
            --targets.connections[connection.target];
            return true;
        });
        const std::uint16_t target = targets.pick();
        ++targets.connections[target];
        ++flows[target];
        open.push_back({target, now + (target == 0 ? 1'000 : 100)});
    }
    CHECK(static_cast<double>(flows[1]) / static_cast<double>(flows[0]) == Approx(10).epsilon(0.15));
}
