// SPDX-License-Identifier: Apache-2.0
#include "config/fixed_settings.hpp"
#include "moved_clock.hpp"
#include "temporary_folder.hpp"

#include <fstream>

using namespace sallyport;
using namespace sallyport::test;
using Catch::Matchers::Contains;
using chain::test::appliance;
using chain::test::office;
using control::State;

namespace {

using Texts = std::vector<std::string>;

config::Config without_fw2() {
    config::Config config = office();
    config.appliance_groups[0].appliances.pop_back();
    return config;
}

config::Config with_fw3() {
    config::Config config = office();
    config.appliance_groups[0].appliances.push_back(appliance("fw-3", "198.51.100.13"));
    return config;
}

} // namespace

TEST_CASE("a reload of the same configuration changes nothing that a flow could notice") {
    MovedClock clock;
    const std::vector<ApplianceIndex> maglev = clock.roster().groups[0].maglev;
    REQUIRE(clock.registry.drain({"sensors", "ids-1"}, 60s, clock.now));
    const auto report = clock.registry.reload(office(), clock.now);
    REQUIRE(report);
    CHECK(control::describe(*report) == "no appliance, group, chain, listener or target came or went");
    CHECK(clock.roster().groups[0].maglev == maglev);
    CHECK(clock.state(2).state == State::draining); // drained by hand, and so it stays
}

TEST_CASE("what a reload adds gets a new place and flows; everybody else keeps theirs") {
    MovedClock clock;
    const auto report = clock.registry.reload(with_fw3(), clock.now);
    REQUIRE(report);
    CHECK(report->appliances_added == Texts{"firewalls/fw-3"});
    CHECK(clock.index("firewalls", "fw-1") == 0);
    CHECK(clock.index("sensors", "ids-1") == 2);
    CHECK(clock.index("firewalls", "fw-3") == 3);
    CHECK(clock.takers("firewalls") == Names{"fw-1", "fw-2", "fw-3"});
}

TEST_CASE("what a reload adds is initial when it is checked, and starts slowly when it is healthy") {
    MovedClock clock;
    config::Config config = with_fw3();
    config.appliance_groups[0].health_check.emplace();
    config.appliance_groups[0].slow_start = 100s;
    REQUIRE(clock.registry.reload(config, clock.now));
    CHECK(clock.state(3).state == State::initial);
    CHECK(clock.state(0).state == State::healthy); // what was known of it counts until a check says otherwise
    CHECK(clock.state(0).share_percent == 100);
    clock.registry.note_health(3, {chain::Health::healthy, "", ""}, clock.now);
    CHECK(clock.state(3).share_percent == 5);
}

TEST_CASE("what a reload takes out drains for its group's delay, as long as it has flows") {
    MovedClock clock;
    clock.flows[1] = 2;
    const auto report = clock.registry.reload(without_fw2(), clock.now);
    REQUIRE(report);
    CHECK(report->appliances_removed == Texts{"firewalls/fw-2"});
    CHECK(clock.takers("firewalls") == Names{"fw-1"});
    CHECK(clock.state(1).state == State::draining);
    CHECK(clock.state(1).taken_out_by == control::TakenOutBy::reload);
    CHECK(clock.state(1).drain_left == 300s);
    clock.pass(299s);
    CHECK(clock.state(1).state == State::draining);
    clock.pass(1s);
    CHECK(clock.state(1).state == State::unused);
    CHECK_FALSE(clock.state(1).is_free);
    clock.flows[1] = 0;
    clock.tick();
    CHECK(clock.state(1).is_free);
    CHECK(clock.roster().appliances[1].group == no_index);
}

TEST_CASE("what a reload takes out leaves as soon as it has no flow and every worker knows") {
    MovedClock clock;
    REQUIRE(clock.registry.reload(without_fw2(), clock.now));
    clock.publish();
    clock.settled = false;
    clock.pass(10s);
    CHECK(clock.state(1).state == State::draining);
    clock.settled = true;
    clock.pass(100ms);
    CHECK(clock.state(1).state == State::unused);
    clock.pass(100ms);
    CHECK(clock.state(1).is_free);
}

TEST_CASE("a place is not left by a roster that no worker has yet") {
    MovedClock clock;
    REQUIRE(clock.registry.reload(without_fw2(), clock.now));
    clock.registry.tick(clock.now, {.flows = [](ApplianceIndex) { return 0U; }, .has_settled = true});
    CHECK(clock.state(1).state == State::draining);
}

