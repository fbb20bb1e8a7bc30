// SPDX-License-Identifier: Apache-2.0
// Listeners and targets as the admin socket tells them, and as people see it.
#include "admin_fixture.hpp"
#include "balance/l4/build_directory.hpp"
#include "cli/admin_client.hpp"
#include "cli/admin_tables.hpp"
#include "control/port_room.hpp"
#include "control/reports.hpp"
#include "web_farm.hpp"

#include <boost/json.hpp>

using namespace sallyport;
using namespace sallyport::test;
using boost::json::parse;
using boost::json::value;
using Catch::Matchers::Contains;

namespace {

/// The gateway made by hand, with the farm behind it.
struct FarmView : FakeView {
    explicit FarmView(const config::Config& config = web_farm()) {
        plan.directory = std::make_shared<const balance::Directory>(*balance::build_roster(config).directory);
    }
    TargetCounters& target(unsigned worker, TargetIndex index) { return counts[worker].targets[index]; }
};

std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> found;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        found.push_back(line);
    return found;
}

} // namespace

TEST_CASE("proxied connections count beside flows, at targets and at listeners") {
    FarmView view;
    view.target(0, 1).flows_created.add(2);
    view.streams.targets[1].flows_created.add(2);
    view.more_streams.targets[1].flows_created.add(1);
    view.streams.targets[1].refused.add(4);
    view.streams.targets[1].bytes_from.add(50);
    view.counts[1].listeners[0].no_target.add(1);
    view.streams.listeners[0].no_target.add(6);
    CHECK(control::count_target_place(view, 1).flows_active() == 5);
    const value target = control::targets_report(view).at("targets").at(1);
    CHECK(target.at("refused") == 4);
    CHECK(target.at("bytes_from") == 50);
    CHECK(control::listeners_report(view).at(0).at("no_target") == 7);
}

TEST_CASE("targets shows how each stands, what went there, and what became of connections") {
    FarmView view;
    view.target(0, 0).flows_created.add(9);
    view.target(1, 0).flows_ended.add(4);
    view.target(1, 0).packets_to.add(10);
    view.target(1, 0).bytes_to.add(1000);
    view.target(0, 0).packets_from.add(7);
    view.target(0, 0).bytes_from.add(9000);
    view.target(0, 0).answered.add(6);
    view.target(0, 0).refused.add(2);
    view.target(1, 0).unanswered.add(1);
    view.target(1, 0).terminated.add(3);
    view.target_reports[0] = health::Report{.checks = 30, .checks_failed = 2, .took = std::chrono::microseconds(400)};
    const value report = control::targets_report(view);
    REQUIRE(report.at("targets").as_array().size() == 3);
    CHECK(parse(serialize(report.at("targets").at(0))) ==
          parse(
              R"({"group": "web", "name": "web-1", "address": "203.0.113.11", "port": 80, "weight": 1, "zone": null,
            "zone_shifted": false, "share_percent": 100, "state": "healthy", "state_age_ms": 0, "reason": null,
            "sentence": null, "taken_out_by": null, "drain_left_ms": null, "anomalous": false, "mitigated_percent": 100,
            "health_check": {"checks": 30, "checks_failed": 2, "failures_in_a_row": 0, "took_us": 400,
                             "last_failure": null, "fails_connections": false},
            "source_ports": null, "flows_active": 5, "flows_created": 9, "flows_ended": 4, "flows_terminated": 3,
            "packets_to": 10, "bytes_to": 1000, "packets_from": 7, "bytes_from": 9000, "answered": 6, "refused": 2,
            "unanswered": 1, "requests_succeeded": 0, "requests_failed": 0})"));
    CHECK(report.at("targets").at(1).at("health_check").is_null());
    REQUIRE(report.at("target_groups").as_array().size() == 2);
    CHECK(parse(serialize(report.at("target_groups").at(0))) ==
          parse(
              R"({"name": "web", "protocol": "TCP", "algorithm": "flow_hash", "preserve_client_ip": true, "targets": 2,
            "healthy": 2, "taking_flows": 2, "failing_open": false, "anomalous": 0, "mitigated": 0,
            "flows_active": 5})"));
}

