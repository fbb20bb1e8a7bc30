// SPDX-License-Identifier: Apache-2.0
#include "support/wall_clock.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;

TEST_CASE("a moment is told in UTC with milliseconds") {
    // Expectations by: date -u -d @SECONDS +%FT%TZ
    CHECK(WallClock{}.text({0}) == "1970-01-01T00:00:00.000Z");
    CHECK(WallClock{}.text({1'709'208'000'999'999'999}) == "2024-02-29T12:00:00.999Z");
    CHECK(WallClock{}.text({4'102'444'799'007'000'000}) == "2099-12-31T23:59:59.007Z");
}

TEST_CASE("the offset says what a gateway's time line lacks to 1970, and may be negative") {
    const WallClock clock{.offset_ns = 1'700'000'000'000'000'000};
    CHECK(clock.text({5'250'000'000}) == "2023-11-14T22:13:25.250Z");
    CHECK(WallClock{.offset_ns = -1'000'000'000}.text({1'001'000'000}) == "1970-01-01T00:00:00.001Z");
    CHECK(WallClock{.offset_ns = -1'000'000'000}.text({0}) == "1970-01-01T00:00:00.000Z"); // before all time
}
