// SPDX-License-Identifier: Apache-2.0
#include "cli/admin_tables.hpp"
#include "control/reports.hpp"
#include "fake_view.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

using namespace sallyport;
using boost::json::parse;
using boost::json::value;
using Catch::Matchers::Contains;
using test::FakeView;

namespace {

/// Alike but for the kind of integer that parse() and a program's own numbers have.
void check_json(const value& actual, std::string_view expected) {
    CHECK(parse(serialize(actual)) == parse(expected));
}

} // namespace

TEST_CASE("status adds up the workers and says what each port is") {
    FakeView view;
    view.counts[0].flows_created.add(10);
    view.counts[0].flows_expired.add(4);
    view.counts[1].flows_created.add(1);
    view.counts[0].ports[0].packets_in.add(100);
    view.counts[1].ports[0].packets_in.add(20);
    view.counts[1].ports[1].packets_out.add(3);
    view.counts[0].drop(DropReason::NoRoute).add(2);
    view.counts[1].drop(DropReason::TtlExpired).add(1);
    const value status = control::status_report(view);

    CHECK(status.at("name") == "lab");
    CHECK_FALSE(status.at("version").as_string().empty());
    CHECK(status.at("uptime_ms") == 93'784'000);
    check_json(status.at("flows"),
               R"({"live": 7, "capacity": 2000, "memory_bytes": 256000, "created": 11, "expired": 4,
                   "moved": 0, "reset": 0})");
    CHECK(status.at("packets").at("packets_in") == 120);
    CHECK(status.at("packets").at("packets_out") == 3);
    CHECK(status.at("drops") == 3);
    check_json(status.at("forwarding"), R"({"routes": 4, "neighbours": 9, "pending_packets": 1})");
    CHECK(status.at("workers").as_array().size() == 2);
    CHECK(status.at("workers").at(0).at("flows") == 6);
    check_json(status.at("ports").at(0),
               R"({"name": "north", "endpoint": "office", "side": "north", "device": "gw-north", "driver": "net_af_xdp",
                   "driver_reason": "the buffers are in hugepages", "host_link": "sp-north", "vlan": null,
                   "mac": "02:00:5e:00:53:01", "link": "up", "mtu": 1500, "addresses": ["192.0.2.1/24"],
                   "packets_in": 120, "bytes_in": 0, "packets_out": 0, "bytes_out": 0, "packets_to_host": 0,
                   "packets_from_host": 0, "packets_missed": 5})");
    CHECK(status.at("ports").at(1).at("side") == "inspect");
    CHECK(status.at("ports").at(1).at("endpoint").is_null());
    CHECK(status.at("ports").at(2).at("link") == "down");
    CHECK(status.at("ports").at(2).at("vlan") == 7);
}

TEST_CASE("status tells what failover did") {
    FakeView view;
    view.counts[0].flows_moved.add(2);
    view.counts[1].flows_moved.add(1);
    view.counts[1].flows_reset.add(4);
    view.counts[1].resets_sent.add(8);
    view.counts[0].copies_lost.add(5);
    const value status = control::status_report(view);
    CHECK(status.at("flows").at("moved") == 3);
    CHECK(status.at("flows").at("reset") == 4);
    CHECK(status.at("resets_sent") == 8);
    CHECK(status.at("decrypted_legs").at("clients_not_told") == 7);
    CHECK(status.at("copies_lost") == 5);
}

