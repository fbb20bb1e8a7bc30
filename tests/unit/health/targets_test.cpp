// SPDX-License-Identifier: Apache-2.0
// Targets under watch: what of the checks and of the monitor is theirs.
#include "balance/legs/leg_notes.hpp"
#include "health/checker.hpp"
#include "health/monitor.hpp"
#include "health/proxy_header.hpp"
#include "health/watched.hpp"
#include "loop.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>

#include <map>
#include <thread>

using namespace sallyport;
using namespace sallyport::test;
using namespace std::chrono_literals;
using chain::Health;
using health::Watched;

namespace {

config::Target target(const char* address, std::uint16_t port) {
    config::Target made;
    made.name = address;
    made.address = *IpAddress::parse(address);
    made.port = port;
    return made;
}

config::Config two_groups() {
    config::Config config;
    config::TargetGroup web;
    web.name = "web";
    web.targets = {target("203.0.113.11", 8080), target("203.0.113.12", 8081)};
    web.health_check.emplace().port = 0;
    web.proxy_protocol_v2 = true;
    config::TargetGroup dns;
    dns.name = "dns";
    dns.protocol = config::L4Protocol::udp;
    dns.targets = {target("203.0.113.53", 53)};
    config.target_groups = {web, dns};
    return config;
}

std::vector<Watched> watched_of(const config::Config& config) {
    return health::watched_targets(config, balance::first_target_slots(config));
}

/// Accepts one connection, and gives what came on it: so many bytes, or all of them if it is closed before.
class Listener {
public:
    Listener() : acceptor_(loop_, {boost::asio::ip::address_v4::loopback(), 0}) {}
    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    std::vector<std::uint8_t> what_came(std::size_t most) {
        boost::asio::ip::tcp::socket socket = acceptor_.accept();
        std::vector<std::uint8_t> bytes(most);
        boost::system::error_code error;
        bytes.resize(boost::asio::read(socket, boost::asio::buffer(bytes), error));
        return bytes;
    }

private:
    boost::asio::io_context loop_;
    boost::asio::ip::tcp::acceptor acceptor_;
};

std::vector<std::uint8_t> came_of_check(config::HealthProtocol protocol, bool with_header, std::size_t most) {
    Listener listener;
    Watched watched = local_appliance(protocol, listener.port());
    watched.sends_proxy_header = with_header;
    std::vector<std::uint8_t> came;
    std::thread server([&] { came = listener.what_came(most); });
    static_cast<void>(check_once(watched));
    server.join();
    return came;
}

/// A monitor of targets that have no checks, and whose connections become what the test says.
struct World {
    World()
        : monitor(loop, settings(),
                  {.probes = nullptr,
                   .traffic = {},
                   .connections =
                       [this](TargetIndex target) {
                           ++looks;
                           return connections[target];
                       },
                   .on_change = [this](const health::Change& change) { changes.push_back(change); }}) {}
    static health::MonitorSettings settings() {
        health::MonitorSettings settings;
        settings.traffic_interval = 1ms;
        settings.connections.first_back_off = 1h;
        settings.connections.longest_back_off = 1h;
        return settings;
    }
    void until_health(TargetIndex target, Health wanted) {
        run_until(loop, [&] { return monitor.health(target) == wanted; });
    }
    /// Until the detectors have seen what there was before.
    void let_it_look() {
        const unsigned before = looks;
        run_until(loop, [&] { return looks > before + 4; });
    }
    boost::asio::io_context loop;
    std::map<TargetIndex, health::Connections> connections;
    std::vector<health::Change> changes;
    unsigned looks = 0; // at anybody's connections
    health::Monitor monitor;
};

} // namespace

TEST_CASE("targets are watched at their positions, a check of their own port at that port") {
    const auto list = watched_of(two_groups());
    REQUIRE(list.size() == 2); // of UDP nothing can be said without a check
    CHECK(list[0].index == 0);
    CHECK(list[0].name == "web/203.0.113.11");
    CHECK(list[0].check->port == 8080);
    CHECK(list[1].check->port == 8081);
    CHECK(list[1].is_passive);
    CHECK(list[1].sends_proxy_header);
}