TEST_CASE("targets and status tell who is anomalous, and who has less of its weight for that") {
    FarmView view;
    view.http_threads = 1;
    view.target_states[0] = {.is_anomalous = true, .mitigated_percent = 10};
    view.target_states[1] = {.share_percent = 50, .mitigated_percent = 40}; // well, and not all of it back
    view.streams.targets[0].requests_failed.add(30);
    view.more_streams.targets[0].requests_succeeded.add(4);
    const value report = control::targets_report(view);
    CHECK(report.at("target_groups").at(0).at("anomalous") == 1);
    CHECK(report.at("target_groups").at(0).at("mitigated") == 2);
    CHECK(report.at("targets").at(0).at("requests_failed") == 30);
    CHECK(report.at("targets").at(0).at("requests_succeeded") == 4);
    const std::string shown = cli::targets_table(report.as_object());
    CHECK_THAT(shown, Contains("  1 x 10 %, anomalous  healthy"));
    CHECK_THAT(shown, Contains("  1 x 50 % x 40 %  healthy"));
    const value status = control::status_report(view);
    CHECK(serialize(status.at("http").at("anomalous_targets")) == R"(["web/web-1"])");
    CHECK_THAT(cli::status_table(status.as_object()),
               Contains("\nanomalous   web/web-1\nmitigated   web/web-1,web/web-2\n"));
}

TEST_CASE("a target does not inherit the numbers of who had its place before") {
    FarmView view;
    view.target(0, 1).flows_created.add(100);
    view.target(0, 1).flows_ended.add(90);
    view.target_before = {.flows_created = 90, .flows_ended = 90};
    CHECK(value(control::targets_report(view)).at("targets").at(1).at("flows_created") == 10);
}

TEST_CASE("without listeners there are no targets to tell of") {
    const FakeView view;
    CHECK(serialize(value(control::targets_report(view))) == R"({"target_groups":[],"targets":[],"zones_shifted":[]})");
    CHECK(value(control::status_report(view)).at("listeners").as_array().empty());
}

TEST_CASE("status tells of each listener what it has and what it could not take") {
    FarmView view;
    ListenerCounters& one = view.counts[0].listeners[0];
    ListenerCounters& other = view.counts[1].listeners[0];
    one.flows_created.add(8);
    other.flows_ended.add(3);
    one.half_open.set(4);
    other.half_open.set(1);
    one.half_open_dropped.add(1);
    one.sources_refused.add(2);
    one.no_target.add(3);
    one.port_allocation_errors.add(4);
    other.keys_taken.add(5);
    const value status = control::status_report(view);
    REQUIRE(status.at("listeners").as_array().size() == 1);
    CHECK(parse(serialize(status.at("listeners").at(0))) ==
          parse(
              R"({"name": "www", "endpoint": "office", "address": "192.0.2.80", "port": 80, "protocol": "TCP",
            "mode": "rewrite", "is_gone": false, "forward": [{"target_group": "web", "weight": 1}],
            "flows_active": 5, "flows_created": 8, "half_open": 5, "half_open_dropped": 1, "sources_refused": 2,
            "no_target": 3, "port_allocation_errors": 4, "keys_taken": 5, "tls": null})"));
    const auto shown = lines(cli::status_table(status.as_object()));
    CHECK_THAT(shown[shown.size() - 2], Contains("listener  endpoint  address        protocol  mode     forwards to"));
    CHECK_THAT(shown.back(), Contains("www       office    192.0.2.80:80  TCP       rewrite  web"));
}

TEST_CASE("status tells of a listener's handshakes, and why they failed") {
    config::Config config = web_farm();
    config.listeners[0].mode = config::ListenerMode::proxy;
    config.listeners[0].tls.emplace();
    config.target_groups[0].tls.emplace();
    FarmView view(config);
    balance::TlsCounters& tls = view.tls[0];
    tls.clients.handshakes.add(7);
    tls.clients.failures[static_cast<std::size_t>(tls::HandshakeFailure::not_tls)].add(2);
    tls.clients.failures[static_cast<std::size_t>(tls::HandshakeFailure::timeout)].add(1);
    tls.resumed.add(3);
    tls.targets.handshakes.add(6);
    tls.targets.failures[static_cast<std::size_t>(tls::HandshakeFailure::peer_certificate)].add(5);
    const value status = control::status_report(view);
    CHECK(status.at("listeners").at(0).at("protocol") == "TLS");
    CHECK(status.at("listeners").at(0).at("tls") ==
          parse(R"({"clients": {"handshakes": 7, "failures": {"closed": 0, "not_tls": 2, "version": 0, "cipher": 0,
            "peer_certificate": 0, "alert": 0, "protocol": 0, "internal": 0, "timeout": 1}}, "resumed": 3,
            "targets": {"handshakes": 6, "failures": {"closed": 0, "not_tls": 0, "version": 0, "cipher": 0,
            "peer_certificate": 5, "alert": 0, "protocol": 0, "internal": 0, "timeout": 0}}})"));
    const auto shown = lines(cli::status_table(status.as_object()));
    CHECK(shown[shown.size() - 2] == "TLS of  handshakes  resumed  failures              to targets  failures");
    CHECK(shown.back() == "www              7        3  not_tls 2, timeout 1           6  peer_certificate 5");
    CHECK(control::targets_report(view).at("target_groups").at(0).at("preserve_client_ip") == false);
}

