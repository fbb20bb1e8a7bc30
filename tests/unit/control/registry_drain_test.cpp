// SPDX-License-Identifier: Apache-2.0
#include "moved_clock.hpp"

using namespace sallyport;
using namespace sallyport::test;
using Catch::Matchers::Contains;
using control::State;

TEST_CASE("an appliance that is drained takes no new flow from the next roster on, and keeps those that it has") {
    MovedClock clock;
    CHECK(clock.takers("firewalls") == Names{"fw-1", "fw-2"});
    const auto drained = clock.registry.drain({"firewalls", "fw-1"}, std::nullopt, clock.now);
    REQUIRE(drained);
    CHECK(*drained == std::vector<ApplianceIndex>{0});
    CHECK(clock.registry.roster_is_due());
    CHECK(clock.takers("firewalls") == Names{"fw-2"});
    CHECK(clock.roster().appliances[0].flows_meet == chain::Meets::visit);
    const auto state = clock.state(0);
    CHECK(state.state == State::draining);
    CHECK(state.reason == "Target.DeregistrationInProgress");
    CHECK(state.drain_left == 300s);
}

TEST_CASE("when the deregistration delay is over the appliance is unused, and its flows go by on_deregistered") {
    config::Config config = chain::test::office();
    config.appliance_groups[0].deregistration_delay = 10s;
    config.appliance_groups[0].on_deregistered = config::Failover::rebalance;
    MovedClock clock(config);
    REQUIRE(clock.registry.drain({"firewalls", "fw-1"}, std::nullopt, clock.now));
    clock.flows[0] = 5;
    clock.pass(9'900ms);
    CHECK(clock.state(0).state == State::draining);
    CHECK(clock.state(0).drain_left == 100ms);
    clock.pass(100ms);
    CHECK(clock.state(0).state == State::unused);
    CHECK(clock.state(0).reason == "Target.NotRegistered");
    CHECK_FALSE(clock.state(0).drain_left);
    CHECK(clock.roster().appliances[0].flows_meet == chain::Meets::move);
}

TEST_CASE("a drain of 0 s is over at once") {
    MovedClock clock;
    REQUIRE(clock.registry.drain({"firewalls", "fw-1"}, 0ms, clock.now));
    CHECK(clock.state(0).state == State::unused);
    CHECK(clock.roster().appliances[0].standing.registration == chain::Registration::deregistered);
}

TEST_CASE("a second drain sets the delay anew, and one of who is out already changes nothing") {
    MovedClock clock;
    REQUIRE(clock.registry.drain({"firewalls", "fw-1"}, 60s, clock.now));
    clock.pass(10s);
    REQUIRE(clock.registry.drain({"firewalls", "fw-1"}, 5s, clock.now));
    CHECK(clock.state(0).drain_left == 5s);
    clock.pass(5s);
    REQUIRE(clock.state(0).state == State::unused);
    REQUIRE(clock.registry.drain({"firewalls", "fw-1"}, 60s, clock.now));
    CHECK(clock.state(0).state == State::unused);
}

TEST_CASE("a drain by hand lasts for its delay, though no flow is left: the operator may count on the time") {
    MovedClock clock;
    REQUIRE(clock.registry.drain({"firewalls", "fw-1"}, 60s, clock.now));
    clock.pass(59s);
    CHECK(clock.state(0).state == State::draining);
}

TEST_CASE("an appliance that is taken back in gets flows as before") {
    MovedClock clock;
    const auto delay = GENERATE(0ms, 60'000ms);
    const std::vector<ApplianceIndex> maglev = clock.roster().groups[0].maglev;
    REQUIRE(clock.registry.drain({"firewalls", "fw-1"}, delay, clock.now));
    REQUIRE(clock.takers("firewalls") == Names{"fw-2"});
    REQUIRE(clock.registry.undrain({"firewalls", "fw-1"}, clock.now));
    CHECK(clock.roster().groups[0].maglev == maglev);
    CHECK(clock.state(0).state == State::healthy);
    CHECK(clock.state(0).reason.empty());
    clock.pass(300s);
    CHECK(clock.state(0).state == State::healthy);
}

TEST_CASE("to take in who is in changes nothing") {
    MovedClock clock;
    REQUIRE(clock.registry.undrain({"firewalls", std::nullopt}, clock.now));
    CHECK_FALSE(clock.registry.roster_is_due());
}

TEST_CASE("a group without an appliance's name is all of its appliances") {
    MovedClock clock;
    CHECK(clock.registry.drain({"firewalls", std::nullopt}, 60s, clock.now)->size() == 2);
    CHECK(clock.takers("firewalls").empty());
    CHECK(clock.takers("sensors") == Names{"ids-1"});
}

TEST_CASE("what is not there can not be drained, and the sentence says what is") {
    MovedClock clock;
    const auto message = [&](control::MemberChoice choice) {
        const auto done = clock.registry.drain(choice, 60s, clock.now);
        REQUIRE_FALSE(done);
        return done.error().message;
    };
    CHECK(message({"firewals", std::nullopt}) == "no appliance group is called `firewals`; did you mean `firewalls`?");
    CHECK(message({"x", std::nullopt}) == "no appliance group is called `x`; there are firewalls or sensors");
    CHECK(message({"firewalls", "fw-"}) == "the group `firewalls` has no appliance `fw-`; did you mean `fw-1`?");
    CHECK(message({"sensors", "q"}) == "the group `sensors` has no appliance `q`; there is ids-1");
    CHECK_FALSE(clock.registry.roster_is_due());
    CHECK_FALSE(clock.registry.drain({"firewalls", "fw-1"}, 3'600'001ms, clock.now));
}

TEST_CASE("time that changes nothing makes no roster") {
    MovedClock clock;
    REQUIRE(clock.registry.drain({"firewalls", "fw-1"}, 60s, clock.now));
    clock.publish();
    const unsigned before = clock.published;
    for (int i = 0; i < 100; ++i)
        clock.pass(100ms);
    CHECK(clock.published == before);
    clock.pass(50s);
    CHECK(clock.published == before + 1);
    clock.pass(50s);
    CHECK(clock.published == before + 1);
}

TEST_CASE("the log hears of each change of state, once") {
    MovedClock clock;
    REQUIRE(clock.registry.drain({"firewalls", "fw-1"}, 60s, clock.now));
    const auto news = clock.registry.take_news();
    REQUIRE(news.size() == 1);
    CHECK_THAT(news[0],
               Contains("appliance firewalls/fw-1 is draining, was healthy (Target.DeregistrationInProgress: "));
    clock.pass(1s);
    CHECK(clock.registry.take_news().empty());
    CHECK(clock.state(0).age == 1s);
}
