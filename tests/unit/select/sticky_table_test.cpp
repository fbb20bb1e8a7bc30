// SPDX-License-Identifier: Apache-2.0
// Who sticks where, for how long, and who makes room for whom.
#include "select/sticky_table.hpp"

#include "spread.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::select;
using namespace sallyport::select::test;
using namespace std::chrono_literals;

namespace {

StickyKey client(std::uint64_t number, std::uint16_t group = 1) {
    return {.client = {0, 0xffff'0a00'0000U + number}, .endpoint = 0, .group = group};
}
constexpr Instant at(std::chrono::nanoseconds time) {
    return {static_cast<std::uint64_t>(time.count())};
}
/// Later than a gateway's start; a trace's clock is far beyond.
constexpr auto start = std::chrono::nanoseconds(1h);

} // namespace

TEST_CASE("a client sticks until its time is over, and each new flow begins it anew") {
    StickyTable table(100, fixed_key);
    CHECK(table.find(client(1), at(start)) == no_index);
    CHECK_FALSE(table.put(client(1), 7, at(start), 10s));
    CHECK(table.find(client(1), at(start)) == 7);
    CHECK(table.find(client(1), at(start + 10s - 1ns)) == 7);
    CHECK(table.find(client(1), at(start + 10s)) == no_index);
    CHECK_FALSE(table.put(client(1), 7, at(start + 9s), 10s));
    CHECK(table.find(client(1), at(start + 18s)) == 7);
    CHECK(table.find(client(1), at(start + 19s)) == no_index);
}

TEST_CASE("stickiness lasts for weeks, and its end stays one for ever") {
    StickyTable table(100, fixed_key);
    table.put(client(1), 7, at(start), std::chrono::hours(24 * 7));
    CHECK(table.find(client(1), at(start + std::chrono::hours(24 * 7) - 1s)) == 7);
    // Beyond what milliseconds in 32 bits can tell.
    for (const int days : {8, 30, 50, 57, 400})
        CHECK(table.find(client(1), at(start + std::chrono::hours(24 * days))) == no_index);
}

TEST_CASE("another group, endpoint or address is another client") {
    // A table of one bucket: nothing but the comparison tells them apart.
    StickyTable table(5, fixed_key);
    CHECK(table.places() == 8);
    const StickyKey keys[] = {{.client = {1, 2}, .endpoint = 3, .group = 4},
                              {.client = {9, 2}, .endpoint = 3, .group = 4},
                              {.client = {1, 9}, .endpoint = 3, .group = 4},
                              {.client = {1, 2}, .endpoint = 9, .group = 4},
                              {.client = {1, 2}, .endpoint = 3, .group = 9}};
    std::uint16_t target = 10;
    for (const StickyKey& key : keys)
        table.put(key, target++, at(start), 10s);
    target = 10;
    for (const StickyKey& key : keys)
        CHECK(table.find(key, at(start)) == target++);
}

TEST_CASE("a client that is put elsewhere, or forgotten, is no longer where it was") {
    StickyTable table(5, fixed_key);
    table.put(client(1), 7, at(start), 10s);
    table.put(client(2), 7, at(start), 10s);
    table.put(client(1), 8, at(start), 10s);
    CHECK(table.find(client(1), at(start)) == 8);
    table.forget(client(1));
    table.forget(client(99));
    CHECK(table.find(client(1), at(start)) == no_index);
    CHECK(table.find(client(2), at(start)) == 7);
    // And its place is free: six more than the one that stays, and one in the place.
    for (std::uint64_t number = 10; number < 17; ++number)
        CHECK_FALSE(table.put(client(number), 1, at(start), 10s));
}

TEST_CASE("when all places are taken the client whose time ends first makes room") {
    StickyTable table(5, fixed_key);
    for (std::uint64_t number = 0; number < 8; ++number)
        CHECK_FALSE(table.put(client(number), 7, at(start), 10s + number * (number == 3 ? -1s : 1s)));
    CHECK(table.put(client(100), 9, at(start), 60s));
    CHECK(table.find(client(100), at(start)) == 9);
    for (std::uint64_t number = 0; number < 8; ++number) {
        INFO("client " << number);
        CHECK(table.find(client(number), at(start)) == (number == 3 ? no_index : 7));
    }
}

TEST_CASE("a client whose time is over makes room without a word") {
    StickyTable table(5, fixed_key);
    for (std::uint64_t number = 0; number < 8; ++number)
        table.put(client(number), 7, at(start), number == 5 ? 1s : 60s);
    CHECK_FALSE(table.put(client(100), 9, at(start + 1s), 60s));
    CHECK(table.find(client(4), at(start + 1s)) == 7);
    CHECK(table.put(client(101), 9, at(start + 1s), 60s));
}

TEST_CASE("at its capacity a table has lost few, at several times that it is full and stays so") {
    StickyTable table(10'000, fixed_key);
    CHECK(table.places() == 16'000);
    CHECK(table.memory_bytes() == 16'000 * 32);
    unsigned lost = 0;
    for (std::uint64_t number = 0; number < 10'000; ++number)
        if (table.put(client(number), 7, at(start), 60s)) ++lost;
    CHECK(lost < 300);
    for (std::uint64_t number = 10'000; number < 100'000; ++number)
        if (table.put(client(number), 7, at(start), 60s)) ++lost;
    unsigned known = 0;
    for (std::uint64_t number = 0; number < 100'000; ++number)
        if (table.find(client(number), at(start)) == 7) ++known;
    CHECK(known + lost == 100'000);
    CHECK(known == table.places());
}

TEST_CASE("a table for nobody has a bucket, so that asking it is no fault") {
    StickyTable table(0, fixed_key);
    CHECK(table.find(client(1), at(start)) == no_index);
    table.put(client(1), 7, at(start), 1s);
    CHECK(table.find(client(1), at(start)) == 7);
}
