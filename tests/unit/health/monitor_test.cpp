// SPDX-License-Identifier: Apache-2.0
#include "fake_probe_path.hpp"
#include "health/monitor.hpp"
#include "health/probe_packet.hpp"
#include "loop.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <map>
#include <optional>

using namespace sallyport;
using namespace sallyport::test;
using namespace std::chrono_literals;
using chain::Health;
using config::HealthProtocol;
using health::Change;
using health::Watched;

namespace {

Watched probed(ApplianceIndex index, const char* address = "198.51.100.11") {
    Watched watched = local_appliance(HealthProtocol::geneve, 0);
    watched.index = index;
    watched.address = *IpAddress::parse(address);
    watched.check->interval = 2ms;
    watched.check->timeout = 5ms;
    watched.check->healthy_threshold = 3;
    watched.check->unhealthy_threshold = 2;
    return watched;
}

Watched passive_only(ApplianceIndex index) {
    Watched watched = probed(index);
    watched.check.reset();
    return watched;
}

health::MonitorSettings quick_settings() {
    health::MonitorSettings settings;
    settings.seed = 42;
    settings.traffic_interval = 1ms;
    settings.passive.window = 30ms;
    settings.passive.first_back_off = 1h; // the tests of the rule itself are elsewhere
    settings.passive.longest_back_off = 1h;
    return settings;
}

/// A monitor in a world whose appliances do as the test says.
class World {
public:
    World() : monitor(std::in_place, loop, quick_settings(), surroundings()) {}

    template <typename Condition>
    void until(Condition condition) {
        run_until(loop, condition);
    }
    void until_health(ApplianceIndex appliance, Health wanted) {
        until([&] { return monitor->health(appliance) == wanted; });
    }
    void until_checked_again(ApplianceIndex appliance) {
        const std::size_t before = path.count_sent_to(appliance);
        until([&] { return path.count_sent_to(appliance) >= before + 2; });
    }
    [[nodiscard]] health::Report report(ApplianceIndex appliance) const {
        for (const auto& each : monitor->snapshot())
            if (each.index == appliance) return each;
        FAIL("no appliance " << appliance);
        return {};
    }

    boost::asio::io_context loop;
    FakeProbePath path;
    std::map<ApplianceIndex, health::Traffic> traffic;
    std::set<ApplianceIndex> lost; // what is sent to them does not return
    std::vector<Change> changes;
    std::function<void(const Change&)> also_on_change;
    std::optional<health::Monitor> monitor;

private:
    health::Surroundings surroundings() {
        return {&path,
                [this](ApplianceIndex appliance) {
                    auto& counters = traffic[appliance];
                    counters.packets_sent += 5;
                    if (!lost.contains(appliance)) counters.packets_returned += 5;
                    return counters;
                },
                {},
                [this](const Change& change) {
                    changes.push_back(change);
                    if (also_on_change) also_on_change(change);
                }};
    }
};

} // namespace

TEST_CASE("a new appliance is initial, and its first success makes it healthy: one change") {
    World world;
    world.monitor->watch({probed(0)});
    CHECK(world.monitor->health(0) == Health::initial);
    CHECK(world.report(0).reason == "Elb.InitialHealthChecking");
    CHECK(world.changes.empty());
    world.until_health(0, Health::healthy);
    world.until_checked_again(0);
    REQUIRE(world.changes.size() == 1);
    CHECK(world.changes[0].index == 0);
    CHECK(world.changes[0].health == Health::healthy);
    CHECK(world.changes[0].reason.empty());
    CHECK(world.changes[0].sentence.empty());
}

TEST_CASE("an appliance fails and comes back: a change each, and no other one's") {
    World world;
    world.monitor->watch({probed(0), probed(1, "198.51.100.12")});
    world.until([&] { return world.changes.size() == 2; });
    world.path.dead = {1};
    world.until_health(1, Health::unhealthy);
    world.until_checked_again(1);
    CHECK(world.report(1).failures_in_a_row >= 2);
    CHECK(world.report(1).last_failure.starts_with("Request timed out"));
    world.path.dead = {};
    world.until_health(1, Health::healthy);
    REQUIRE(world.changes.size() == 4);
    CHECK(world.changes[2].index == 1);
    CHECK(world.changes[2].health == Health::unhealthy);
    CHECK(world.changes[2].reason == "Target.Timeout");
    CHECK(world.changes[2].sentence.starts_with("Request timed out"));
    CHECK(world.changes[3].index == 1);
    CHECK(world.changes[3].health == Health::healthy);
    CHECK(world.monitor->health(0) == Health::healthy);
}

