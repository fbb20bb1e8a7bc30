// SPDX-License-Identifier: Apache-2.0
// What people see of the answers. The tables of src/cli are tested here because they need a whole answer to show.
#include "cli/admin_tables.hpp"
#include "cli/table.hpp"
#include "cli/words.hpp"
#include "control/flow_listing.hpp"
#include "control/reports.hpp"
#include "fake_view.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include <sstream>

using namespace sallyport;
using test::FakeView;

namespace {

std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> result;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        result.push_back(line);
    return result;
}

} // namespace

TEST_CASE("columns are as wide as their widest cell, numbers stand to the right, and no line ends in blanks") {
    cli::Table table({{"name"}, {"packets", cli::Align::right}, {"note"}});
    table.add({"a", "5", ""});
    table.add({"longer", "123456789", "x"});
    table.add({"b"});
    CHECK(table.text() == "name      packets  note\n"
                          "a               5\n"
                          "longer  123456789  x\n"
                          "b\n");
}

TEST_CASE("a table without rows is its header") {
    CHECK(cli::Table({{"a"}, {"b", cli::Align::right}}).text() == "a  b\n");
}

TEST_CASE("a character of several bytes counts as one") {
    cli::Table table({{"n"}, {"x"}});
    table.add({"b\xc3\xbcro", "1"});
    table.add({"buro", "2"});
    CHECK(table.text() == "n     x\nb\xc3\xbcro  1\nburo  2\n");
}

