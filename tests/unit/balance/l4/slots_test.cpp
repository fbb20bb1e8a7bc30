// SPDX-License-Identifier: Apache-2.0
// Positions outlive reloads: of targets, target groups, listeners and their timeouts.
#include "../../control/web_farm.hpp"
#include "balance/l4/slots.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::balance;
using namespace std::chrono_literals;
using chain::Registration;
using test::target;
using test::web_farm;

namespace {

constexpr chain::Standing standing_of_new{.health = chain::Health::initial};

TargetSlots next(const TargetSlots& slots, const config::Config& config) {
    return next_target_slots(slots, config, standing_of_new);
}

config::Config without_web2() {
    config::Config config = web_farm();
    config.target_groups[0].targets.pop_back();
    return config;
}

} // namespace

TEST_CASE("the first slots are the file's order, all registered and healthy") {
    const TargetSlots slots = first_target_slots(web_farm());
    REQUIRE(slots.targets.size() == 3);
    CHECK(slots.targets[1].name == "web-2");
    CHECK(slots.targets[2].group == "dns");
    CHECK(slots.targets[0].standing == chain::Standing{});
    CHECK(slots.groups == std::vector<std::string>{"web", "dns"});
    CHECK(slots.target("web", "web-2") == 1);
    CHECK(slots.target("dns", "web-2") == no_index);
}

TEST_CASE("a reload of the same changes nothing, and the order of the file means nothing") {
    TargetSlots slots = first_target_slots(web_farm());
    slots.targets[0].standing.registration = Registration::draining; // by hand
    config::Config config = web_farm();
    std::swap(config.target_groups[0].targets[0], config.target_groups[0].targets[1]);
    std::swap(config.target_groups[0], config.target_groups[1]);
    slots = next(slots, config);
    CHECK(slots.targets.size() == 3);
    CHECK(slots.target("web", "web-1") == 0);
    CHECK(slots.target("dns", "dns-1") == 2);
    CHECK(slots.groups == std::vector<std::string>{"web", "dns"});
    CHECK(slots.targets[0].standing.registration == Registration::draining);
    CHECK(slots.targets[1].standing.health == chain::Health::healthy);
}

TEST_CASE("a target is known by group, address and port, whatever it is called") {
    TargetSlots slots = first_target_slots(web_farm());
    config::Config config = web_farm();
    config.target_groups[0].targets[0].name = "other";
    slots = next(slots, config);
    CHECK(slots.target("web", "other") == 0);
    config.target_groups[0].targets[0].port = 8080;
    slots = next(slots, config);
    CHECK(slots.target("web", "other") == 3);
    CHECK(slots.targets[3].standing.health == chain::Health::initial);
    CHECK(slots.targets[0].standing.registration == Registration::draining);
    CHECK_FALSE(slots.targets[0].is_configured);
}

TEST_CASE("what is taken out drains at its place; what comes back has it again and begins anew") {
    TargetSlots slots = next(first_target_slots(web_farm()), without_web2());
    CHECK(slots.targets[1].standing.registration == Registration::draining);
    CHECK(slots.target("web", "web-2") == no_index);
    slots.targets[1].unhealthy_flows_end = true;
    slots = next(slots, web_farm());
    CHECK(slots.target("web", "web-2") == 1);
    CHECK(slots.targets[1].standing.registration == Registration::registered);
    CHECK(slots.targets[1].standing.health == chain::Health::initial);
    CHECK_FALSE(slots.targets[1].unhealthy_flows_end);
    CHECK(slots.targets.size() == 3);
}

TEST_CASE("a place is given on only when it is free") {
    TargetSlots slots = next(first_target_slots(web_farm()), without_web2());
    config::Config config = without_web2();
    config.target_groups[0].targets.push_back(target("web-3", "203.0.113.13"));
    CHECK(next(slots, config).target("web", "web-3") == 3);
    slots.targets[1].is_free = true;
    slots = next(slots, config);
    CHECK(slots.target("web", "web-3") == 1);
    CHECK_FALSE(slots.targets[1].is_free);
    CHECK(slots.targets.size() == 3);
}