TEST_CASE("a check of a port of its own stays there, and UDP targets are only checked") {
    config::Config config = two_groups();
    config.target_groups[0].health_check->port = 99;
    config.target_groups[1].health_check.emplace().port = 5353;
    config.target_groups[0].passive_check = false;
    const auto list = watched_of(config);
    REQUIRE(list.size() == 3);
    CHECK(list[0].check->port == 99);
    CHECK_FALSE(list[0].is_passive);
    CHECK(list[2].check->port == 5353);
    CHECK_FALSE(list[2].is_passive);
}

TEST_CASE("targets that a reload took out are watched while they drain, and those that left are not") {
    config::Config config = two_groups();
    balance::TargetSlots slots = balance::first_target_slots(config);
    config.target_groups[0].targets.pop_back();
    slots = balance::next_target_slots(slots, config, {});
    CHECK(health::watched_targets(config, slots).size() == 2);
    slots.targets[1].is_free = true;
    CHECK(health::watched_targets(config, slots).size() == 1);
}

TEST_CASE("checks of a group speak HTTP/2 when its requests do") {
    config::Config config = two_groups();
    CHECK_FALSE(watched_of(config)[0].is_http2);
    for (const auto version :
         {config::ProtocolVersion::http1, config::ProtocolVersion::http2, config::ProtocolVersion::grpc}) {
        config.target_groups[0].http.emplace().version = version;
        CHECK(watched_of(config)[0].is_http2 == (version != config::ProtocolVersion::http1));
    }
}

TEST_CASE("checks by HTTPS go by the TLS of their group, where it has one, unless they have a CA of their own") {
    using Edit = void (*)(config::TargetGroup&);
    const auto tls_group_of = [](Edit edit) {
        config::Config config = two_groups();
        config::TargetGroup& web = config.target_groups[0];
        web.http.emplace();
        web.tls.emplace();
        web.health_check->protocol = config::HealthProtocol::https;
        edit(web);
        return watched_of(config)[0].tls_group;
    };
    CHECK(tls_group_of([](config::TargetGroup&) {}) == "web");
    CHECK(tls_group_of([](config::TargetGroup& web) { web.tls->verifies = false; }) == "web");
    CHECK(tls_group_of([](config::TargetGroup& web) { web.health_check->ca = "ca.pem"; }).empty());
    CHECK(tls_group_of([](config::TargetGroup& web) {
              web.health_check->protocol = config::HealthProtocol::http;
          }).empty());
    CHECK(tls_group_of([](config::TargetGroup& web) { web.tls.reset(); }).empty());
    CHECK(tls_group_of([](config::TargetGroup& web) { web.http.reset(); }) == "web");
    CHECK(tls_group_of([](config::TargetGroup& web) { web.health_check.reset(); }).empty());
}

TEST_CASE("a PROXY header that is told on or off makes it another check") {
    Watched one = watched_of(two_groups())[0];
    Watched other = one;
    CHECK(same_check(one, other));
    other.sends_proxy_header = false;
    CHECK_FALSE(same_check(one, other));
}

TEST_CASE("a check of a target that expects a PROXY header says LOCAL first, and nothing without one") {
    const std::vector<std::uint8_t> header(health::proxy_local_header.begin(), health::proxy_local_header.end());
    CHECK(came_of_check(config::HealthProtocol::tcp, true, 64) == header);
    CHECK(came_of_check(config::HealthProtocol::tcp, false, 64).empty());
    const auto came = came_of_check(config::HealthProtocol::http, true, 20);
    CHECK(std::vector<std::uint8_t>(came.begin(), came.begin() + 16) == header);
    CHECK(std::string(came.begin() + 16, came.end()) == "GET ");
    const auto tls = came_of_check(config::HealthProtocol::https, true, 17);
    CHECK(std::vector<std::uint8_t>(tls.begin(), tls.begin() + 16) == header);
    CHECK(tls[16] == 0x16); // TLS record, handshake
}

