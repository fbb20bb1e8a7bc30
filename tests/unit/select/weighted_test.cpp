// SPDX-License-Identifier: Apache-2.0
// Weighted random and weighted target groups: shares by weight, exactly in the table and as chance has it in picks.
#include "select/maglev.hpp"
#include "select/weighted_choice.hpp"
#include "select/weighted_random.hpp"
#include "support/random.hpp"

#include "chi_square.hpp"
#include "spread.hpp"

#include <array>
#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::select;
using namespace sallyport::select::test;

namespace {

std::vector<std::vector<std::uint16_t>> weight_lists() {
    std::vector<std::vector<std::uint16_t>> lists = {
        {1}, {0, 5, 0}, {1, 999}, {1, 1, 1}, {999, 1, 500, 0, 2}, {65535, 1, 30000}, {0, 1, 0, 2, 0, 3}};
    std::vector<std::uint16_t> many;
    SplitMix64 random(500);
    for (unsigned member = 0; member < 500; ++member)
        many.push_back(static_cast<std::uint16_t>(random.next() % 1000));
    lists.push_back(many);
    return lists;
}

} // namespace

TEST_CASE("the rows of an alias table hold each member's share") {
    for (const auto& weights : weight_lists()) {
        double total = 0;
        for (const std::uint16_t weight : weights)
            total += weight;
        const auto rows = build_weighted_random(weights);
        std::vector<double> share(weights.size());
        for (const AliasRow& row : rows) {
            share.at(row.member) += row.keep / 4294967296.0 / static_cast<double>(rows.size());
            share.at(row.alias) += (1 - row.keep / 4294967296.0) / static_cast<double>(rows.size());
        }
        for (std::size_t member = 0; member < weights.size(); ++member) {
            INFO("member " << member << " of " << weights.size() << ", weight " << weights[member]);
            CHECK(share[member] == Approx(weights[member] / total).margin(1e-9).epsilon(0));
        }
    }
}

TEST_CASE("random picks are spread as chance would do it") {
    SplitMix64 random(1977);
    for (const auto& weights : weight_lists()) {
        const auto rows = build_weighted_random(weights);
        if (rows.size() == 1) continue;
        const auto counts = count_picks(weights.size(), 400'000,
                                        [&](std::uint64_t) { return pick_weighted_random(rows, random.next()); });
        INFO(weights.size() << " members, the first of weight " << weights[0]);
        CHECK(chance_of(counts, weights) > too_rare);
    }
}

TEST_CASE("the lowest and the highest random number stand for a member too") {
    for (const auto& weights : weight_lists()) {
        const auto rows = build_weighted_random(weights);
        for (const std::uint64_t random : {std::uint64_t{0}, ~std::uint64_t{0}, std::uint64_t{0xffffffff}})
            CHECK(weights.at(pick_weighted_random(rows, random)) > 0);
    }
}

TEST_CASE("nobody is picked where nobody has a weight") {
    CHECK(build_weighted_random({}).empty());
    CHECK(build_weighted_random(std::vector<std::uint16_t>{0, 0}).empty());
    CHECK(pick_weighted_random({}, 7) == no_index);
    CHECK(pick_weighted({}, 7) == no_index);
    CHECK(pick_weighted(std::array<std::uint16_t, 2>{0, 0}, 7) == no_index);
}

TEST_CASE("target groups are chosen by weight") {
    const std::vector<std::vector<std::uint16_t>> lists = {
        {1, 1}, {90, 10}, {0, 999, 1, 0, 500}, {1, 999}, {999, 999, 999, 999, 999}, {0, 0, 3, 1}};
    for (const auto& weights : lists) {
        const auto counts = count_picks(weights.size(), 200'000, [&](std::uint64_t number) {
            return pick_weighted(weights, siphash13<1>(fixed_key, {number}));
        });
        INFO(weights.size() << " groups, the first of weight " << weights[0]);
        CHECK(chance_of(counts, weights) > too_rare);
    }
    // The ends of the line.
    const std::array<std::uint16_t, 4> ends = {0, 1, 999, 0};
    CHECK(pick_weighted(ends, 0) == 1);
    CHECK(pick_weighted(ends, ~std::uint64_t{0}) == 2);
}

TEST_CASE("when shares shift only the flows of the shift move") {
    // From 9 in 10 to 2 in 3: the sum of the weights changes as well.
    const std::array<std::uint16_t, 2> before = {90, 10};
    const std::array<std::uint16_t, 2> after = {2, 1};
    unsigned moved = 0;
    unsigned back = 0;
    for (std::uint64_t number = 0; number < 100'000; ++number) {
        const std::uint64_t hash = siphash13<1>(fixed_key, {number});
        const std::uint16_t was = pick_weighted(before, hash);
        const std::uint16_t is = pick_weighted(after, hash);
        if (was == 0 && is == 1) ++moved;
        if (was == 1 && is == 0) ++back;
    }
    CHECK(moved == Approx(23'333).epsilon(0.03));
    CHECK(back == 0);
}

TEST_CASE("the choice of a group says nothing about the slot in it") {
    // One hash serves for both: the flows of the smaller group still meet all its members alike.
    const std::array<std::uint16_t, 2> groups = {95, 5};
    const std::vector<std::uint16_t> weights(20, 1);
    const auto table = build_maglev(members(weights));
    std::vector<std::uint64_t> counts(weights.size());
    for (std::uint64_t number = 0; number < 1'000'000; ++number) {
        const std::uint64_t hash = siphash13<1>(fixed_key, {number});
        if (pick_weighted(groups, hash) == 1) ++counts[member_at(table, hash)];
    }
    CHECK(chance_of(counts, weights) > too_rare);
}
