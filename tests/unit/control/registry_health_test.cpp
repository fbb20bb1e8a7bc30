// SPDX-License-Identifier: Apache-2.0
#include "moved_clock.hpp"

using namespace sallyport;
using namespace sallyport::test;
using chain::Health;
using control::State;

namespace {

config::Config checked() {
    config::Config config = chain::test::office();
    config.appliance_groups[0].health_check.emplace();
    config.appliance_groups[0].appliances[1].weight = 1;
    return config;
}

config::Config slow(config::Config config = checked()) {
    config.appliance_groups[0].slow_start = 100s;
    return config;
}

const control::HealthNote healthy{Health::healthy, "", ""};
const control::HealthNote timeout{Health::unhealthy, "Target.Timeout", "no answer within 5 s"};

} // namespace

TEST_CASE("an appliance is healthy from the start without a health check, and initial with one") {
    MovedClock clock(checked());
    CHECK(clock.state(2).state == State::healthy);
    CHECK(clock.state(0).state == State::initial);
    CHECK(clock.state(0).reason == "Elb.RegistrationInProgress");
    clock.pass(100ms);
    CHECK(clock.state(0).state == State::initial);
    CHECK(clock.state(0).reason == "Elb.InitialHealthChecking");
    clock.registry.note_health(0, healthy, clock.now);
    CHECK(clock.state(0).state == State::healthy);
    CHECK(clock.takers("firewalls") == Names{"fw-1"});
}

TEST_CASE("an unhealthy appliance is shown with its check's code and sentence, and takes no new flows") {
    MovedClock clock(checked());
    clock.registry.note_health(0, healthy, clock.now);
    clock.registry.note_health(1, healthy, clock.now);
    CHECK(clock.takers("firewalls") == Names{"fw-1", "fw-2"});
    clock.registry.note_health(0, timeout, clock.now);
    CHECK(clock.state(0).state == State::unhealthy);
    CHECK(clock.state(0).reason == "Target.Timeout");
    CHECK(clock.state(0).sentence == "no answer within 5 s");
    CHECK(clock.takers("firewalls") == Names{"fw-2"});
}

TEST_CASE("another reason for the same health makes no new roster") {
    MovedClock clock(checked());
    clock.registry.note_health(0, timeout, clock.now);
    clock.publish();
    clock.registry.note_health(0, {Health::unhealthy, "Target.FailedHealthChecks", "refused"}, clock.now);
    CHECK_FALSE(clock.registry.roster_is_due());
    CHECK(clock.state(0).sentence == "refused");
}

TEST_CASE("a note about a place that nobody has does nothing") {
    MovedClock clock;
    clock.registry.note_health(77, timeout, clock.now);
    CHECK_FALSE(clock.registry.roster_is_due());
    CHECK(clock.state(77).is_free);
}

TEST_CASE("an appliance of a group that no chain uses is unused") {
    config::Config config = chain::test::office();
    config.chains[0].groups = {"firewalls"};
    MovedClock clock(config);
    CHECK(clock.state(2).state == State::unused);
    CHECK(clock.state(2).reason == "Target.NotInUse");
}

TEST_CASE("at the gateway's start nobody starts slowly") {
    MovedClock clock(slow());
    clock.registry.note_health(0, healthy, clock.now);
    CHECK(clock.state(0).share_percent == 100);
}

TEST_CASE("who recovers starts slowly, in at most twenty rosters") {
    MovedClock clock(slow());
    clock.registry.note_health(0, healthy, clock.now);
    clock.registry.note_health(1, healthy, clock.now);
    clock.registry.note_health(0, timeout, clock.now);
    clock.registry.note_health(0, healthy, clock.now);
    CHECK(clock.state(0).share_percent == 5);
    const std::size_t first = clock.percent_of("fw-1");
    CHECK(first >= 3);
    CHECK(first <= 6);
    clock.pass(50s);
    CHECK(clock.state(0).share_percent == 50);
    CHECK(clock.percent_of("fw-1") >= 31);
    CHECK(clock.percent_of("fw-1") <= 35);
    const unsigned before = clock.published;
    for (int i = 0; i < 600; ++i)
        clock.pass(100ms);
    CHECK(clock.published - before == 10);
    CHECK(clock.state(0).share_percent == 100);
    CHECK(clock.percent_of("fw-1") >= 48);
}

TEST_CASE("who is taken back in starts slowly, once it is healthy") {
    MovedClock clock(slow());
    clock.registry.note_health(0, healthy, clock.now);
    REQUIRE(clock.registry.drain({"firewalls", "fw-1"}, 0ms, clock.now));
    SECTION("at once when it is") {
        REQUIRE(clock.registry.undrain({"firewalls", "fw-1"}, clock.now));
        CHECK(clock.state(0).share_percent == 5);
    }
    SECTION("later when it is not") {
        clock.registry.note_health(0, timeout, clock.now);
        REQUIRE(clock.registry.undrain({"firewalls", "fw-1"}, clock.now));
        CHECK(clock.state(0).state == State::unhealthy);
        clock.pass(100s);
        clock.registry.note_health(0, healthy, clock.now);
        CHECK(clock.state(0).share_percent == 5);
    }
}

TEST_CASE("a drain ends a slow start, so that what the state shows is no half") {
    MovedClock clock(slow());
    clock.registry.note_health(0, timeout, clock.now);
    clock.registry.note_health(0, healthy, clock.now);
    REQUIRE(clock.registry.drain({"firewalls", "fw-1"}, 60s, clock.now));
    CHECK(clock.state(0).share_percent == 100);
    clock.pass(10s);
    CHECK(clock.state(0).share_percent == 100);
}

TEST_CASE("a zone that is shifted away gets no new flows, until it is back") {
    config::Config config = chain::test::office();
    config.appliance_groups[0].appliances[0].zone = "a";
    config.appliance_groups[0].appliances[1].zone = "b";
    MovedClock clock(config);
    REQUIRE(clock.registry.shift_zone("a", true, clock.now));
    CHECK(clock.takers("firewalls") == Names{"fw-2"});
    CHECK(clock.state(0).state == State::healthy);
    CHECK(clock.state(0).zone_is_shifted);
    CHECK(clock.roster().appliances[0].flows_meet == chain::Meets::visit);
    REQUIRE(clock.registry.reload(config, clock.now)); // holds over a reload
    CHECK(clock.takers("firewalls") == Names{"fw-2"});
    REQUIRE(clock.registry.shift_zone("a", false, clock.now));
    CHECK(clock.takers("firewalls") == Names{"fw-1", "fw-2"});
    CHECK(clock.registry.shift_zone("c", true, clock.now).error().message ==
          "no appliance is in the zone `c`; there are appliances in a or b");
}

TEST_CASE("a shifted zone that a reload emptied can be taken back all the same") {
    config::Config config = chain::test::office();
    config.appliance_groups[0].appliances[0].zone = "a";
    MovedClock clock(config);
    REQUIRE(clock.registry.shift_zone("a", true, clock.now));
    REQUIRE(clock.registry.reload(chain::test::office(), clock.now));
    CHECK(clock.takers("firewalls") == Names{"fw-1", "fw-2"});
    REQUIRE(clock.registry.shift_zone("a", false, clock.now));
    CHECK(clock.registry.shift_zone("a", false, clock.now).error().message ==
          "no appliance is in the zone `a`; no appliance has a zone");
}