TEST_CASE("each probe has another number, of all appliances'") {
    World world;
    world.monitor->watch({probed(0), probed(1, "198.51.100.12")});
    world.until_checked_again(0);
    world.until_checked_again(1);
    std::set<std::uint32_t> numbers;
    for (const auto& sent : world.path.sent)
        numbers.insert(sent.number);
    CHECK(numbers.size() == world.path.sent.size());
    CHECK_FALSE(numbers.contains(0));
}

TEST_CASE("a report counts checks and failures, and has the time of the last check") {
    World world;
    world.path.dead = {0};
    world.monitor->watch({probed(0)});
    CHECK(world.report(0).checks == 0);
    CHECK_FALSE(world.report(0).took);
    CHECK(world.report(0).name == "firewalls/fw-1");
    world.until([&] { return world.report(0).checks == 2; });
    CHECK(world.report(0).checks_failed == 2);
    CHECK(world.report(0).took >= 5ms);
    CHECK(world.report(0).health == Health::unhealthy);
    CHECK(world.report(0).reason == "Target.Timeout");
}

TEST_CASE("the same list again disturbs nothing") {
    World world;
    world.monitor->watch({probed(0)});
    world.until_health(0, Health::healthy);
    const auto before = world.report(0);
    for (int i = 0; i < 100; ++i)
        world.monitor->watch({probed(0)});
    CHECK(world.report(0).checks == before.checks);
    CHECK(world.monitor->health(0) == Health::healthy);
    world.until_checked_again(0);
    CHECK(world.report(0).checks > before.checks);
    CHECK(world.changes.size() == 1);
}

TEST_CASE("lists that come again and again do not keep the first check from being made") {
    World world;
    auto slow = probed(0);
    slow.check->interval = 50ms;
    world.monitor->watch({slow});
    world.until([&] {
        world.monitor->watch({slow});
        return world.monitor->health(0) == Health::healthy;
    });
}

TEST_CASE("a changed check begins anew, and what is known of the appliance stays") {
    World world;
    world.path.dead = {0};
    world.monitor->watch({probed(0)});
    world.until_health(0, Health::unhealthy);
    const auto before = world.report(0);
    auto changed = probed(0);
    changed.check->probe.port = 53;
    world.monitor->watch({changed});
    CHECK(world.monitor->health(0) == Health::unhealthy);
    CHECK(world.report(0).reason == before.reason);
    CHECK(world.report(0).checks == before.checks);
    world.path.dead = {};
    world.until_health(0, Health::healthy);
    CHECK(world.path.sent.back().packet == health::probe_packet(changed.check->probe, world.path.sent.back().number));
}

TEST_CASE("who is no more in the list is checked no more") {
    World world;
    world.monitor->watch({probed(0), probed(1, "198.51.100.12")});
    world.until_checked_again(1);
    world.monitor->watch({probed(0)});
    const std::size_t sent = world.path.count_sent_to(1);
    CHECK_FALSE(world.monitor->health(1));
    CHECK(world.monitor->snapshot().size() == 1);
    world.until_checked_again(0);
    world.until_checked_again(0);
    CHECK(world.path.count_sent_to(1) == sent);
}

TEST_CASE("another appliance in the same place is initial again") {
    World world;
    world.monitor->watch({probed(0)});
    world.until_health(0, Health::healthy);
    world.path.dead = {0};
    world.monitor->watch({probed(0, "198.51.100.99")});
    CHECK(world.monitor->health(0) == Health::initial);
    CHECK(world.report(0).checks == 0);
}

TEST_CASE("an appliance without a check is healthy from the start, and unhealthy when nothing comes back from it") {
    World world;
    world.monitor->watch({passive_only(0), passive_only(1)});
    CHECK(world.monitor->health(0) == Health::healthy);
    world.lost = {1};
    world.until_health(1, Health::unhealthy);
    CHECK(world.report(1).reason == "Target.NoReturnTraffic");
    CHECK(world.report(1).is_silent);
    CHECK(world.report(1).checks == 0);
    CHECK(world.monitor->health(0) == Health::healthy);
    world.lost = {};
    world.until_health(1, Health::healthy);
    REQUIRE(world.changes.size() == 2);
    CHECK(world.changes[0].reason == "Target.NoReturnTraffic");
    CHECK(world.changes[0].sentence.starts_with("Nothing came back of "));
    CHECK(world.changes[1].health == Health::healthy);
}

