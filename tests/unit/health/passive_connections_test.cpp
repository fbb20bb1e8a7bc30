// SPDX-License-Identifier: Apache-2.0
#include "health/passive_connections.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::health;

namespace {

/// A target's life; each look sees what became of connections since the one before.
class Life {
public:
    explicit Life(bool is_checked = false) : detector(ConnectionRule{}, is_checked) { look(0, {}); }

    bool look(unsigned after_s, const Connections& more) {
        now_s_ += after_s;
        counters_.refused += more.refused;
        counters_.unanswered += more.unanswered;
        counters_.answered += more.answered;
        counters_.packets += more.packets;
        detector.see(counters_, {now_s_ * 1'000'000'000U});
        return detector.is_failing();
    }
    void counters_begin_anew() { counters_ = {}; }

    ConnectionDetector detector;

private:
    std::uint64_t now_s_ = 1000;
    Connections counters_{70, 80, 90}; // of before the detector
};

constexpr Connections refused(std::uint64_t count) {
    return {.refused = count, .unanswered = 0, .answered = 0};
}

} // namespace

TEST_CASE("five connections that fail in a row, and none that is accepted, are a failing target") {
    Life life;
    CHECK_FALSE(life.look(1, refused(3)));
    CHECK_FALSE(life.look(1, {.refused = 0, .unanswered = 1, .answered = 0}));
    CHECK(life.look(1, refused(1)));
    CHECK(life.detector.sentence() == "The last 5 connections failed: 4 refused, 1 not answered; new ones may try it "
                                      "again after 30 s");
}

TEST_CASE("one that is accepted begins the row anew") {
    Life life;
    CHECK_FALSE(life.look(1, refused(4)));
    CHECK_FALSE(life.look(1, {.refused = 3, .unanswered = 0, .answered = 1}));
    CHECK_FALSE(life.look(1, refused(4)));
    CHECK(life.look(1, refused(1)));
}

TEST_CASE("failures that are far apart are no row") {
    Life life;
    for (int i = 0; i < 100; ++i)
        CHECK_FALSE(life.look(20, refused(1)));
    CHECK_FALSE(life.look(61, refused(4)));
    CHECK_FALSE(life.look(61, refused(1)));
    CHECK_FALSE(life.look(60, refused(3)));
    CHECK(life.look(0, refused(1)));
}

TEST_CASE("without active checks new connections may try it again after a while, which grows") {
    Life life;
    for (const unsigned back_off_s : {30U, 60U, 120U, 240U, 300U, 300U}) {
        REQUIRE(life.look(1, refused(5)));
        CHECK(life.look(back_off_s - 1, {}));
        CHECK_FALSE(life.look(1, {}));
    }
    CHECK_FALSE(life.look(1, {.refused = 0, .unanswered = 0, .answered = 1}));
    CHECK(life.look(1, refused(5)));
    CHECK_FALSE(life.look(30, {})); // a connection was accepted in between
}

TEST_CASE("with active checks it is back when enough of them have passed in a row") {
    Life life(true);
    REQUIRE(life.look(1, refused(5)));
    CHECK(life.detector.sentence() == "The last 5 connections failed: 5 refused, 0 not answered");
    CHECK(life.look(100'000, {}));
    life.detector.note_passed_check(3);
    life.detector.note_passed_check(3);
    life.detector.note_failed_check();
    life.detector.note_passed_check(3);
    life.detector.note_passed_check(3);
    CHECK(life.detector.is_failing());
    life.detector.note_passed_check(3);
    CHECK_FALSE(life.detector.is_failing());
    REQUIRE(life.look(1, refused(5)));
    life.detector.note_passed_check(3);
    CHECK(life.detector.is_failing()); // those of the time before do not count
}

TEST_CASE("a connection that is accepted after all speaks for the target at once") {
    Life life(GENERATE(false, true));
    REQUIRE(life.look(1, refused(5)));
    CHECK_FALSE(life.look(1, {.refused = 1, .unanswered = 0, .answered = 1}));
}

TEST_CASE("counters of another target, or that begin anew, are no evidence") {
    Life life;
    CHECK_FALSE(life.look(1, refused(4)));
    life.counters_begin_anew();
    CHECK_FALSE(life.look(1, refused(4)));
    CHECK_FALSE(life.look(1, refused(4)));
    CHECK(life.look(1, refused(1)));
    CHECK_FALSE(Life().look(1, {})); // what was counted before it looked
}

TEST_CASE("a target that speaks is not silent, whatever clients send that it does not answer") {
    Life life;
    for (int second = 0; second < 10; ++second)
        CHECK_FALSE(life.look(1, {.unanswered = 5, .packets = 1}));
    CHECK(life.look(1, {.unanswered = 5}));
}