TEST_CASE("a listener that is gone is shown as long as it has flows") {
    FarmView view;
    balance::Directory directory = *view.plan.directory;
    directory.listeners[0].is_gone = true;
    view.plan.directory = std::make_shared<const balance::Directory>(directory);
    CHECK(control::listeners_report(view).empty());
    view.counts[0].listeners[0].flows_created.add(1);
    CHECK(control::listeners_report(view).size() == 1);
}

TEST_CASE("targets as people see them") {
    FarmView view;
    view.target_states[1] = {.state = control::State::unhealthy,
                             .reason = "Target.Timeout",
                             .sentence = "no answer within 5 s",
                             .age = std::chrono::seconds(3)};
    view.target_reports[1] = health::Report{.checks = 9, .checks_failed = 4};
    view.target(0, 1).refused.add(7);
    const std::vector<std::string> expected = {
        "target group  protocol  algorithm  healthy  targets  new flows go to  flows",
        "web           TCP       flow_hash        1        2  2                    0",
        "dns           UDP       flow_hash        1        1  1                    0",
        "",
        "target group  target  address          zone  weight  state      for  drain left  flows",
        "web           web-1   203.0.113.11:80  -          1  healthy    0 s  -               0",
        "web           web-2   203.0.113.12:80  -          1  unhealthy  3 s  -               0",
        "dns           dns-1   203.0.113.53:53  -          1  healthy    0 s  -               0",
        "",
        "web/web-2: Target.Timeout, no answer within 5 s",
        "",
        "target group  target  flows created  ended  terminated  bytes to  bytes from  accepted  refused  unanswered  "
        "health checks",
        "web           web-1               0      0           0         0           0         0        0           0  "
        "-",
        "web           web-2               0      0           0         0           0         0        7           0  "
        "4 of 9 failed",
        "dns           dns-1               0      0           0         0           0         0        0           0  "
        "-"};
    CHECK(lines(cli::targets_table(control::targets_report(view))) == expected);
}

TEST_CASE("the answer to a drain of targets shows them, and no appliances") {
    FarmView view;
    const auto report = control::operation_report(view, {.appliances = {}, .targets = {1}});
    CHECK(report.at("appliances").as_array().empty());
    CHECK(report.at("targets").at(0).at("name") == "web-2");
    const std::vector<std::string> expected = {
        "target group  target  address          zone  weight  state    for  drain left  flows",
        "web           web-2   203.0.113.12:80  -          1  healthy  0 s  -               0"};
    CHECK(lines(cli::operation_table(report)) == expected);
}

TEST_CASE("ports that run short are told once at 80 %, and again only after less than 70 %") {
    config::Config config = web_farm();
    config.target_groups[0].preserve_client_ip = false;
    const FarmView view(config);
    CHECK(control::port_room(*view.plan.directory, 0) == 31'744U);
    CHECK_FALSE(control::port_room(*view.plan.directory, 2));
    std::uint64_t flows = 0;
    control::PortRoomWatch watch;
    const auto told = [&](std::uint64_t now) {
        flows = now;
        return watch.look(*view.plan.directory, [&](TargetIndex target) { return target == 0 ? flows : 0; });
    };
    CHECK(told(25'395).empty());
    const auto first = told(25'396);
    REQUIRE(first.size() == 1);
    CHECK_THAT(first[0], Contains("target web/web-1 has 25396 flows, and there are source ports for 31744; "));
    CHECK(told(31'744).empty());
    CHECK(told(22'300).empty()); // 70 %
    CHECK(told(31'744).empty());
    CHECK(told(22'200).empty());
    CHECK(told(31'744).size() == 1);
}

TEST_CASE("source_addresses of the target's family give their ports") {
    config::Config config = web_farm();
    config.target_groups[0].preserve_client_ip = false;
    config.target_groups[0].source_addresses = {chain::test::address("203.0.113.200"),
                                                chain::test::address("203.0.113.201"),
                                                chain::test::address("2001:db8::1")};
    CHECK(control::port_room(*FarmView(config).plan.directory, 0) == 2 * 64'512U);
}

TEST_CASE("drains of targets reach the one who does them") {
    RunningServer server;
    Client client(server.path());
    static_cast<void>(client.ask(R"({"command":"drain","target_group":"wep","target":"web-1","delay_ms":30000})"));
    static_cast<void>(client.ask(R"({"command":"drain","target_group":"wep"})"));
    CHECK(server.operations().done ==
          std::vector<std::string>{"drain targets wep/web-1 30000", "drain targets wep/* -"});
    CHECK(cli::ask_gateway(server.path(), {{"command", "targets"}})->at("targets").as_array().empty());
    CHECK(cli::ask_gateway(server.path(), {{"command", "drain"}, {"target_group", "wep"}}).error().is_refusal);
}
