// SPDX-License-Identifier: Apache-2.0
#include "select/slow_start.hpp"

#include <catch2/catch.hpp>

using namespace sallyport::select;
using namespace std::chrono_literals;

TEST_CASE("a share rises in steps from 5 to 100 per cent") {
    CHECK(slow_start_share(0ms, 100s) == 5);
    CHECK(slow_start_share(9'999ms, 100s) == 5);
    CHECK(slow_start_share(10s, 100s) == 10);
    CHECK(slow_start_share(99'999ms, 100s) == 95);
    CHECK(slow_start_share(100s, 100s) == 100);
    CHECK(slow_start_share(0ms, 0ms) == 100);
}

TEST_CASE("a share of a weight keeps its proportion, from the least to the most") {
    CHECK(weight_at_share(1, 100) == 50);
    CHECK(weight_at_share(1, 5) == 2);
    CHECK(weight_at_share(999, 100) == 49'950);
    CHECK(weight_at_share(100, 50) == weight_at_share(50, 100));
    CHECK(weight_at_share(1, 1) == 1);
    CHECK(weight_at_share(0, 100) == 0);
}
