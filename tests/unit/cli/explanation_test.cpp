// SPDX-License-Identifier: Apache-2.0
#include "cli/explanation.hpp"
#include "cli/explanation_text.hpp"
#include "config/load.hpp"
#include "replay/port_plan.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::cli;

namespace {

constexpr const char* text = R"(
ports:
  north:   {interface: gw-north,   addresses: [192.0.2.1/24, "2001:db8:1::1/64"]}
  inspect: {interface: gw-inspect, addresses: [198.51.100.1/24], mtu: 1600}
  south:   {interface: gw-south,   addresses: [203.0.113.1/24]}
  lab-in:  {interface: gw-lab-in,  addresses: [10.1.0.1/24]}
endpoints:
  office: {id: 0x1, ports: [north, south]}
  lab:    {id: 0x2, ports: [lab-in]}
appliance_groups:
  firewalls: {appliances: [{name: fw-1, address: 198.51.100.11}, {name: fw-2, address: 198.51.100.12}]}
  sensors:   {appliances: [{name: ids-1, address: 198.51.100.21}]}
  resting:   {appliances: [{name: off-1, address: 198.51.100.31}]}
chains:
  perimeter: [firewalls, sensors]
  asleep: [resting]
policy:
  - {match: {protocol: icmp}, chain: none}
  - {match: {endpoint: lab}, chain: none}
  - {match: {direction: northbound}, chain: none}
  - {match: {protocol: tcp, destination_port: [80, 8000-8999]}, chain: asleep}
  - {match: {source: 192.0.2.0/28}, chain: perimeter}
routes:
  - {to: 10.9.0.0/16, via: 203.0.113.254}
)";

struct Lab {
    config::Config config;
    chain::Roster roster;
    forward::Table forwarding;

    Lab() {
        const config::Loaded loaded = config::load_text(text, "/");
        for (const config::Finding& finding : loaded.findings)
            UNSCOPED_INFO(config::format("config", finding));
        REQUIRE(loaded.usable());
        config = loaded.config;
        roster = chain::build_roster(config);
        // As a health check would have it; the config alone may not.
        roster.groups[2].maglev.clear();
        forwarding = forward::Table(replay::plan_forwarding(config, roster, true));
    }

    Result<Explanation> ask(std::string_view flow, std::string endpoint = "", std::string port = "") const {
        return explain(roster, forwarding, {*parse_flow_text(flow), std::move(endpoint), std::move(port)});
    }
    std::string words(std::string_view flow) const {
        const FlowText question = *parse_flow_text(flow);
        return to_text({config, roster, question}, *explain(roster, forwarding, {question, "", ""}));
    }
};

} // namespace

TEST_CASE("a flow is followed from its port through policy and chain to its way out") {
    const Lab lab;
    const auto way = lab.ask("tcp 192.0.2.10:40000 > 203.0.113.11:443");
    REQUIRE(way);
    CHECK(lab.roster.ports[way->arrival.port].name == "north");
    CHECK(way->flow.direction == config::Direction::southbound);
    CHECK(way->passed_over == std::vector{chain::Mismatch::protocol, chain::Mismatch::endpoint,
                                          chain::Mismatch::direction, chain::Mismatch::destination_port});
    CHECK(way->rule == 4);
    REQUIRE(way->hops.size() == 2);
    CHECK(lab.roster.groups[way->hops[0].group].name == "firewalls");
    CHECK(lab.roster.appliances[way->hops[1].appliance].name == "ids-1");
    CHECK(way->outer_source_port >= 49152);
    CHECK(lab.roster.ports[way->way_out.port].name == "south");
    CHECK(way->way_out.on_link);
}

TEST_CASE("both directions of a flow have the same appliances and outer port") {
    const Lab lab;
    const auto there = lab.ask("udp 192.0.2.10:5000 > 192.0.2.11:53", "", "north");
    const auto back = lab.ask("udp 192.0.2.11:53 > 192.0.2.10:5000", "", "north");
    REQUIRE(there);
    REQUIRE(back);
    CHECK(there->hops[0].appliance == back->hops[0].appliance);
    CHECK(there->hops[0].slot == back->hops[0].slot);
    CHECK(there->outer_source_port == back->outer_source_port);
}

TEST_CASE("where a flow begins is found from its source, or as asked") {
    const Lab lab;
    CHECK(lab.ask("icmp 10.9.1.1 > 192.0.2.10")->arrival.reason == ArrivalReason::source_route);
    CHECK(lab.ask("icmp 10.9.1.1 > 192.0.2.10")->flow.direction == config::Direction::northbound);
    CHECK(lab.ask("icmp 10.1.0.7 > 192.0.2.10")->arrival.endpoint == 1);
    CHECK(lab.ask("icmp 8.8.8.8 > 192.0.2.10")->arrival.reason == ArrivalReason::first_of_all);
    CHECK(lab.ask("icmp 8.8.8.8 > 192.0.2.10", "lab")->arrival.reason == ArrivalReason::first_of_endpoint);
    CHECK(lab.ask("icmp 192.0.2.10 > 8.8.8.8", "", "south")->flow.direction == config::Direction::northbound);
}