TEST_CASE("the LOCAL header is the one of the PROXY protocol's text") {
    CHECK(std::string(health::proxy_local_header.begin(), health::proxy_local_header.end()) ==
          std::string("\r\n\r\n\0\r\nQUIT\n\x20\0\0\0", 16));
}

TEST_CASE("a target that refuses connections is unhealthy until it accepts one, and no other one is") {
    World world;
    config::Config config = two_groups();
    config.target_groups[0].health_check.reset();
    world.monitor.watch(watched_of(config));
    CHECK(world.monitor.health(1) == Health::healthy);
    world.let_it_look();
    world.connections[1].refused = 5;
    world.until_health(1, Health::unhealthy);
    REQUIRE(world.changes.size() == 1);
    CHECK(world.changes[0].index == 1);
    CHECK(world.changes[0].reason == "Target.FailedHealthChecks");
    CHECK(world.changes[0].sentence.starts_with("The last 5 connections failed: 5 refused, 0 not answered"));
    CHECK(world.monitor.report(1)->fails_connections);
    CHECK(world.monitor.health(0) == Health::healthy);
    CHECK_FALSE(world.monitor.report(7));
    world.connections[1].answered = 1;
    world.until_health(1, Health::healthy);
    CHECK(world.changes.size() == 2);
}

TEST_CASE("checks that pass make a target healthy that refused connections") {
    World world;
    Listener listener;
    Watched watched = local_appliance(config::HealthProtocol::tcp, listener.port());
    watched.check->interval = 2ms;
    watched.check->healthy_threshold = 2;
    world.monitor.watch({watched});
    world.until_health(0, Health::healthy);
    world.let_it_look();
    world.connections[0].refused = 5;
    world.until_health(0, Health::unhealthy);
    world.until_health(0, Health::healthy);
    CHECK(world.changes.size() == 3);
}

TEST_CASE("checks of targets to which legs may lead are known by it") {
    config::Config config = two_groups();
    config.target_groups[0].proxy_protocol_v2 = false;
    config.target_groups.push_back(config.target_groups[0]);
    config.target_groups.back().name = "other"; // at the same addresses and ports
    CHECK_FALSE(watched_of(config).at(0).is_at_leg);
    config.policy.emplace_back().match.is_decrypted_leg = true;
    config.policy[0].match.target_groups = {"web"};
    CHECK(watched_of(config).at(0).is_at_leg);
    CHECK_FALSE(watched_of(config).at(0).is_passive); // who does not answer there may be an appliance
    CHECK(watched_of(config).back().is_passive);
    REQUIRE(watched_of(config).back().name == "other/203.0.113.12");
    CHECK(watched_of(config).back().is_at_leg);
    CHECK_FALSE(health::same_check(watched_of(config).at(0), watched_of(two_groups()).at(0)));
}

TEST_CASE("a check says that its connection is the gateway's own before it is made, and until the next one") {
    for (const bool is_at_leg : {true, false}) {
        boost::asio::io_context loop;
        boost::asio::ip::tcp::acceptor acceptor(loop, {boost::asio::ip::address_v4::loopback(), 0});
        Watched watched = local_appliance(config::HealthProtocol::tcp, acceptor.local_endpoint().port());
        watched.is_at_leg = is_at_leg;
        balance::LegNotes notes;
        health::Checker checker(loop, watched, {.leg_notes = &notes});
        bool has_passed = false;
        checker.make(1)->start(
            [&](const health::CheckResult& result) { has_passed = result.failure == health::Reason::none; });
        loop.run_for(5s);
        REQUIRE(has_passed);
        boost::asio::ip::tcp::endpoint peer;
        const auto socket = acceptor.accept(peer);
        const balance::LegEnds ends{watched.address, peer.port(), watched.address, acceptor.local_endpoint().port()};
        balance::LegOwner owner;
        CHECK(notes.find(ends, owner) == is_at_leg);
        CHECK(owner.is_gateway == is_at_leg);
        const auto next = checker.make(2);
        CHECK_FALSE(notes.find(ends, owner));
    }
}