TEST_CASE("status tells of HTTP, of all its threads together, once there are any") {
    FakeView view;
    CHECK(value(control::status_report(view)).at("http").is_null());
    view.http_threads = 2;
    view.http[0].connections_accepted.add(5);
    view.http[1].connections_accepted.add(2);
    view.http[1].connections_ended.add(3);
    view.http[0].requests.add(10);
    view.http[1].requests.add(20);
    view.http[0].answers_of_targets[1].add(7);
    view.http[1].answers_of_targets[1].add(1);
    view.http[1].answers_of_the_gateway[4].add(4);
    view.http[0].tls_handshakes.add(3);
    view.http[0].tls_resumed.add(2);
    view.http[0].tls_failures.add(1);
    view.http[0].target_connections_reused.add(9);
    view.http[0].retries.add(6);
    view.logs = {{.name = "front", .requests = {.written = 30, .lost = 1, .dropped = 2, .is_failing = true}}};
    const value http = value(control::status_report(view)).at("http");
    CHECK(http.at("threads") == 2);
    check_json(http.at("connections"), R"({"open": 4, "accepted": 7, "refused": 0})");
    check_json(http.at("tls"), R"({"handshakes": 3, "resumed": 2, "failures": 1})");
    CHECK(http.at("requests") == 30);
    check_json(http.at("answers").at("targets"), R"({"1xx": 0, "2xx": 8, "3xx": 0, "4xx": 0, "5xx": 0})");
    check_json(http.at("answers").at("gateway"), R"({"1xx": 0, "2xx": 0, "3xx": 0, "4xx": 0, "5xx": 4})");
    check_json(http.at("target_connections"), R"({"opened": 0, "reused": 9, "tls_failures": 0})");
    CHECK(http.at("retries") == 6);
    check_json(http.at("logs").at(0).at("requests"), R"({"written": 30, "lost": 1, "dropped": 2, "failing": true})");
    const std::string shown = cli::status_table(control::status_report(view));
    CHECK_THAT(shown, Contains("http        30 requests, 4 connections open of 7, 0 refused\n"));
    CHECK_THAT(shown, Contains("answers     targets: 2xx 8; gateway: 5xx 4\n"));
    CHECK_THAT(shown, Contains("3 handshakes, 2 resumed, 1 failed"));
    CHECK_THAT(shown,
               Contains("http log    front: requests 30 written, 2 dropped, 1 lost, WHICH CAN NOT BE WRITTEN; "));
    view.http[1].connections_ended.add(30);
    CHECK(value(control::status_report(view)).at("http").at("connections").at("open") == 0);
}

TEST_CASE("live flows are never negative, although two counters are read one after the other") {
    FakeView view;
    view.counts[0].flows_expired.add(1);
    CHECK(value(control::status_report(view)).at("flows").at("live") == 0);
}

TEST_CASE("drops shows what was dropped, and all reasons when asked") {
    FakeView view;
    view.counts[0].drop(DropReason::NoRoute).add(2);
    view.counts[1].drop(DropReason::NoRoute).add(3);
    const value some = control::drops_report(view, false);
    CHECK(some.at("total") == 5);
    REQUIRE(some.at("drops").as_array().size() == 1);
    CHECK(some.at("drops").at(0).at("reason") == "NoRoute");
    CHECK(some.at("drops").at(0).at("count") == 5);
    CHECK(some.at("drops").at(0).at("meaning").as_string() == describe(DropReason::NoRoute));
    CHECK(value(control::drops_report(view, true)).at("drops").as_array().size() == drop_reason_count);
}

TEST_CASE("appliances shows the way to each and what went there") {
    FakeView view;
    view.counts[0].appliances[2].packets_sent.add(5);
    view.counts[1].appliances[2].packets_sent.add(6);
    view.counts[1].appliances[2].bytes_sent.add(600);
    view.counts[1].appliances[2].packets_returned.add(4);
    view.counts[0].appliances[2].flows_created.add(1);
    const value report = control::appliances_report(view);
    REQUIRE(report.at("appliances").as_array().size() == 3);
    check_json(report.at("appliances").at(2),
               R"({"group": "sensors", "name": "sensor-1", "address": "198.51.100.21", "zone": null,
                   "zone_shifted": false, "weight": 3, "share_percent": 100, "state": "healthy", "state_age_ms": 0,
                   "reason": null, "sentence": null, "taken_out_by": null, "drain_left_ms": null,
                   "way": {"state": "resolved", "port": "inspect", "gateway": null, "mac": "02:00:5e:00:53:21"},
                   "flows_active": 1, "flows_created": 1, "flows_ended": 0, "flows_moved_to": 0,
                   "packets_sent": 11, "bytes_sent": 600, "packets_returned": 4, "copies_sent": 0,
                   "packets_offloaded": 0})");
    check_json(report.at("appliances").at(0).at("way"),
               R"({"state": "no route", "port": null, "gateway": null, "mac": null})");
    check_json(report.at("appliances").at(1).at("way"),
               R"({"state": "unresolved", "port": "inspect", "gateway": "198.51.100.254", "mac": null})");
}

