// SPDX-License-Identifier: Apache-2.0
// Picks ask operator new for nothing, once the tables exist.
#include "select/flow_hash.hpp"
#include "select/ip_hash.hpp"
#include "select/least_connections.hpp"
#include "select/round_robin.hpp"
#include "select/sticky_table.hpp"
#include "select/weighted_choice.hpp"
#include "select/weighted_random.hpp"
#include "support/random.hpp"

#include "counted_allocations.hpp"
#include "spread.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::select;
using namespace sallyport::select::test;
using namespace std::chrono_literals;

TEST_CASE("picks among 500 targets allocate nothing once the tables are made") {
    const std::vector<std::uint16_t> weights(500, 10);
    std::vector<std::uint32_t> connections(500);
    const auto maglev = build_maglev(members(weights));
    const auto cycle = build_round_robin(weights);
    const auto rows = build_weighted_random(weights);
    SplitMix64 random(3);
    std::uint32_t turn = 0;
    std::uint32_t equals = 0;
    std::uint64_t sum = 0;

    const std::uint64_t before_table = allocations();
    StickyTable sticky(1'000, fixed_key);
    const std::uint64_t before = allocations();
    for (std::uint64_t number = 0; number < 5'000; ++number) {
        const StickyKey key = {.client = {0, number}, .endpoint = 0, .group = 0};
        const std::uint16_t least = pick_least_connections(
            weights, [&](std::size_t position) noexcept { return connections[position]; }, equals);
        ++connections[least];
        sticky.put(key, least, Instant{number}, 1s);
        if (number % 3 == 0) sticky.forget(key);
        sum += sticky.find(key, Instant{number});
        sum += member_at(maglev, flow_hash(fixed_key, {.low = key.client}));
        sum += member_at(maglev, ip_hash(fixed_key, key.client, 1));
        sum += next_in_turn(cycle, turn);
        sum += pick_weighted_random(rows, random.next());
        sum += pick_weighted(std::span(weights).first<5>(), random.next());
    }
    const std::uint64_t during = allocations() - before;
    CHECK(before - before_table == 1);
    CHECK(during == 0);
    CHECK(sum > 0);
}
