// SPDX-License-Identifier: Apache-2.0
// Targets come and go as appliances do (registry_*_test.cpp); here is that they do, and what only targets have.
#include "balance/l4/directory.hpp"
#include "moved_clock.hpp"
#include "web_farm.hpp"

using namespace sallyport;
using namespace sallyport::test;
using Catch::Matchers::Contains;
using chain::Health;
using control::State;

namespace {

const control::HealthNote healthy{Health::healthy, "", ""};
const control::HealthNote timeout{Health::unhealthy, "Target.Timeout", "no answer within 5 s"};

struct Farm : MovedClock {
    explicit Farm(config::Config config = web_farm()) : MovedClock(std::move(config)) {}

    [[nodiscard]] control::MemberState target(TargetIndex index) const { return registry.target_state(index, now); }
    const balance::Directory& directory() { return *roster().directory; }
    Names takers_of(std::size_t group) {
        Names names;
        for (const TargetIndex index : directory().groups[group].takers)
            names.insert(directory().targets[index].name);
        return names;
    }
    void note(TargetIndex index, const control::HealthNote& note) { registry.note_target_health(index, note, now); }
};

config::Config checked(config::Config config = web_farm()) {
    config.target_groups[0].health_check.emplace();
    return config;
}

void make_healthy(Farm& farm) {
    farm.note(0, healthy);
    farm.note(1, healthy);
}

} // namespace

TEST_CASE("a target that is drained takes no new flow from the next roster on, and keeps those that it has") {
    Farm farm;
    CHECK(farm.takers_of(0) == Names{"web-1", "web-2"});
    const auto drained = farm.registry.drain_targets({"web", "web-1"}, std::nullopt, farm.now);
    REQUIRE(drained);
    CHECK(*drained == std::vector<TargetIndex>{0});
    CHECK(farm.takers_of(0) == Names{"web-2"});
    CHECK_FALSE(farm.directory().targets[0].ends_flows);
    CHECK(farm.target(0).state == State::draining);
    CHECK(farm.target(0).reason == "Target.DeregistrationInProgress");
    CHECK(farm.target(0).drain_left == 300s);
    REQUIRE(farm.registry.undrain_targets({"web", std::nullopt}, farm.now));
    CHECK(farm.takers_of(0) == Names{"web-1", "web-2"});
    CHECK(farm.target(0).state == State::healthy);
}