TEST_CASE("appliances shows how each stands, and why") {
    FakeView view;
    view.states[0] = {.state = control::State::draining,
                      .reason = "Target.DeregistrationInProgress",
                      .sentence = "taken out",
                      .age = std::chrono::milliseconds(1500),
                      .drain_left = std::chrono::milliseconds(2500),
                      .taken_out_by = control::TakenOutBy::reload,
                      .share_percent = 35,
                      .zone = "a",
                      .zone_is_shifted = true};
    view.zones = {"a"};
    view.counts[0].appliances[0].flows_created.add(9);
    view.counts[1].appliances[0].flows_ended.add(4);
    view.counts[1].appliances[0].flows_moved_to.add(3);
    view.counts[1].appliances[0].copies_sent.add(2);
    const value report = control::appliances_report(view);
    const value& first = report.at("appliances").at(0);
    CHECK(first.at("state") == "draining");
    CHECK(first.at("reason") == "Target.DeregistrationInProgress");
    CHECK(first.at("sentence") == "taken out");
    CHECK(first.at("state_age_ms") == 1500);
    CHECK(first.at("drain_left_ms") == 2500);
    CHECK(first.at("taken_out_by") == "reload");
    CHECK(first.at("share_percent") == 35);
    CHECK(first.at("zone") == "a");
    CHECK(first.at("zone_shifted") == true);
    CHECK(first.at("flows_active") == 5);
    CHECK(first.at("flows_moved_to") == 3);
    CHECK(first.at("copies_sent") == 2);
    check_json(report.at("zones_shifted"), R"(["a"])");
}

TEST_CASE("an appliance does not inherit the numbers of who had its place before") {
    FakeView view;
    view.counts[0].appliances[1].flows_created.add(100);
    view.counts[1].appliances[1].flows_ended.add(90);
    view.counts[1].appliances[1].packets_sent.add(1000);
    view.before = {.packets_sent = 1000, .flows_created = 90, .flows_ended = 90};
    const value report = control::appliances_report(view);
    CHECK(report.at("appliances").at(1).at("flows_created") == 10);
    CHECK(report.at("appliances").at(1).at("flows_active") == 10);
    CHECK(report.at("appliances").at(1).at("packets_sent") == 0);
}

TEST_CASE("a free place is not listed, nor a group that is gone; who still drains is") {
    FakeView view;
    view.plan.appliances[1] = {};
    view.plan.appliances[2].weight = 0;
    view.states[2].state = control::State::draining;
    view.plan.groups.push_back(chain::Group{"gone"});
    view.counts[0].groups[1].flows_bypassed.add(3);
    view.counts[1].groups[1].packets_bypassed.add(40);
    view.plan.groups[1].is_bypassed = true;
    const value report = control::appliances_report(view);
    REQUIRE(report.at("appliances").as_array().size() == 2);
    CHECK(report.at("appliances").at(1).at("name") == "sensor-1");
    REQUIRE(report.at("groups").as_array().size() == 2);
    check_json(report.at("groups").at(1), R"({"name": "sensors", "mode": "inline", "takes_flows": false,
               "bypassed": true, "flows_bypassed": 3, "packets_bypassed": 40})");
}