TEST_CASE("what a group says of its flows' end is for those that left it as well") {
    config::Config config = without_web2();
    TargetSlots slots = next(first_target_slots(web_farm()), config);
    config.target_groups[0].deregistration_termination = true;
    slots = next(slots, config);
    CHECK(slots.targets[1].deregistration_termination);
    config.target_groups.erase(config.target_groups.begin());
    config.listeners.clear();
    slots = next(slots, config);
    CHECK(slots.targets[0].deregistration_termination); // the group is gone
    CHECK(slots.groups == std::vector<std::string>{"web", "dns"});
}

TEST_CASE("a listener that listens elsewhere is another one; the old place stays") {
    config::Config config = web_farm();
    TargetSlots slots = first_target_slots(config);
    config.listeners[0].half_open_limit = 7;
    slots = next(slots, config);
    REQUIRE(slots.listeners.size() == 1);
    CHECK(slots.listeners[0].configured.half_open_limit == 7);
    config.listeners[0].port = 8080;
    slots = next(slots, config);
    REQUIRE(slots.listeners.size() == 2);
    CHECK_FALSE(slots.listeners[0].is_configured);
    CHECK(slots.listeners[0].configured.port == 80);
    CHECK(slots.listeners[1].is_configured);
    slots = next(slots, web_farm());
    CHECK(slots.listeners.size() == 2);
    CHECK(slots.listeners[0].is_configured);
}

TEST_CASE("a listener that somebody else serves from now on is another one") {
    config::Config config = web_farm();
    config.listeners[0].mode = config::ListenerMode::proxy;
    TargetSlots slots = first_target_slots(config);
    config.listeners[0].http.emplace();
    slots = next(slots, config);
    REQUIRE(slots.listeners.size() == 2);
    CHECK_FALSE(slots.listeners[0].is_configured);
    config.listeners[0].http->preserves_host = true;
    slots = next(slots, config);
    REQUIRE(slots.listeners.size() == 2);
    CHECK(slots.listeners[1].configured.http->preserves_host);
    config.listeners[0].tls.emplace();
    CHECK(next(slots, config).listeners.size() == 3);
}

TEST_CASE("timeouts keep their position, and position 0 is nobody's") {
    config::Config config = web_farm();
    TargetSlots slots = first_target_slots(config);
    const std::uint8_t first = timers_position(config, config.listeners[0], slots);
    CHECK(first == 1);
    CHECK(slots.timers[1][static_cast<unsigned>(flow::FlowState::tcp_established)] == 350'000);
    CHECK(slots.timers[1][static_cast<unsigned>(flow::FlowState::udp)] == 120'000);
    config.listeners[0].tcp_idle = 60s;
    slots = next(slots, config);
    CHECK(timers_position(config, config.listeners[0], slots) == 2);
    CHECK(slots.timers[1][static_cast<unsigned>(flow::FlowState::tcp_established)] == 350'000);
    slots = next(slots, web_farm());
    CHECK(timers_position(web_farm(), web_farm().listeners[0], slots) == 1);
    CHECK(slots.timers.size() == 3);
}

TEST_CASE("a proxied flow's entry outlives the proxy's idle timeout") {
    config::Config config = web_farm();
    config.listeners[0].mode = config::ListenerMode::proxy;
    const TargetSlots slots = first_target_slots(config);
    CHECK(slots.timers[1][static_cast<unsigned>(flow::FlowState::tcp_established)] == 380'000);
}

TEST_CASE("listeners with the same timeouts share a position, and there are 256 at most") {
    config::Config config = web_farm();
    config.listeners.push_back(config.listeners[0]);
    config.listeners[1].name = "other";
    CHECK(first_target_slots(config).timers.size() == 2);
    for (int i = 0; i < 300; ++i) {
        config.listeners.push_back(config.listeners[0]);
        config.listeners.back().name = std::to_string(i);
        config.listeners.back().tcp_idle = std::chrono::seconds(1000 + i);
    }
    const TargetSlots slots = first_target_slots(config);
    CHECK(slots.timers.size() == max_timers);
    CHECK(timers_position(config, config.listeners[255], slots) == 255);
    CHECK(timers_position(config, config.listeners.back(), slots) == 0);
}
