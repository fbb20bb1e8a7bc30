// SPDX-License-Identifier: Apache-2.0
#include "balance/serve/http2_calm.hpp"

#include <catch2/catch.hpp>

using namespace sallyport::serve;

namespace {

constexpr Time start = Time(std::chrono::hours(1));

std::uint32_t resets_until_too_many(Http2Calm& calm, Time now) {
    std::uint32_t count = 0;
    while (calm.on_reset(now))
        ++count;
    return count;
}

} // namespace

TEST_CASE("a client may take back some requests, and more of them the more it lets be answered") {
    Http2Calm calm;
    CHECK(resets_until_too_many(calm, start) == Http2Calm::resets);
    Http2Calm busy;
    for (int i = 0; i < 50; ++i)
        busy.on_completed(start);
    CHECK(resets_until_too_many(busy, start) == Http2Calm::resets + 50 * Http2Calm::resets_each);
}

TEST_CASE("a client is given another chance with every window") {
    Http2Calm calm;
    CHECK(resets_until_too_many(calm, start) == Http2Calm::resets);
    CHECK_FALSE(calm.on_reset(start + Http2Calm::window - milliseconds(1)));
    CHECK(resets_until_too_many(calm, start + Http2Calm::window) == Http2Calm::resets);
}

TEST_CASE("frames that change nothing are counted on their own") {
    Http2Calm calm;
    calm.on_completed(start);
    for (std::uint32_t i = 0; i < Http2Calm::frames + Http2Calm::frames_each; ++i)
        REQUIRE(calm.on_idle_frame(start));
    CHECK_FALSE(calm.on_idle_frame(start));
    CHECK(calm.on_reset(start));
}
