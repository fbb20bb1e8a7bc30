// SPDX-License-Identifier: Apache-2.0
// SplitMix64 beside its published numbers: those of Vigna's splitmix64.c for the seeds 1234567 (they stand at Rosetta
// Code, "Pseudo-random numbers/Splitmix64") and 0 (Java's SplittableRandom has the same).
#include "support/random.hpp"

#include <catch2/catch.hpp>

using sallyport::SplitMix64;

TEST_CASE("SplitMix64 gives the published numbers") {
    SplitMix64 random(1234567);
    for (const std::uint64_t number : {6457827717110365317U, 3203168211198807973U, 9817491932198370423U,
                                       4593380528125082431U, 16408922859458223821U})
        CHECK(random.next() == number);
    CHECK(SplitMix64(0).next() == 0xe220a8397b1dcdafU);
}

TEST_CASE("the same seed gives the same numbers, another seed others") {
    SplitMix64 one(7);
    SplitMix64 same(7);
    SplitMix64 other(8);
    unsigned alike = 0;
    for (unsigned i = 0; i < 100; ++i) {
        const std::uint64_t number = one.next();
        CHECK(number == same.next());
        if (number == other.next()) ++alike;
    }
    CHECK(alike == 0);
}
