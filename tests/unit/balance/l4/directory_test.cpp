// SPDX-License-Identifier: Apache-2.0
#include "../../control/web_farm.hpp"
#include "balance/l4/build_directory.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::balance;
using chain::Health;
using chain::Registration;
using chain::test::address;
using test::web_farm;

namespace {

ListenAddress at(const char* text, std::uint16_t port, std::uint8_t protocol, EndpointIndex endpoint = 0) {
    const IpAddress ip = address(text);
    return {.address = {ip.high(), ip.low()},
            .port = port,
            .endpoint = endpoint,
            .protocol = protocol,
            .family = ip.family()};
}

Directory directory_of(const config::Config& config) {
    return *build_roster(config).directory;
}

} // namespace

TEST_CASE("a listener is found by endpoint, address, port and protocol, and by nothing less") {
    const Directory directory = directory_of(web_farm());
    CHECK(directory.by_address.find(at("192.0.2.80", 80, 6)) == 0);
    CHECK(directory.by_address.find(at("192.0.2.80", 80, 17)) == no_index);
    CHECK(directory.by_address.find(at("192.0.2.80", 81, 6)) == no_index);
    CHECK(directory.by_address.find(at("192.0.2.81", 80, 6)) == no_index);
    CHECK(directory.by_address.find(at("192.0.2.80", 80, 6, 1)) == no_index);
    CHECK(directory.listener_addresses.contains(at("192.0.2.80", 0, 0)));
    CHECK(directory.at_targets.find(at("203.0.113.53", directory.targets.back().port, 6, 1)) != no_index);
    CHECK(directory.at_targets.find(at("192.0.2.80", 80, 6)) == no_index);
    CHECK(directory.source_addresses.contains(at("203.0.113.1", 0, 0)));
    CHECK_FALSE(directory.source_addresses.contains(at("198.51.100.1", 0, 0))); // towards appliances
}

TEST_CASE("a listener of both protocols is found by either") {
    config::Config config = web_farm();
    config.listeners[0].protocol = config::L4Protocol::tcp_udp;
    const Directory directory = directory_of(config);
    CHECK(directory.by_address.find(at("192.0.2.80", 80, 6)) == 0);
    CHECK(directory.by_address.find(at("192.0.2.80", 80, 17)) == 0);
    CHECK(directory.by_address.find(at("192.0.2.80", 80, 1)) == no_index);
}

TEST_CASE("a trusted upstream's packets reach the listener, whoever its clients are") {
    config::Config config = web_farm();
    config.listeners[0].mode = config::ListenerMode::proxy;
    config.listeners[0].allow = {*IpPrefix::parse("198.51.100.0/24")};
    config.listeners[0].proxy_protocol_from = {*IpPrefix::parse("192.0.2.7/32")};
    const Directory directory = directory_of(config);
    CHECK(directory.listeners[0].admits(address("192.0.2.7")));
    CHECK(directory.listeners[0].admits(address("198.51.100.9")));
    CHECK_FALSE(directory.listeners[0].admits(address("192.0.2.8")));
}

TEST_CASE("a listener of HTTP says so, and where its default action leads") {
    config::Config config = web_farm();
    config.listeners[0].mode = config::ListenerMode::proxy;
    config.listeners[0].forward.clear();
    config.listeners[0].http.emplace().default_action = config::ForwardAction{{{"dns", 3}}};
    config.target_groups[1].http.emplace();
    config.target_groups[1].tls.emplace();
    Directory directory = directory_of(config);
    CHECK(directory.listeners[0].is_http);
    CHECK_FALSE(directory.listeners[0].is_tls);
    REQUIRE(directory.listeners[0].forward.size() == 1);
    CHECK(directory.listeners[0].forward[0].group == 1);
    CHECK(directory.listeners[0].forward[0].weight == 3);
    CHECK_FALSE(directory.groups[0].is_http);
    CHECK(directory.groups[1].is_http);
    CHECK(directory.groups[1].is_tls);
    CHECK(directory.by_address.find(at("192.0.2.80", 80, 6)) == 0); // packets go into the host link, by mode proxy
    config.listeners[0].http->default_action = config::RedirectAction{};
    config.listeners[0].tls.emplace();
    directory = directory_of(config);
    CHECK(directory.listeners[0].forward.empty());
    CHECK(directory.listeners[0].is_tls);
}

TEST_CASE("a listener that a reload took out is found no more, and keeps its position") {
    config::Config config = web_farm();
    TargetSlots slots = first_target_slots(config);
    config.listeners.clear();
    slots = next_target_slots(slots, config, {});
    const Directory directory = *build_roster(config, chain::first_slots(config), slots).directory;
    REQUIRE(directory.listeners.size() == 1);
    CHECK(directory.listeners[0].is_gone);
    CHECK(directory.by_address.find(at("192.0.2.80", 80, 6)) == no_index);
    CHECK(directory.by_address_of_gone.find(at("192.0.2.80", 80, 6)) != no_index);
    CHECK(directory.listener_addresses.contains(at("192.0.2.80", 0, 0))); // its flows live on
}

TEST_CASE("whose flows end: unhealthy ones whose time is over, and deregistered ones whose group says so") {
    struct Case {
        Health health;
        Registration registration;
        bool unhealthy_flows_end;
        bool deregistration_termination;
        bool ends;
    };
    const auto one = GENERATE(values<Case>({
        {Health::healthy, Registration::registered, false, false, false},
        {Health::unhealthy, Registration::registered, false, false, false},
        {Health::unhealthy, Registration::registered, true, false, true},
        {Health::unhealthy, Registration::draining, true, false, true},
        {Health::healthy, Registration::draining, false, true, false},
        {Health::healthy, Registration::deregistered, false, true, true},
        {Health::healthy, Registration::deregistered, false, false, false},
        {Health::healthy, Registration::registered, true, true, false},
    }));
    const config::Config config = web_farm();
    TargetSlots slots = first_target_slots(config);
    TargetPlace& place = slots.targets[0];
    place.standing.health = one.health;
    place.standing.registration = one.registration;
    place.unhealthy_flows_end = one.unhealthy_flows_end;
    place.deregistration_termination = one.deregistration_termination;
    CHECK(build_roster(config, chain::first_slots(config), slots).directory->targets[0].ends_flows == one.ends);
}

TEST_CASE("while a group fails open nobody who takes flows has them ended, and one who drains has") {
    const config::Config config = web_farm();
    TargetSlots slots = first_target_slots(config);
    for (TargetIndex index : {TargetIndex{0}, TargetIndex{1}}) {
        slots.targets[index].standing.health = Health::unhealthy;
        slots.targets[index].unhealthy_flows_end = true;
    }
    const auto directory = [&] { return *build_roster(config, chain::first_slots(config), slots).directory; };
    CHECK(directory().groups[0].is_failing_open);
    CHECK_FALSE(directory().targets[0].ends_flows);
    slots.targets[1].standing.registration = Registration::draining;
    CHECK(directory().targets[1].ends_flows);
}

TEST_CASE("deny decides before allow, and without allow everybody may") {
    const auto prefix = [](const char* text) { return chain::test::prefix(text); };
    const SourceRules open;
    CHECK(open.admits(address("192.0.2.1")));
    const SourceRules rules{{prefix("192.0.2.0/24"), prefix("2001:db8::/32")}, {prefix("192.0.2.128/25")}};
    CHECK(rules.admits(address("192.0.2.127")));
    CHECK_FALSE(rules.admits(address("192.0.2.128")));
    CHECK(rules.admits(address("2001:db8::1")));
    CHECK_FALSE(rules.admits(address("203.0.113.1")));
}
