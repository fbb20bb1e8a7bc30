// SPDX-License-Identifier: Apache-2.0
// What a round promises: exact shares over a cycle, turns spread over it, a bounded cycle. (That the order is nginx's
// is what round_robin_oracle.py and round_robin_nginx.py look at.)
#include "select/round_robin.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>

using namespace sallyport;
using namespace sallyport::select;

namespace {

std::vector<std::uint32_t> turns(const std::vector<std::uint16_t>& cycle, std::size_t members) {
    std::vector<std::uint32_t> counts(members);
    for (const std::uint16_t member : cycle)
        ++counts.at(member);
    return counts;
}

} // namespace

TEST_CASE("equal members take turns in their order") {
    for (const std::uint16_t weight : std::initializer_list<std::uint16_t>{1, 7, 999})
        CHECK(build_round_robin(std::vector<std::uint16_t>(4, weight)) == std::vector<std::uint16_t>{0, 1, 2, 3});
}

TEST_CASE("a cycle has as many turns of each as its weight says, in the smallest numbers") {
    const std::vector<std::uint16_t> weights = {300, 100, 0, 600, 50};
    CHECK(turns(build_round_robin(weights), 5) == std::vector<std::uint32_t>{6, 2, 0, 12, 1});
    const std::vector<std::uint16_t> extremes = {999, 1, 998};
    CHECK(turns(build_round_robin(extremes), 3) == std::vector<std::uint32_t>{999, 1, 998});
}

TEST_CASE("turns are spread: every stretch of a cycle has each member's share to a turn or two") {
    const std::vector<std::uint16_t> weights = {5, 1, 1, 20, 3};
    const auto cycle = build_round_robin(weights);
    std::vector<double> had(weights.size());
    double worst = 0;
    for (std::size_t turn = 0; turn < cycle.size(); ++turn) {
        had[cycle[turn]] += 1;
        for (std::size_t member = 0; member < weights.size(); ++member)
            worst = std::max(worst, std::abs(had[member] - static_cast<double>(turn + 1) * weights[member] / 30));
    }
    CHECK(worst < 1.5);
}

TEST_CASE("weights that need a longer cycle are rounded, and nobody is rounded away") {
    std::vector<std::uint16_t> weights;
    for (unsigned member = 0; member < 500; ++member)
        weights.push_back(static_cast<std::uint16_t>(member * 2 % 1000 + (member % 2)));
    weights.push_back(1);
    double total = 0;
    for (const std::uint16_t weight : weights)
        total += weight;
    const auto cycle = build_round_robin(weights);
    CHECK(cycle.size() <= max_turns + weights.size());
    CHECK(cycle.size() >= max_turns - weights.size());
    const auto counts = turns(cycle, weights.size());
    for (std::size_t member = 0; member < weights.size(); ++member) {
        const double share = weights[member] * double{max_turns} / total;
        INFO("member " << member << " of weight " << weights[member]);
        if (weights[member] == 0) CHECK(counts[member] == 0);
        if (weights[member] != 0) CHECK(std::abs(counts[member] - share) <= (share < 0.5 ? 1 : 0.5));
        if (weights[member] != 0) CHECK(counts[member] >= 1);
    }
}

TEST_CASE("more members than turns have one each") {
    CHECK(build_round_robin(std::vector<std::uint16_t>(17'000, 3)).size() == 17'000);
}

TEST_CASE("a cursor goes round, from wherever it stands") {
    const std::vector<std::uint16_t> cycle = {4, 5, 6};
    std::uint32_t cursor = 2;
    CHECK(next_in_turn(cycle, cursor) == 6);
    CHECK(next_in_turn(cycle, cursor) == 4);
    CHECK(next_in_turn(cycle, cursor) == 5);
    CHECK(next_in_turn(cycle, cursor) == 6);
    // The cycle was a longer one a moment ago, or the cursor is any number.
    cursor = 0xfffffffe;
    CHECK(next_in_turn(cycle, cursor) == 6);
    CHECK(next_in_turn(cycle, cursor) == 4);
}

TEST_CASE("nobody has a turn where nobody has a weight") {
    std::uint32_t cursor = 3;
    CHECK(build_round_robin({}).empty());
    CHECK(build_round_robin(std::vector<std::uint16_t>{0, 0}).empty());
    CHECK(next_in_turn({}, cursor) == no_index);
}