TEST_CASE("names that do not fit are said") {
    const Lab lab;
    const std::string flow = "icmp 192.0.2.10 > 8.8.8.8";
    CHECK_THAT(lab.ask(flow, "", "west").error().message, Catch::Contains("no port `west`"));
    CHECK_THAT(lab.ask(flow, "home").error().message, Catch::Contains("no endpoint `home`"));
    CHECK_THAT(lab.ask(flow, "", "inspect").error().message, Catch::Contains("no endpoint"));
    CHECK_THAT(lab.ask(flow, "lab", "north").error().message, Catch::Contains("not to `lab`"));
}

TEST_CASE("what the gateway would not forward is said with its drop reason") {
    const Lab lab;
    CHECK(lab.ask("tcp 192.0.2.99:1 > 203.0.113.11:443")->reason == DropReason::NoPolicyMatch);
    CHECK(lab.ask("tcp 192.0.2.10:1 > 203.0.113.11:80")->reason == DropReason::NoAppliance);
    CHECK(lab.ask("tcp 127.0.0.1:1 > 203.0.113.11:80")->reason == DropReason::MartianAddress);
    CHECK(lab.ask("udp 192.0.2.10:1 > 239.1.1.1:80")->reason == DropReason::MulticastUnsupported);
    CHECK(lab.ask("tcp 192.0.2.10:1 > 198.51.100.1:6081")->reason == DropReason::OwnAddressElsewhere);
    CHECK(lab.ask("tcp 192.0.2.10:1 > 192.0.2.1:22")->fate == Fate::to_host);
    // The gateway's address on the far side: the kernel would take the packet, past the chain.
    CHECK(lab.ask("tcp 192.0.2.10:1 > 203.0.113.1:22")->reason == DropReason::OwnAddressElsewhere);
}

TEST_CASE("the words name rules by their lines and say what they want") {
    const Lab lab;
    const std::string words = lab.words("tcp 192.0.2.10:40000 > 203.0.113.11:443");
    CHECK_THAT(words, Catch::Contains("rule 1 (line 18) passed over: it wants icmp or icmpv6, not tcp"));
    CHECK_THAT(words,
               Catch::Contains("rule 4 (line 21) passed over: it wants destination port 80 or 8000-8999, not 443"));
    CHECK_THAT(words, Catch::Contains("rule 5 (line 22) matches: chain perimeter"));
    CHECK_THAT(words, Catch::Contains("way back   ids-1, then fw-"));
    CHECK_THAT(words, Catch::Contains("by port south"));
    CHECK_THAT(lab.words("icmp 192.0.2.10 > 10.9.1.1"), Catch::Contains("to 203.0.113.254, by a route"));
    CHECK_THAT(lab.words("icmp 192.0.2.10 > 9.9.9.9"),
               Catch::Contains("the kernel's routes decide") && Catch::Contains("a replay sends by port south"));
    CHECK_THAT(lab.words("tcp 192.0.2.99:1 > 203.0.113.11:443"), Catch::Contains("dropped, NoPolicyMatch"));
}

TEST_CASE(
    "hops that are no visits are said: copies for mirrors, flows they are not shown, and groups that are passed by") {
    Lab lab;
    const char* flow = "tcp 192.0.2.10:40000 > 203.0.113.11:443";
    lab.roster.groups[1].mode = config::GroupMode::mirror;
    CHECK_THAT(lab.words(flow), Catch::Contains("sensors -> a copy to ids-1") && Catch::Contains("way back   fw-"));
    lab.roster.groups[1].sample_percent = 0;
    CHECK_THAT(lab.words(flow), Catch::Contains("sensors: a mirror that gets no copy of this flow"));
    lab.roster.groups[0].maglev.clear();
    CHECK(lab.ask(flow)->reason == DropReason::NoAppliance);
    lab.roster.groups[0].is_bypassed = true;
    CHECK(lab.ask(flow)->fate == Fate::forwarded);
    CHECK_THAT(lab.words(flow), Catch::Contains("firewalls: no appliance takes new flows, so they go past it") &&
                                    Catch::Contains("way back   past the whole chain"));
}

TEST_CASE("JSON has the same facts") {
    const Lab lab;
    const FlowText flow = *parse_flow_text("tcp 192.0.2.10:40000 > 203.0.113.11:443");
    const auto json = to_json({lab.config, lab.roster, flow}, *explain(lab.roster, lab.forwarding, {flow, "", ""}));
    CHECK(json.at("endpoint").as_string() == "office");
    CHECK(json.at("chain").as_string() == "perimeter");
    CHECK(json.at("rule").at("line").to_number<int>() == 22);
    CHECK(json.at("hops").as_array().size() == 2);
    CHECK(json.at("hops").at(0).at("kind").as_string() == "visit");
    CHECK(json.at("leaves_by").as_string() == "south");
    CHECK(json.at("passed_over").as_array().size() == 4);
}