TEST_CASE("a port that answers does not make up for silence, a probe that passes does") {
    World world;
    boost::asio::ip::tcp::acceptor acceptor(world.loop, {boost::asio::ip::address_v4::loopback(), 0});
    auto port = local_appliance(HealthProtocol::tcp, acceptor.local_endpoint().port());
    port.check->interval = 1ms;
    auto through = probed(1);
    world.monitor->watch({port, through});
    world.until([&] { return world.changes.size() == 2; });
    // The appliance of the port is dead to everything but the kernel's handshake.
    world.lost = {0, 1};
    world.until([&] { return world.report(0).is_silent && world.report(1).is_silent; });
    CHECK(world.report(0).health == Health::unhealthy);
    CHECK(world.report(0).reason == "Target.NoReturnTraffic");
    world.until_checked_again(1);
    CHECK(world.report(1).health == Health::healthy);
    CHECK(world.changes.size() == 3);
}

TEST_CASE("without the passive watch silence is none") {
    World world;
    auto blind = probed(0);
    blind.is_passive = false;
    world.lost = {0};
    world.monitor->watch({blind, passive_only(1)});
    world.lost = {0, 1};
    world.until_health(1, Health::unhealthy);
    CHECK_FALSE(world.report(0).is_silent);
    CHECK_FALSE(world.traffic.contains(0));
}

TEST_CASE("when a reload ends the passive watch, its verdict ends too") {
    World world;
    world.lost = {0};
    world.monitor->watch({passive_only(0)});
    world.until_health(0, Health::unhealthy);
    auto blind = passive_only(0);
    blind.is_passive = false;
    world.monitor->watch({blind});
    CHECK(world.monitor->health(0) == Health::healthy);
}

TEST_CASE("first checks are not made all at once") {
    World world;
    std::vector<Watched> list;
    for (ApplianceIndex index = 0; index < 100; ++index) {
        list.push_back(probed(index));
        list.back().check->interval = 24h;
    }
    world.monitor->watch(list);
    world.loop.poll();
    CHECK(world.path.sent.size() < 10);
}

TEST_CASE("who is told of a change may watch others, or none") {
    World world;
    world.also_on_change = [&world](const Change& change) {
        if (change.index == 0) world.monitor->watch({probed(1), passive_only(2)});
    };
    world.monitor->watch({probed(0)});
    world.until_health(1, Health::healthy);
    CHECK_FALSE(world.monitor->health(0));
    world.also_on_change = [&world](const Change&) { world.monitor->watch({}); };
    world.lost = {2};
    world.until([&] { return world.monitor->snapshot().empty(); });
}

TEST_CASE("who is told of a change may end the monitor") {
    for (const bool is_passive : {false, true}) {
        World world;
        world.also_on_change = [&world](const Change&) { world.monitor.reset(); };
        world.lost = {0};
        world.monitor->watch({is_passive ? passive_only(0) : probed(0), passive_only(1)});
        world.until([&] { return !world.monitor; });
        world.loop.run_for(20ms);
        CHECK(world.changes.size() == 1);
    }
}

TEST_CASE("a monitor that ends while checks are under way is heard of no more") {
    const StrangeServer server("silence");
    for (int turns = 0; turns < 12; ++turns) {
        World world;
        world.path.dead = {3};
        std::vector<Watched> list = {local_appliance(HealthProtocol::tcp, server.port()),
                                     local_appliance(HealthProtocol::http, server.port()),
                                     local_appliance(HealthProtocol::https, server.port()), probed(3)};
        for (ApplianceIndex index = 0; index < 3; ++index) {
            list[index].index = index;
            list[index].check->interval = 1ms;
        }
        world.monitor->watch(list);
        for (int turn = 0; turn < turns * 2; ++turn)
            world.loop.run_one_for(10ms);
        world.monitor.reset();
        const std::size_t changes = world.changes.size();
        const std::size_t probes = world.path.sent.size();
        if (turns % 2 == 0) world.loop.run_for(10ms); // or everything dies with the loop
        CHECK(world.changes.size() == changes);
        CHECK(world.path.sent.size() == probes);
    }
}