TEST_CASE("a free place is given to the next that comes") {
    MovedClock clock;
    REQUIRE(clock.registry.reload(without_fw2(), clock.now));
    for (int i = 0; i < 3; ++i)
        clock.tick();
    REQUIRE(clock.state(1).is_free);
    config::Config config = without_fw2();
    config.appliance_groups[1].appliances.push_back(appliance("ids-2", "198.51.100.22"));
    REQUIRE(clock.registry.reload(config, clock.now));
    CHECK(clock.index("sensors", "ids-2") == 1);
    CHECK(clock.state(1).state == State::healthy);
    CHECK(clock.takers("sensors") == Names{"ids-1", "ids-2"});
}

TEST_CASE("a renamed appliance is another one: the old name drains") {
    MovedClock clock;
    config::Config config = office();
    config.appliance_groups[0].appliances[1].name = "fw-9";
    clock.flows[1] = 1;
    const auto report = clock.registry.reload(config, clock.now);
    REQUIRE(report);
    CHECK(control::describe(*report) == "appliances added: firewalls/fw-9; appliances removed: firewalls/fw-2");
    CHECK(clock.takers("firewalls") == Names{"fw-1", "fw-9"});
    CHECK(clock.state(1).state == State::draining);
    CHECK(clock.index("firewalls", "fw-9") == 3);
}

TEST_CASE("who comes back while it drains has its old place, and no share of its past") {
    MovedClock clock;
    clock.flows[1] = 1;
    REQUIRE(clock.registry.reload(without_fw2(), clock.now));
    clock.pass(10s);
    REQUIRE(clock.registry.reload(office(), clock.now));
    CHECK(clock.index("firewalls", "fw-2") == 1);
    CHECK(clock.state(1).state == State::healthy);
    CHECK(clock.takers("firewalls") == Names{"fw-1", "fw-2"});
    clock.pass(300s);
    CHECK(clock.state(1).state == State::healthy);
}

TEST_CASE("who comes back is checked as new, and starts slowly") {
    config::Config config = office();
    config.appliance_groups[0].health_check.emplace();
    config.appliance_groups[0].slow_start = 100s;
    MovedClock clock(config);
    clock.registry.note_health(1, {chain::Health::healthy, "", ""}, clock.now);
    clock.flows[1] = 1;
    config::Config without = config;
    without.appliance_groups[0].appliances.pop_back();
    REQUIRE(clock.registry.reload(without, clock.now));
    REQUIRE(clock.registry.reload(config, clock.now));
    CHECK(clock.state(1).state == State::initial);
    clock.registry.note_health(1, {chain::Health::healthy, "", ""}, clock.now);
    CHECK(clock.state(1).share_percent == 5);
}

TEST_CASE("who was drained by hand keeps that delay when a reload takes it out") {
    MovedClock clock;
    clock.flows[1] = 1;
    REQUIRE(clock.registry.drain({"firewalls", "fw-2"}, 60s, clock.now));
    REQUIRE(clock.registry.reload(without_fw2(), clock.now));
    CHECK(clock.state(1).drain_left == 60s);
    CHECK(clock.state(1).taken_out_by == control::TakenOutBy::reload);
    clock.pass(60s);
    CHECK(clock.state(1).state == State::unused);
    REQUIRE(clock.registry.reload(without_fw2(), clock.now));
    CHECK(clock.state(1).state == State::unused);
}

TEST_CASE("a group that is gone drains as it was told when it was there") {
    config::Config before = office();
    before.appliance_groups[0].deregistration_delay = 20s;
    before.appliance_groups[0].on_deregistered = config::Failover::reset;
    MovedClock clock(before);
    clock.flows[0] = 1;
    config::Config config = office();
    config.appliance_groups.erase(config.appliance_groups.begin());
    config.chains[0].groups = {"sensors"};
    const auto report = clock.registry.reload(config, clock.now);
    REQUIRE(report);
    CHECK(report->groups_removed == Texts{"firewalls"});
    CHECK(clock.state(0).drain_left == 20s);
    clock.pass(20s);
    CHECK(clock.roster().appliances[0].flows_meet == chain::Meets::reset);
}

TEST_CASE("who is not checked any more is not ill for ever") {
    config::Config checked = office();
    checked.appliance_groups[0].health_check.emplace();
    MovedClock clock(checked);
    clock.registry.note_health(0, {chain::Health::unhealthy, "Target.Timeout", "no answer"}, clock.now);
    REQUIRE(clock.registry.reload(office(), clock.now));
    CHECK(clock.state(0).state == State::healthy);
    CHECK(clock.state(1).state == State::healthy);
    CHECK(clock.registry.take_news().size() == 3); // ill, healthy, and the other one healthy
}

