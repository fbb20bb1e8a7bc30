// SPDX-License-Identifier: Apache-2.0
#include "replay/events.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace sallyport;
using namespace sallyport::replay;
using std::chrono::milliseconds;

namespace {

std::string only_finding(const std::string& line) {
    const ReadEvents read = parse_events(line, "/nonexistent");
    REQUIRE(read.findings.size() == 1);
    CHECK(read.events.empty());
    CHECK_FALSE(read.findings[0].warning);
    return config::format("events", read.findings[0]);
}

} // namespace

TEST_CASE("events are read, with comments and blank lines between them") {
    const ReadEvents read = parse_events("# what fails\n\n1500ms unhealthy firewalls/fw-1\n  2s\tshift  east # away\r\n"
                                         "3s register a/b\n4s deregister a/b",
                                         ".");
    CHECK(read.findings.empty());
    REQUIRE(read.events.size() == 4);
    CHECK(read.events[0].offset == milliseconds(1500));
    CHECK(read.events[0].kind == EventKind::unhealthy);
    CHECK(read.events[0].group == "firewalls");
    CHECK(read.events[0].member == "fw-1");
    CHECK(read.events[0].line == 3);
    CHECK(read.events[1].kind == EventKind::shift);
    CHECK(read.events[1].zone == "east");
    CHECK(read.events[2].kind == EventKind::put_back);
    CHECK(read.events[3].kind == EventKind::deregister);
    CHECK(read.events[3].line == 6);
}

TEST_CASE("targets without a name are called by address and port") {
    const ReadEvents read = parse_events("1s drain web/203.0.113.11:8080\n2s drain web/[2001:db8::b]:80\n", ".");
    CHECK(read.findings.empty());
    REQUIRE(read.events.size() == 2);
    CHECK(read.events[0].group == "web");
    CHECK(read.events[0].member == "203.0.113.11:8080");
    CHECK(read.events[1].member == "[2001:db8::b]:80");
}

TEST_CASE("events are in the order of time, those of one time in the order of their lines") {
    const ReadEvents read = parse_events("2s drain a/late\n1s drain a/first\n1000ms drain a/second\n", ".");
    REQUIRE(read.events.size() == 3);
    CHECK(read.events[0].member == "first");
    CHECK(read.events[1].member == "second");
    CHECK(read.events[2].member == "late");
}

TEST_CASE("a line that can not be read says where it is and what to write") {
    CHECK(only_finding("\nsoon drain a/b") == "events:2: is not a time: `soon`; begin with how long after the trace's "
                                              "first packet it happens, such as 1500ms or 2s");
    CHECK(only_finding("1s drian a/b") == "events:1: nothing is called `drian`; did you mean `drain`?");
    CHECK(only_finding("1s") == "events:1: does not say what happens; write unhealthy, healthy, drain, deregister, "
                                "register, shift, unshift or config");
    CHECK(only_finding("1s drain fw") ==
          "events:1: no appliance and no target is called `fw`; write GROUP/APPLIANCE, such as firewalls/fw-1, or "
          "GROUP/TARGET, such as web/203.0.113.11:8080");
    CHECK(only_finding("1s drain a/b c").starts_with("events:1: no appliance and no target is called `a/b c`; "));
    CHECK(only_finding("1s drain a/").starts_with("events:1: no appliance and no target is called `a/`; "));
    CHECK(only_finding("1s shift") == "events:1: no zone is called ``; write the zone of appliances or targets, such "
                                      "as east");
    CHECK(only_finding("1s config") == "events:1: names no file; write the path of a configuration");
    CHECK(only_finding("1s config later.yaml")
              .starts_with("events:1: is a configuration that does not work: "
                           "/nonexistent/later.yaml: "));
}

TEST_CASE("every bad line is told of") {
    const ReadEvents read = parse_events("soon drain a/b\n1s drain a/b\n2s drian a/b\n", ".");
    REQUIRE(read.findings.size() == 2);
    CHECK(read.findings[0].line == 1);
    CHECK(read.findings[1].line == 3);
}

TEST_CASE("a file of events that is not there is a finding") {
    const ReadEvents read = read_events("/nonexistent/events.txt");
    REQUIRE(read.findings.size() == 1);
    CHECK(read.findings[0].line == 0);
    CHECK(read_events("/tmp").findings.size() == 1);
}