TEST_CASE("a flow is told from its initiator's side, whichever side of the key that is") {
    const FakeView view;
    const auto [initiator, responder] = GENERATE(std::pair("192.0.2.10", "203.0.113.80"), //
                                                 std::pair("203.0.113.80", "192.0.2.10"));
    const value flow = control::flow_report(view.plan, 1, test::tcp_flow(initiator, 40'000, responder));
    CHECK(flow.at("initiator").at("address") == initiator);
    CHECK(flow.at("initiator").at("port") == 40'000);
    CHECK(flow.at("responder").at("address") == responder);
    CHECK(flow.at("responder").at("port") == 443);
}

TEST_CASE("a flow is told in names") {
    const FakeView view;
    check_json(control::flow_report(view.plan, 1, test::tcp_flow("2001:db8::10", 40'000, "2001:db8:1::80")),
               R"({"endpoint": "office", "protocol": "tcp", "initiator": {"address": "2001:db8::10", "port": 40000},
                   "responder": {"address": "2001:db8:1::80", "port": 443}, "arrived_at": "north",
                   "state": "tcp_established", "chain": "perimeter", "rule": 1, "appliances": ["fw-1", "sensor-1"],
                   "verdicts": [null, null], "listener": null, "target": null, "leg": null,
                   "outer_source_port": 50001, "cookie": "0x00000abc", "age_ms": 61250, "idle_ms": 250,
                   "remaining_ms": 349750, "forward": {"packets": 10, "bytes": 1000},
                   "reverse": {"packets": 7, "bytes": 9000}, "worker": 1})");
}

TEST_CASE("a flow without a chain and of a protocol without ports is told as such") {
    const FakeView view;
    journey::FlowRecord record = test::tcp_flow("192.0.2.10", 0, "203.0.113.80");
    record.entry.key.rest = (record.entry.key.rest & 0xffffff00ffU) | 50U << 8U; // ESP, ports 0
    record.entry.key.rest &= 0xffffffffU;
    record.entry.chain = no_index;
    record.entry.hop_count = 0;
    record.birth.rule = no_index;
    const value flow = control::flow_report(view.plan, 0, record);
    CHECK(flow.at("protocol") == "50");
    CHECK(flow.at("initiator").at("port").is_null());
    CHECK(flow.at("chain").is_null());
    CHECK(flow.at("rule").is_null());
    CHECK(flow.at("appliances").as_array().empty());
}

TEST_CASE("a hop that was bypassed is nobody's") {
    const FakeView view;
    journey::FlowRecord record = test::tcp_flow("192.0.2.10", 1, "203.0.113.80");
    record.entry.first_hops[0] = no_index;
    check_json(control::flow_report(view.plan, 0, record).at("appliances"), R"([null, "sensor-1"])");
}

TEST_CASE("what an appliance has said about the rest of a flow is told beside its name, as long as it may say it") {
    FakeView view;
    journey::FlowRecord record = test::tcp_flow("192.0.2.10", 1, "203.0.113.80");
    record.verdicts[1] = geneve::FlowVerdict::mirror_only;
    CHECK(control::flow_report(view.plan, 0, record).at("verdicts").as_array().at(1).is_null());
    view.plan.appliances.at(record.entry.first_hops[1]).may_offload = true;
    check_json(control::flow_report(view.plan, 0, record).at("verdicts"), R"([null, "mirror_only"])");
}

TEST_CASE("hops beyond the fourth come from where they are kept, and indexes that fit nothing do no harm") {
    const FakeView view;
    journey::FlowRecord record = test::tcp_flow("192.0.2.10", 1, "203.0.113.80");
    record.entry.hop_count = 6;
    record.entry.first_hops = {0, 1, 2, 0};
    record.birth.last_hops = {1, 900, no_index, no_index};
    record.birth.initiator_port = 77;
    const value flow = control::flow_report(view.plan, 0, record);
    check_json(flow.at("appliances"), R"(["fw-1", "fw-2", "sensor-1", "fw-1", "fw-2", null])");
    CHECK(flow.at("arrived_at").is_null());
}