TEST_CASE("what can not change while the gateway runs is refused by name, and nothing is taken") {
    MovedClock clock;
    config::Config config = with_fw3();
    config.gateway.workers = 7;
    config.gateway.admin = "/elsewhere";
    config.gateway.busy_poll = true;
    config.gateway.hugepages = config::Hugepages::never;
    config.gateway.packet_buffers = 1;
    config.gateway.flows_per_worker = 1;
    config.gateway.pending_packets = 1;
    config.gateway.fragmented_packets = 1;
    config.gateway.held_fragments = 1;
    config.ports[0].mtu = 1700;
    config.ports[1].device = config::NullDevice{};
    config.ports[2].vlan = 5;
    config.ports[3].addresses.clear();
    config.endpoints[0].id = 99;
    config.endpoints[1].ports.emplace_back("inspect");
    config.routes.push_back({*IpPrefix::parse("10.0.0.0/8"), *IpAddress::parse("203.0.113.9"), {}, 0});
    const auto report = clock.registry.reload(config, clock.now);
    REQUIRE_FALSE(report);
    CHECK(report.error().message ==
          "what can not change while the gateway runs has changed, and nothing was changed: gateway.workers, "
          "gateway.admin, gateway.busy_poll, gateway.hugepages, gateway.packet_buffers, gateway.flows_per_worker, "
          "gateway.pending_packets, gateway.fragmented_packets, gateway.held_fragments, ports.inspect.mtu, "
          "ports.north: the device, ports.south.vlan, ports.branch.addresses, endpoints.office.id, "
          "endpoints.branch.ports, routes; put it back, or start the gateway again");
    CHECK_FALSE(clock.registry.roster_is_due());
    CHECK(clock.registry.config().gateway.workers == 1);
    CHECK(clock.registry.slots().appliances.size() == 3);
}

TEST_CASE("a port or endpoint that comes or goes is refused") {
    config::Config config = office();
    config.ports[3].name = "annex";
    config.endpoints[1].ports = {"annex"};
    config.endpoints[1].name = "annex";
    CHECK(config::fixed_differences(office(), config) ==
          Texts{"ports.branch is gone", "ports.annex is new", "endpoints.branch is gone", "endpoints.annex is new"});
}

TEST_CASE("the order of ports and endpoints in the file means nothing: their positions stay") {
    MovedClock clock;
    config::Config config = office();
    std::reverse(config.ports.begin(), config.ports.end());
    std::reverse(config.endpoints.begin(), config.endpoints.end());
    REQUIRE(clock.registry.reload(config, clock.now));
    CHECK(clock.roster().ports[0].name == "inspect");
    CHECK(clock.roster().endpoints[0].name == "office");
}

TEST_CASE("timers, policy, weights and the gateway's name are taken") {
    MovedClock clock;
    config::Config config = office();
    config.gateway.name = "annex";
    config.gateway.zone = "a";
    config.gateway.timeouts.udp = 7s;
    config.policy.pop_back();
    config.appliance_groups[0].appliances[0].weight = 0;
    config.appliance_groups[0].on_unhealthy = config::Failover::rebalance;
    REQUIRE(clock.registry.reload(config, clock.now));
    CHECK(clock.registry.config().gateway.name == "annex");
    CHECK(clock.roster().policy.rules.size() == 1);
    CHECK(clock.takers("firewalls") == Names{"fw-2"});
    CHECK(std::ranges::count(clock.roster().endpoints[0].timeouts_ms, 7'000U) > 0);
}

TEST_CASE("more appliances or groups than the workers can count are refused") {
    MovedClock clock;
    config::Config config = office();
    for (unsigned i = 0; i < control::spare_appliances + 1; ++i) {
        const std::string name = "x-" + std::to_string(i);
        config.appliance_groups[1].appliances.push_back(appliance(name.c_str(), "198.51.100.99"));
    }
    const auto many = clock.registry.reload(config, clock.now);
    REQUIRE_FALSE(many);
    CHECK_THAT(many.error().message, Contains("there is room for 1027 appliances in all"));
    CHECK_FALSE(clock.registry.roster_is_due());
    config.appliance_groups[1].appliances.pop_back();
    CHECK(clock.registry.reload(config, clock.now));

    config = office();
    for (unsigned i = 0; i < control::spare_groups + 1; ++i)
        config.appliance_groups.push_back({"g-" + std::to_string(i)});
    CHECK_THAT(clock.registry.reload(config, clock.now).error().message, Contains("there is room for 66 groups"));
}

TEST_CASE("a file that does not work gives all its findings, and no configuration") {
    const TemporaryFolder folder;
    const std::string path = folder / "bad.yaml";
    std::ofstream(path) << "ports: {north: {interface: gw-north}}\npolizy: []\n";
    const auto loaded = control::load_for_reload(path);
    REQUIRE_FALSE(loaded);
    CHECK_THAT(loaded.error().message, Contains("the configuration does not work, and nothing was changed\n" + path));
    CHECK_THAT(loaded.error().message, Contains(":2: polizy"));
    CHECK_FALSE(control::load_for_reload(folder / "missing.yaml"));
}
