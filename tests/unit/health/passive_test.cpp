// SPDX-License-Identifier: Apache-2.0
#include "health/passive.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::health;
using chain::Health;

namespace {

/// An appliance's life in seconds; the detector looks once in each.
class Life {
public:
    /// In each of the seconds so many packets are sent, and returned.
    bool pass(unsigned seconds, std::uint64_t sent, std::uint64_t returned) {
        for (unsigned i = 0; i < seconds; ++i) {
            now_s_ += 1;
            traffic_.packets_sent += sent;
            traffic_.packets_returned += returned;
            detector.see(traffic_, {now_s_ * 1'000'000'000U});
        }
        return detector.is_silent();
    }
    void counters_begin_anew() { traffic_ = {}; }
    /// Seconds, of nothing but packets that are not returned, until that changes what is thought of it.
    unsigned seconds_until(bool is_silent) {
        unsigned seconds = 0;
        while (detector.is_silent() != is_silent && seconds < 10'000) {
            pass(1, 1, 0);
            ++seconds;
        }
        return seconds;
    }

    PassiveDetector detector;

private:
    std::uint64_t now_s_ = 1000;
    Traffic traffic_{500, 400}; // of before the detector
};

Life silent_life() {
    Life life;
    life.pass(1, 0, 0);
    life.seconds_until(true);
    return life;
}

} // namespace

TEST_CASE("30 s of packets of which none comes back are silence") {
    Life life;
    CHECK_FALSE(life.pass(1, 0, 0));
    CHECK_FALSE(life.pass(30, 8, 0)); // the first of them 29 s ago
    CHECK(life.pass(1, 8, 0));
    CHECK(life.detector.sentence() ==
          "Nothing came back of 248 packets in 30 s; new flows may try it again after 30 s");
}

TEST_CASE("one packet that comes back in 30 s is enough") {
    Life life;
    for (int round = 0; round < 10; ++round) {
        CHECK_FALSE(life.pass(28, 100, 0));
        CHECK_FALSE(life.pass(1, 100, 1));
    }
}

TEST_CASE("fewer than ten packets are no silence, ten are") {
    Life life;
    life.pass(1, 0, 0);
    CHECK_FALSE(life.pass(1, 8, 0));
    CHECK_FALSE(life.pass(40, 0, 0));
    CHECK_FALSE(life.pass(1, 1, 0));
    CHECK(life.pass(1, 1, 0));
}

TEST_CASE("packets all at once, and none later, are no silence: nobody waits for an answer any more") {
    Life life;
    life.pass(1, 1000, 0);
    CHECK_FALSE(life.pass(59, 0, 0));
}

TEST_CASE("packets now and then, with a minute between, are no silence") {
    Life life;
    for (int day = 0; day < 100; ++day) {
        CHECK_FALSE(life.pass(1, 3, 0));
        CHECK_FALSE(life.pass(60, 0, 0));
    }
}

TEST_CASE("no packets at all are no silence") {
    Life life;
    CHECK_FALSE(life.pass(1000, 0, 0));
}

TEST_CASE("what was sent before the detector began is not held against the appliance") {
    Life life;
    life.pass(1, 0, 0);
    CHECK_FALSE(life.pass(100, 0, 0));
}

TEST_CASE("the first packet that returns ends the silence") {
    Life life = silent_life();
    CHECK(life.pass(10, 5, 0));
    CHECK_FALSE(life.pass(1, 0, 1));
}

TEST_CASE("an appliance that gets no packets any more may try again after a while, longer each time, 5 min at most") {
    Life life = silent_life();
    for (const unsigned back_off_s : {30U, 60U, 120U, 240U, 300U, 300U}) {
        CHECK(life.detector.is_silent());
        CHECK(life.detector.sentence().ends_with("after " + std::to_string(back_off_s) + " s"));
        CHECK(life.pass(back_off_s - 1, 0, 0));
        CHECK_FALSE(life.pass(1, 0, 0));
        CHECK(life.seconds_until(true) == 31);
    }
}

TEST_CASE("what returned something once begins with the shortest back-off again") {
    Life life = silent_life();
    life.pass(30, 0, 0);
    life.seconds_until(true); // 60 s this time
    life.pass(1, 1, 1);
    life.seconds_until(true);
    CHECK(life.pass(29, 0, 0));
    CHECK_FALSE(life.pass(1, 0, 0));
}

TEST_CASE("counters that begin anew are no traffic") {
    Life life;
    life.pass(20, 100, 0);
    life.counters_begin_anew();
    CHECK_FALSE(life.pass(31, 1, 0));
    CHECK(life.pass(1, 1, 0));
    life.counters_begin_anew();
    CHECK(life.pass(1, 0, 0));
}

TEST_CASE("other evidence lets a silent appliance try again at once, and 30 s of silence end that") {
    Life life = silent_life();
    life.detector.try_again();
    CHECK_FALSE(life.detector.is_silent());
    CHECK(life.seconds_until(true) == 31);
}

TEST_CASE("silence makes an appliance unhealthy whose port answers") {
    const Life life = silent_life();
    const Verdict verdict = overall({}, CheckReach::port, life.detector);
    CHECK(verdict.health == Health::unhealthy);
    CHECK(code(verdict.reason) == "Target.NoReturnTraffic");
    CHECK(verdict.sentence == life.detector.sentence());
}

TEST_CASE("a GENEVE probe that passes outranks silence: the firewall denies everything") {
    const Life life = silent_life();
    CHECK(overall({}, CheckReach::through, life.detector).health == Health::healthy);
}

TEST_CASE("checks that fail, or have not begun, outrank traffic") {
    const Life life = silent_life();
    const Verdict broken{Health::unhealthy, Reason::timeout, "Request timed out"};
    for (const CheckReach reach : {CheckReach::port, CheckReach::through}) {
        for (const PassiveDetector& passive : {life.detector, PassiveDetector()}) {
            CHECK(overall(broken, reach, passive).sentence == "Request timed out");
            CHECK(overall(initial_verdict(), reach, passive).health == Health::initial);
        }
    }
}

TEST_CASE("without silence the checks alone decide") {
    CHECK(overall({}, CheckReach::port, PassiveDetector()).health == Health::healthy);
}