TEST_CASE("at the end of the deregistration delay flows stay, or end where the group says so") {
    config::Config config = web_farm();
    const bool ends = GENERATE(false, true);
    config.target_groups[0].deregistration_delay = 10s;
    config.target_groups[0].deregistration_termination = ends;
    Farm farm(config);
    REQUIRE(farm.registry.drain_targets({"web", "web-1"}, std::nullopt, farm.now));
    farm.pass(9'900ms);
    CHECK(farm.target(0).state == State::draining);
    CHECK_FALSE(farm.directory().targets[0].ends_flows);
    farm.pass(100ms);
    CHECK(farm.target(0).state == State::unused);
    CHECK(farm.target(0).reason == "Target.NotRegistered");
    CHECK(farm.directory().targets[0].ends_flows == ends);
}

TEST_CASE("a target that is not there can not be drained, and the sentence says what is") {
    Farm farm;
    const auto message = [&](control::MemberChoice choice) {
        return farm.registry.drain_targets(choice, std::nullopt, farm.now).error().message;
    };
    CHECK(message({"wep", std::nullopt}) == "no target group is called `wep`; did you mean `web`?");
    CHECK(message({"web", "web-3"}) == "the group `web` has no target `web-3`; did you mean `web-1`?");
    CHECK(farm.registry.undrain_targets({"x", std::nullopt}, farm.now).error().message ==
          "no target group is called `x`; there are web or dns");
    CHECK_FALSE(farm.registry.drain_targets({"web", std::nullopt}, 3'600'001ms, farm.now));
}

TEST_CASE("a target of a group that no listener forwards to is not in use") {
    Farm farm;
    CHECK(farm.target(2).state == State::unused);
    CHECK(farm.target(2).reason == "Target.NotInUse");
    CHECK(farm.target(2).sentence == "no listener uses its group");
    config::Config config = web_farm();
    config::ListenerRule rule;
    rule.forward = {{"dns", 1}};
    config.listeners[0].rules.push_back(rule);
    REQUIRE(farm.registry.reload(config, farm.now));
    CHECK(farm.target(2).state == State::healthy);
}

TEST_CASE("a target group that only a rule of a listener of HTTP names is in use") {
    config::Config config = web_farm();
    config.listeners[0].mode = config::ListenerMode::proxy;
    config.listeners[0].forward.clear();
    config::HttpServer& http = config.listeners[0].http.emplace();
    http.default_action = config::RedirectAction{};
    http.rules.emplace_back().action = config::ForwardAction{{{"web", 1}}};
    const control::Registry registry(config, Instant{});
    CHECK(registry.target_state(0, Instant{}).state == State::healthy);
    CHECK(registry.target_state(2, Instant{}).state == State::unused);
}

TEST_CASE("a checked target is initial until its checks say otherwise") {
    Farm farm(checked());
    CHECK(farm.target(0).state == State::initial);
    CHECK(farm.target(0).reason == "Elb.RegistrationInProgress");
    farm.note(0, healthy);
    CHECK(farm.target(0).state == State::healthy);
    CHECK(farm.takers_of(0) == Names{"web-1"});
}

TEST_CASE("flows of a target that becomes unhealthy end at once") {
    Farm farm(checked());
    make_healthy(farm);
    farm.note(0, timeout);
    CHECK(farm.target(0).state == State::unhealthy);
    CHECK(farm.target(0).reason == "Target.Timeout");
    CHECK(farm.directory().targets[0].ends_flows);
    CHECK_FALSE(farm.directory().targets[1].ends_flows);
    CHECK(farm.takers_of(0) == Names{"web-2"});
    farm.note(0, healthy);
    CHECK_FALSE(farm.directory().targets[0].ends_flows);
}

TEST_CASE("with a draining interval an unhealthy target keeps its flows for so long: unhealthy.draining") {
    config::Config config = checked();
    config.target_groups[0].unhealthy_termination = false;
    config.target_groups[0].unhealthy_draining = 60s;
    Farm farm(config);
    make_healthy(farm);
    farm.note(0, timeout);
    CHECK(farm.target(0).state == State::unhealthy_draining);
    CHECK(name(farm.target(0).state) == "unhealthy.draining");
    CHECK(farm.target(0).reason == "Target.Timeout");
    CHECK(farm.target(0).drain_left == 60s);
    CHECK(farm.takers_of(0) == Names{"web-2"});
    farm.pass(59s);
    farm.note(0, {Health::unhealthy, "Target.FailedHealthChecks", "refused"}); // goes on from when it began
    CHECK_FALSE(farm.directory().targets[0].ends_flows);
    farm.pass(1s);
    CHECK(farm.target(0).state == State::unhealthy);
    CHECK(farm.target(0).reason == "Target.FailedHealthChecks");
    CHECK(farm.directory().targets[0].ends_flows);
}

TEST_CASE("a target that is healthy again before its interval is over keeps its flows") {
    config::Config config = checked();
    config.target_groups[0].unhealthy_termination = false;
    config.target_groups[0].unhealthy_draining = 60s;
    Farm farm(config);
    make_healthy(farm);
    farm.note(0, timeout);
    farm.pass(59s);
    farm.note(0, healthy);
    farm.pass(60s);
    CHECK(farm.target(0).state == State::healthy);
    CHECK_FALSE(farm.directory().targets[0].ends_flows);
}

TEST_CASE("without termination and interval an unhealthy target's flows stay for ever") {
    config::Config config = checked();
    config.target_groups[0].unhealthy_termination = false;
    Farm farm(config);
    make_healthy(farm);
    farm.note(0, timeout);
    farm.pass(100h);
    CHECK(farm.target(0).state == State::unhealthy);
    CHECK_FALSE(farm.directory().targets[0].ends_flows);
}

TEST_CASE("a reload that says something else of unhealthy targets is for those that are so now") {
    config::Config config = checked();
    config.target_groups[0].unhealthy_termination = false;
    Farm farm(config);
    make_healthy(farm);
    farm.note(0, timeout);
    farm.pass(10s);
    config.target_groups[0].unhealthy_draining = 5s;
    REQUIRE(farm.registry.reload(config, farm.now));
    CHECK(farm.directory().targets[0].ends_flows);
}

TEST_CASE("with all targets of a group unhealthy it fails open, and nobody's flows are ended") {
    Farm farm(checked());
    make_healthy(farm);
    farm.note(0, timeout);
    CHECK(farm.directory().targets[0].ends_flows);
    farm.note(1, timeout);
    CHECK(farm.directory().groups[0].is_failing_open);
    CHECK(farm.takers_of(0) == Names{"web-1", "web-2"});
    CHECK_FALSE(farm.directory().targets[0].ends_flows); // new flows go there
    CHECK_FALSE(farm.directory().targets[1].ends_flows);
    farm.note(1, healthy);
    CHECK(farm.directory().targets[0].ends_flows);
}

TEST_CASE("a target that is back starts slowly") {
    config::Config config = checked();
    config.target_groups[0].slow_start = 100s;
    Farm farm(config);
    make_healthy(farm);
    CHECK(farm.target(0).share_percent == 100); // when the gateway starts, everybody does
    farm.note(0, timeout);
    farm.note(0, healthy);
    CHECK(farm.target(0).share_percent == 5);
    farm.pass(35s);
    CHECK(farm.target(0).share_percent == 35);
    CHECK(farm.directory().groups[0].weights == std::vector<std::uint16_t>{17, 50}); // in halves of a percent
}

TEST_CASE("a zone that is shifted away gets no new flows, neither its appliances nor its targets") {
    config::Config config = web_farm();
    config.target_groups[0].targets[0].zone = "a";
    config.target_groups[0].targets[1].zone = "b";
    config.appliance_groups[0].appliances[0].zone = "a";
    Farm farm(config);
    const auto done = farm.registry.shift_zone("a", true, farm.now);
    REQUIRE(done);
    CHECK(done->appliances == std::vector<ApplianceIndex>{0});
    CHECK(done->targets == std::vector<TargetIndex>{0});
    CHECK(farm.takers_of(0) == Names{"web-2"});
    CHECK(farm.target(0).zone_is_shifted);
    CHECK(farm.takers("firewalls") == Names{"fw-2"});
    REQUIRE(farm.registry.reload(config, farm.now));
    CHECK(farm.takers_of(0) == Names{"web-2"});
    CHECK(farm.registry.shift_zone("c", true, farm.now).error().message ==
          "no appliance or target is in the zone `c`; there are some in a or b");
}

TEST_CASE("a target that a reload takes out drains, and leaves when it has no flow; its place is given on") {
    Farm farm;
    farm.target_flows[1] = 3;
    config::Config config = web_farm();
    config.target_groups[0].targets.pop_back();
    const auto report = farm.registry.reload(config, farm.now);
    REQUIRE(report);
    CHECK(report->targets_removed == std::vector<std::string>{"web/web-2"});
    CHECK(control::describe(*report) == "targets removed: web/web-2");
    CHECK(farm.target(1).state == State::draining);
    CHECK(farm.target(1).taken_out_by == control::TakenOutBy::reload);
    CHECK(farm.takers_of(0) == Names{"web-1"});
    farm.pass(300s);
    CHECK(farm.target(1).state == State::unused);
    CHECK_FALSE(farm.target(1).is_free);
    farm.target_flows[1] = 0;
    farm.tick();
    CHECK(farm.target(1).is_free);
    CHECK(farm.directory().targets[1].group == no_index);
    CHECK_THAT(farm.registry.take_news().back(), Contains("target web/web-2 has left"));
    config.target_groups[0].targets.push_back(target("web-3", "203.0.113.13"));
    REQUIRE(farm.registry.reload(config, farm.now));
    CHECK(farm.registry.target_slots().target("web", "web-3") == 1);
    CHECK(farm.target(1).state == State::healthy);
}

TEST_CASE("the flows of a target group that is gone end as it said when it was there") {
    config::Config config = web_farm();
    // One that stays when nobody listens there any more: a reload leaves the gateway's addresses as they are.
    config.listeners[0].address = config.ports[1].addresses.at(0).address;
    config.target_groups[0].deregistration_delay = 20s;
    config.target_groups[0].deregistration_termination = true;
    Farm farm(config);
    farm.target_flows[0] = 1;
    config::Config without = web_farm();
    without.target_groups.erase(without.target_groups.begin());
    without.listeners.clear();
    const auto report = farm.registry.reload(without, farm.now);
    REQUIRE(report);
    CHECK(control::describe(*report) ==
          "listeners removed: www; target groups removed: web; targets removed: web/web-1, web/web-2");
    CHECK(farm.target(0).drain_left == 20s);
    farm.pass(20s);
    CHECK(farm.directory().targets[0].ends_flows);
}

TEST_CASE("reloads can bring so many targets, target groups and listeners, and no more") {
    Farm farm;
    const std::shared_ptr<const chain::Roster> before = farm.registry.roster();
    config::Config config = web_farm();
    const int what = GENERATE(0, 1, 2, 3);
    for (std::uint16_t i = 0; i < 1030; ++i) {
        if (what == 0) config.target_groups[0].targets.push_back(target("t", "203.0.113.99", i));
        if (what == 1) config.target_groups.push_back({.name = "group" + std::to_string(i)});
        if (what == 2)
            config.listeners.push_back(
                {.name = "listener" + std::to_string(i), .address = config.listeners[0].address});
        if (what == 3 && i < 256) {
            config.listeners.push_back(config.listeners[0]);
            config.listeners.back().tcp_idle = std::chrono::seconds(60 + i);
        }
    }
    const auto refused = farm.registry.reload(config, farm.now);
    REQUIRE_FALSE(refused);
    const char* words[] = {"room for 1027 targets", "room for 66 target groups", "room for 257 listeners",
                           "255 different sets of timeouts"};
    CHECK_THAT(refused.error().message, Contains(words[what]));
    CHECK_FALSE(farm.registry.roster_is_due());
    CHECK(farm.registry.roster() == before);
    CHECK(farm.registry.target_slots().targets.size() == 3);
}

TEST_CASE("a target that nobody watches any more is not ill for ever") {
    Farm farm(checked());
    farm.note(0, timeout);
    config::Config config = web_farm();
    config.target_groups[0].passive_check = GENERATE(false, true);
    REQUIRE(farm.registry.reload(config, farm.now));
    CHECK(farm.target(0).state == State::healthy);
    CHECK_FALSE(farm.directory().targets[0].ends_flows);
}

TEST_CASE("who comes back while its flows drain has its old place and is checked as new") {
    Farm farm(checked());
    make_healthy(farm);
    farm.target_flows[1] = 1;
    config::Config without = checked();
    without.target_groups[0].targets.pop_back();
    REQUIRE(farm.registry.reload(without, farm.now));
    REQUIRE(farm.registry.reload(checked(), farm.now));
    CHECK(farm.registry.target_slots().target("web", "web-2") == 1);
    CHECK(farm.target(1).state == State::initial);
    CHECK(farm.target(0).state == State::healthy);
}
