// SPDX-License-Identifier: Apache-2.0
#include "flow/flow_table.hpp"
#include "flow/hop_clock.hpp"
#include "tuples.hpp"

#include <catch2/catch.hpp>

using namespace sallyport::flow;
using namespace sallyport::flow::test;

namespace {

constexpr std::uint32_t second_us = 1'000'000;

void visit(HopClock& clock, const TimedPacket& packet, std::uint32_t from_us, std::uint32_t to_us) {
    clock.leave(packet, from_us);
    clock.come_back(packet, to_us);
}

} // namespace

TEST_CASE("a packet's time away counts for its hop, and the mean is over all that were timed") {
    HopClock clock;
    visit(clock, {7, 0, true}, 100, 150);
    visit(clock, {8, 1, true}, 150, 450);
    visit(clock, {9, 1, false}, 500, 600);
    CHECK(clock.visits(0) == 1);
    CHECK(clock.mean_us(0) == 50);
    CHECK(clock.visits(1) == 2);
    CHECK(clock.mean_us(1) == 200);
    CHECK(clock.visits(2) == 0);
    CHECK(clock.mean_us(2) == 0);
}

TEST_CASE("another packet, another hop or the other direction does not stop the clock") {
    HopClock clock;
    clock.leave({7, 1, true}, 0);
    clock.come_back({8, 1, true}, 10);
    clock.come_back({7, 0, true}, 20);
    clock.come_back({7, 1, false}, 30);
    CHECK(clock.visits(0) + clock.visits(1) == 0);
    clock.leave({8, 0, true}, 35); // one runs: this one is not timed
    clock.come_back({8, 0, true}, 38);
    CHECK(clock.visits(0) == 0);
    clock.come_back({7, 1, true}, 40);
    CHECK(clock.mean_us(1) == 40);
    clock.come_back({7, 1, true}, 50);
    CHECK(clock.visits(1) == 1);
}

TEST_CASE("a packet that does not come back in a second makes way for another, and counts for nothing") {
    HopClock clock;
    clock.leave({7, 0, true}, 0);
    clock.leave({8, 0, true}, second_us); // not yet
    clock.come_back({8, 0, true}, second_us);
    CHECK(clock.visits(0) == 0);
    clock.leave({8, 0, true}, second_us + 1);
    clock.come_back({7, 0, true}, second_us + 2);
    CHECK(clock.visits(0) == 0);
    clock.come_back({8, 0, true}, second_us + 31);
    CHECK(clock.mean_us(0) == 30);
    visit(clock, {9, 0, true}, 5 * second_us, 6 * second_us + 1);
    CHECK(clock.visits(0) == 1);
}

TEST_CASE("time goes around its circle without a trace") {
    HopClock clock;
    visit(clock, {7, 0, true}, 0xffff'fff0U, 0x10);
    CHECK(clock.mean_us(0) == 0x20);
}

TEST_CASE("the mean holds however many visits are timed, and however long they are") {
    const std::uint32_t each_us = GENERATE(3U, 70'000U, second_us);
    HopClock clock;
    for (std::uint32_t i = 0; i < 200'000; ++i)
        visit(clock, {7, 3, true}, i, i + each_us);
    CHECK(clock.mean_us(3) == each_us);
    CHECK(clock.visits(3) > 1000);
}

TEST_CASE("a hop that another appliance gets begins anew") {
    HopClock clock;
    visit(clock, {7, 1, true}, 0, 10);
    visit(clock, {7, 2, true}, 0, 20);
    clock.leave({7, 1, true}, 30);
    clock.forget(1);
    clock.come_back({7, 1, true}, 40);
    CHECK(clock.visits(1) == 0);
    CHECK(clock.mean_us(2) == 20);
}

TEST_CASE("a table has clocks when it is asked for them, and a new flow's stands at nothing") {
    FlowTable table = std::move(*FlowTable::create(10));
    CHECK_FALSE(table.has_hop_clocks());
    const std::uint64_t without = table.memory_bytes();
    REQUIRE(table.add_hop_clocks());
    REQUIRE(table.has_hop_clocks());
    CHECK(table.memory_bytes() == without + 10 * sizeof(HopClock));
    const FlowKey key = numbered_key(1);
    const FlowIndex flow = table.insert(table_hash(table_key, key), key);
    visit(table.hop_clock(flow), {7, 0, true}, 0, 10);
    table.restart(flow);
    CHECK(table.hop_clock(flow).visits(0) == 0);
}
