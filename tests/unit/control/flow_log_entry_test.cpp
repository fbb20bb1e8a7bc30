// SPDX-License-Identifier: Apache-2.0
// A line of the flow log: what stands in it, and that the listing shows living flows in the same words.
#include "balance/l4/directory.hpp"
#include "cli/admin_tables.hpp"
#include "control/flow_listing.hpp"
#include "control/reports.hpp"
#include "fake_view.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include <set>

using namespace sallyport;
using boost::json::parse;
using boost::json::value;
using test::FakeView;

namespace {

void check_json(const value& actual, std::string_view expected) {
    CHECK(parse(serialize(actual)) == parse(expected));
}

value entry(const FakeView& view, const journey::FlowRecord& record) {
    return control::flow_log_entry(view.plan, view.wall_clock(), 1, record);
}

/// Closed 100 s after the beginning of the gateway's time line, which was at 2023-11-14T22:13:20Z.
journey::FlowRecord ended_flow() {
    journey::FlowRecord record = test::tcp_flow("192.0.2.10", 40'000, "203.0.113.80");
    record.end = flow::EndReason::closed;
    record.hop_times[0] = {.mean_us = 120, .visits = 9};
    return record;
}

std::set<std::string> keys(const value& object) {
    std::set<std::string> all;
    for (const auto& member : object.as_object())
        all.emplace(member.key());
    return all;
}

} // namespace

TEST_CASE("a flow that ended is told whole") {
    const FakeView view;
    check_json(entry(view, ended_flow()),
               R"({"endpoint": "office", "protocol": "tcp", "initiator": {"address": "192.0.2.10", "port": 40000},
                   "responder": {"address": "203.0.113.80", "port": 443}, "arrived_at": "north",
                   "state": "tcp_established", "chain": "perimeter", "rule": 1,
                   "hops": [{"group": "firewalls", "appliance": "fw-1", "verdict": null, "timed_visits": 9, "mean_us": 120},
                            {"group": "sensors", "appliance": "sensor-1", "verdict": null, "timed_visits": 0,
                             "mean_us": null}],
                   "listener": null, "target": null, "leg": null, "outer_source_port": 50001, "cookie": "0x00000abc",
                   "forward": {"packets": 10, "bytes": 1000}, "reverse": {"packets": 7, "bytes": 9000}, "worker": 1,
                   "start": "2023-11-14T22:13:58.750Z", "last_packet": "2023-11-14T22:14:59.750Z",
                   "duration_ms": 61000, "end": "2023-11-14T22:15:00.000Z", "end_reason": "closed"})");
}

TEST_CASE("a flow that lives has the same keys, and no end") {
    const FakeView view;
    journey::FlowRecord record = ended_flow();
    const std::set<std::string> all = keys(entry(view, record));
    record.end = flow::EndReason::none;
    const value living = entry(view, record);
    CHECK(keys(living) == all);
    CHECK(living.at("end").is_null());
    CHECK(living.at("end_reason").is_null());
}

TEST_CASE("a flow that a listener took names it and its target") {
    FakeView view;
    auto directory = std::make_shared<balance::Directory>();
    directory->listeners.resize(2);
    directory->listeners[1].name = "web";
    directory->groups.resize(1);
    directory->groups[0].name = "servers";
    directory->targets.resize(3);
    directory->targets[2].name = "server-3";
    directory->targets[2].group = 0;
    directory->targets[2].address = *IpAddress::parse("203.0.113.13");
    directory->targets[2].port = 8080;
    view.plan.directory = directory;
    journey::FlowRecord record = ended_flow();
    record.entry.is_balanced = true;
    record.translation.listener = 1;
    record.translation.target = 2;
    const value told = entry(view, record);
    CHECK(told.at("listener") == "web");
    check_json(told.at("target"),
               R"({"group": "servers", "name": "server-3", "address": "203.0.113.13", "port": 8080})");
    check_json(control::flow_report(view.plan, 1, record).at("target"), serialize(told.at("target")));

    record.translation.target = no_index; // the proxy chooses
    CHECK(entry(view, record).at("target").is_null());
    CHECK(entry(view, record).at("leg").is_null());
    record.translation.listener = 77;
    CHECK(entry(view, record).at("listener").is_null());
}

TEST_CASE("a hop that a flow goes past is told by its group alone") {
    const FakeView view;
    journey::FlowRecord record = ended_flow();
    record.entry.first_hops[1] = no_index;
    const value told = entry(view, record);
    CHECK(told.at("hops").at(1).at("group") == "sensors");
    CHECK(told.at("hops").at(1).at("appliance").is_null());
    record.entry.chain = 900;
    record.entry.first_hops[0] = 900;
    CHECK(entry(view, record).at("hops").at(0).at("group").is_null());
}

TEST_CASE("`flows` with `log` tells living flows as lines of the log") {
    FakeView view;
    view.flows[1] = {test::tcp_flow("192.0.2.10", 1, "203.0.113.80"), test::tcp_flow("192.0.2.10", 2, "203.0.113.80")};
    control::FlowListing listing({.log = true});
    for (bool is_done = false; !is_done;)
        is_done = listing.step(view).value();
    const value listed = parse(listing.take());
    CHECK(serialize(listed.at("flows").at(0)) == serialize(parse(serialize(entry(view, view.flows[1][0])))));

    const std::string lines = cli::flow_lines(listed.as_object());
    const std::size_t end = lines.find('\n');
    CHECK(parse(lines.substr(0, end)) == listed.at("flows").at(0));
    CHECK(parse(lines.substr(end + 1)) == listed.at("flows").at(1));
}

TEST_CASE("status says how the flow log fares") {
    FakeView view;
    CHECK(control::status_report(view).at("flow_log").is_null());
    view.log = control::FlowLogFacts{
        .path = "/var/log/flows.jsonl", .lines_written = 12, .lines_dropped = 3, .is_failing = true};
    const boost::json::object status = control::status_report(view);
    check_json(status.at("flow_log"),
               R"({"path": "/var/log/flows.jsonl", "lines_written": 12, "lines_dropped": 3, "failing": true})");
    CHECK(cli::status_table(status).find("flow log    12 lines written, 3 dropped, to /var/log/flows.jsonl, WHICH") !=
          std::string::npos);
    view.log->is_failing = false;
    CHECK(cli::status_table(control::status_report(view)).find("WHICH") == std::string::npos);
}

TEST_CASE("a decrypted leg names the client for whom the gateway opened it, as far as it is known") {
    const FakeView view;
    journey::FlowRecord record = ended_flow();
    record.entry.is_balanced = true;
    record.translation.leads = flow::Leads::from_host;
    check_json(entry(view, record).at("leg"), R"({"client": null})");
    record.translation.set_client(*IpAddress::parse("192.0.2.10"), 40000);
    check_json(entry(view, record).at("leg"), R"({"client": {"address": "192.0.2.10", "port": 40000}})");
    record.translation.set_client(*IpAddress::parse("2001:db8::1"), 1);
    check_json(control::flow_report(view.plan, 1, record).at("leg"),
               R"({"client": {"address": "2001:db8::1", "port": 1}})");
    CHECK(entry(view, record).at("listener").is_null());
}