TEST_CASE("times and sizes are told in the largest unit that fits") {
    CHECK(cli::duration(0) == "0 s");
    CHECK(cli::duration(59'999) == "59 s");
    CHECK(cli::duration(3'600'000) == "1 h 0 min 0 s");
    CHECK(cli::duration(93'784'000) == "1 d 2 h 3 min 4 s");
    CHECK(cli::bytes(0) == "0 B");
    CHECK(cli::bytes(1023) == "1023 B");
    CHECK(cli::bytes(1536) == "1.5 KiB");
    CHECK(cli::bytes(134'217'728) == "128.0 MiB");
}

TEST_CASE("the status of a gateway as people see it") {
    FakeView view;
    view.counts[0].flows_created.add(3);
    view.counts[0].ports[0].packets_in.add(12'345);
    const auto shown = lines(cli::status_table(control::status_report(view)));
    REQUIRE(shown.size() == 17);
    CHECK(shown[0].starts_with("gateway     lab, sallyport "));
    CHECK(shown[0].ends_with(", up 1 d 2 h 3 min 4 s"));
    CHECK(shown[1] == "flows       3 live of 2000, 3 created, 0 expired, 0 moved, 0 reset, table of 250.0 KiB");
    CHECK(shown[2] == "packets     12345 in, 0 out, 0 dropped, 0 ICMP errors sent, 0 withheld, 0 TCP resets sent, 0 "
                      "copies lost");
    CHECK(shown[3] == "forwarding  4 routes, 9 neighbours, 1 packets waiting for a neighbour");
    CHECK(shown[5] == "worker  flows  capacity  created  expired  pending  packets in  handed over");
    CHECK(shown[6] == "     0      3      1000        3        0        0       12345            0");
    CHECK(shown[9] ==
          "port     endpoint  side     device      vlan  driver      host link   link  mac                 mtu     in  "
          "out  to host  from host  missed");
    CHECK(shown[12] ==
          "south    office    south    gw-south    7     net_af_xdp  sp-south    down  02:00:5e:00:53:01  1500      0  "
          "  0        0          0       5");
    CHECK(shown[14] == "north: net_af_xdp, the buffers are in hugepages");
}

TEST_CASE("a flow as people see it, addresses of both families with their ports") {
    FakeView view;
    view.flows[0] = {test::tcp_flow("192.0.2.10", 40'000, "203.0.113.80"),
                     test::tcp_flow("2001:db8::10", 40'000, "2001:db8:1::80")};
    control::FlowListing listing({});
    while (!*listing.step(view)) {
    }
    const auto shown = lines(cli::flows_table(boost::json::parse(listing.take()).as_object()));
    REQUIRE(shown.size() == 3);
    CHECK(shown[0].starts_with("endpoint  protocol  initiator > responder"));
    CHECK(shown[0].ends_with("age s  idle s  remaining s"));
    CHECK_THAT(shown[1], Catch::Matchers::Contains("192.0.2.10:40000 > 203.0.113.80:443 "));
    CHECK_THAT(shown[1], Catch::Matchers::Contains("  perimeter  fw-1,sensor-1  "));
    CHECK_THAT(shown[2], Catch::Matchers::Contains("[2001:db8::10]:40000 > [2001:db8:1::80]:443 "));
    CHECK(shown[2].ends_with(" 61.2     0.2        349.8"));
}

TEST_CASE("an appliance that a flow goes past is shown with what it has said") {
    const auto table = [](const char* flow) {
        return cli::flows_table({{"flows", boost::json::array{boost::json::parse(flow)}}, {"truncated", false}});
    };
    CHECK_THAT(table(R"({"appliances": ["fw-1", "ids-1", null], "verdicts": [null, "pass_rest", "drop_rest"]})"),
               Catch::Matchers::Contains(" fw-1,ids-1 (pass_rest),- "));
    // An older gateway's answer has no verdicts.
    CHECK_THAT(table(R"({"appliances": ["fw-1", "ids-1"]})"), Catch::Matchers::Contains(" fw-1,ids-1 "));
}

TEST_CASE("a list that was cut says so") {
    CHECK(cli::flows_table({{"flows", boost::json::array()}, {"truncated", true}})
              .ends_with("there are more; --limit sets how many are shown\n"));
}

TEST_CASE("drops as people see them end with their sum") {
    FakeView view;
    view.counts[0].drop(DropReason::NoRoute).add(1200);
    CHECK(cli::drops_table(control::drops_report(view, false)) ==
          "reason   packets  meaning\n"
          "NoRoute     1200  no route to the destination; unreachable was answered\n"
          "total       1200\n");
}

TEST_CASE("appliances as people see them: how each stands, why, what went there, and what went past") {
    FakeView view;
    view.counts[0].appliances[2].packets_sent.add(11);
    view.counts[0].groups[1].flows_bypassed.add(4);
    view.states[0] = {.state = control::State::draining,
                      .reason = "Target.DeregistrationInProgress",
                      .sentence = "taken out",
                      .age = std::chrono::milliseconds(61'500),
                      .drain_left = std::chrono::milliseconds(238'500),
                      .share_percent = 35,
                      .zone = "a",
                      .zone_is_shifted = true};
    view.zones = {"a"};
    const auto shown = lines(cli::appliances_table(control::appliances_report(view)));
    const std::vector<std::string> expected = {
        "group      appliance  address        zone           weight  state     for        drain left  flows",
        "firewalls  fw-1       198.51.100.11  a (shifted)  1 x 35 %  draining  1 min 1 s  3 min 58 s      0",
        "firewalls  fw-2       198.51.100.12  -                   0  healthy   0 s        -               0",
        "sensors    sensor-1   198.51.100.21  -                   3  healthy   0 s        -               0",
        "",
        "firewalls/fw-1: Target.DeregistrationInProgress, taken out",
        "",
        "shifted away from zone a",
        "",
        "group      appliance  way         port     gateway         mac                flows created  moved here  sent "
        " "
        "returned  copies  sent bytes",
        "firewalls  fw-1       no route    -        -               -                              0           0     0 "
        " "
        "       0       0           0",
        "firewalls  fw-2       unresolved  inspect  198.51.100.254  -                              0           0     0 "
        " "
        "       0       0           0",
        "sensors    sensor-1   resolved    inspect  -               02:00:5e:00:53:21              0           0    11 "
        " "
        "       0       0           0",
        "",
        "group      mode    new flows    flows bypassed  packets",
        "firewalls  inline  are dropped               0        0",
        "sensors    inline  are dropped               4        0"};
    CHECK(shown == expected);
}

TEST_CASE("what a drain and a reload did, as people see it") {
    FakeView view;
    CHECK(
        lines(cli::operation_table(control::operation_report(view, {.appliances = {1}, .targets = {}}))) ==
        std::vector<std::string>{"group      appliance  address        zone  weight  state    for  drain left  flows",
                                 "firewalls  fw-2       198.51.100.12  -          0  healthy  0 s  -               0"});
    CHECK(cli::reload_text(control::reload_report(
              view, {.appliances_added = {"firewalls/fw-3", "x/y"}, .warnings = {"a:1: warning: hm"}})) ==
          "the configuration was read again; roster 0 is in force\n"
          "appliances added: firewalls/fw-3,x/y\n"
          "a:1: warning: hm\n");
}

TEST_CASE("a hop that was bypassed is a dash") {
    FakeView view;
    view.flows[0] = {test::tcp_flow("192.0.2.10", 40'000, "203.0.113.80")};
    view.flows[0][0].entry.first_hops[0] = no_index;
    control::FlowListing listing({});
    while (!*listing.step(view)) {
    }
    CHECK_THAT(cli::flows_table(boost::json::parse(listing.take()).as_object()),
               Catch::Matchers::Contains("  perimeter  -,sensor-1  "));
}

TEST_CASE("an answer that lacks things is shown with what it has") {
    CHECK_THAT(cli::status_table({}), Catch::Matchers::StartsWith("gateway     -, sallyport -"));
    CHECK(lines(cli::flows_table({{"flows", {{{"state", "udp"}}, 5}}})).size() == 2);
    CHECK(lines(cli::drops_table({})).size() == 2);
    CHECK(lines(cli::appliances_table({{"appliances", 1}})).size() == 5);
    CHECK(lines(cli::operation_table({})).size() == 1);
    CHECK(lines(cli::reload_text({})).size() == 1);
}
