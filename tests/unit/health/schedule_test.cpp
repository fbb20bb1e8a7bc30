// SPDX-License-Identifier: Apache-2.0
#include "health/schedule.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace sallyport::health;
using namespace std::chrono_literals;

TEST_CASE("first checks are spread over the whole interval") {
    Random random(1);
    unsigned tenths[10] = {};
    for (int i = 0; i < 10'000; ++i) {
        const auto delay = first_delay(10s, random);
        REQUIRE(delay >= 0s);
        REQUIRE(delay <= 10s);
        ++tenths[std::min<std::size_t>(9, static_cast<std::size_t>(delay / 1s))];
    }
    for (const unsigned count : tenths)
        CHECK(count > 800);
}

TEST_CASE("later checks come after the interval, 10 % more or less") {
    Random random(2);
    auto shortest = std::chrono::microseconds::max();
    auto longest = std::chrono::microseconds::min();
    for (int i = 0; i < 10'000; ++i) {
        const auto delay = next_delay(1s, random);
        shortest = std::min(shortest, delay);
        longest = std::max(longest, delay);
    }
    CHECK(shortest >= 900ms);
    CHECK(shortest < 905ms);
    CHECK(longest <= 1100ms);
    CHECK(longest > 1095ms);
}

TEST_CASE("two appliances that begin in step lose it") {
    Random random(3);
    std::set<std::chrono::microseconds> distances;
    std::chrono::microseconds one{0};
    std::chrono::microseconds other{0};
    for (int i = 0; i < 50; ++i) {
        one += next_delay(100ms, random);
        other += next_delay(100ms, random);
        distances.insert(one - other);
    }
    CHECK(distances.size() > 45);
}

TEST_CASE("the same seed gives the same schedule") {
    Random one(7);
    Random other(7);
    CHECK(first_delay(10s, one) == first_delay(10s, other));
    CHECK(next_delay(10s, one) == next_delay(10s, other));
}
