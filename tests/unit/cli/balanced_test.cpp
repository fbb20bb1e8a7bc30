// SPDX-License-Identifier: Apache-2.0
// What explain says of flows to listeners.
#include "balance/l4/build_directory.hpp"
#include "cli/explanation.hpp"
#include "cli/explanation_text.hpp"
#include "config/load.hpp"
#include "replay/port_plan.hpp"

#include <boost/json/object.hpp>
#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::cli;

namespace {

constexpr const char* text = R"(
ports:
  north:   {interface: gw-north,   addresses: [192.0.2.1/24, "2001:db8:1::1/64"]}
  inspect: {interface: gw-inspect, addresses: [198.51.100.1/24, "2001:db8:2::1/64"], mtu: 1600}
  south:   {interface: gw-south,   addresses: [203.0.113.1/24, "2001:db8:3::1/64"]}
endpoints:
  office: {id: 0x2b8ee1d4db0c51c4, ports: [north, south]}
appliance_groups:
  sensors: {appliances: [{name: ids, address: 198.51.100.21}]}
chains: {plain: [sensors]}
policy: [{chain: none}, {match: {leg: decrypted, target_group: web, destination: 203.0.113.11/32}, chain: plain}]
target_groups:
  web: {protocol: TCP, port: 8080, stickiness: {type: source_ip, duration: 1h}, targets: [{address: 203.0.113.11}, {address: 203.0.113.12}]}
  turns: {protocol: TCP_UDP, port: 8080, algorithm: round_robin, preserve_client_ip: false, targets: [{address: 203.0.113.11}, {address: 203.0.113.12}]}
  direct: {protocol: TCP_UDP, port: 80, direct_server_return: true, targets: [{address: 203.0.113.11, name: one}]}
  nobody: {protocol: TCP_UDP, port: 80, targets: [{address: 203.0.113.11, weight: 0}]}
  pages: {protocol: HTTP, port: 80, targets: [{address: 203.0.113.11}]}
listeners:
  - {name: web, address: 192.0.2.80, port: 80, protocol: TCP, default_action: {forward: [{target_group: web, weight: 90}, {target_group: turns, weight: 10}]}}
  - {name: turns, address: 192.0.2.80, port: 81, protocol: TCP_UDP, default_action: {forward: turns}, deny: 192.0.2.66/32}
  - {name: direct, address: 192.0.2.1, port: 80, protocol: TCP_UDP, default_action: {forward: direct}}
  - {name: nobody, address: 192.0.2.1, port: 81, protocol: TCP_UDP, default_action: {forward: nobody}}
  - {name: proxied, address: 192.0.2.80, port: 443, protocol: TCP, mode: proxy, default_action: {forward: web}}
  - {name: site, address: 192.0.2.80, port: 8080, protocol: HTTP, default_action: {forward: pages}}
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
        roster = balance::build_roster(config);
        forwarding = forward::Table(replay::plan_forwarding(config, roster, true));
    }
    Explanation ask(std::string_view flow) const {
        const auto explanation = explain(roster, forwarding, {*parse_flow_text(flow), "", ""});
        REQUIRE(explanation);
        return *explanation;
    }
    std::string words(std::string_view flow) const {
        const FlowText asked = *parse_flow_text(flow);
        return to_text({config, roster, asked}, ask(flow));
    }
    boost::json::object json(std::string_view flow) const {
        const FlowText asked = *parse_flow_text(flow);
        return to_json({config, roster, asked}, ask(flow));
    }
};

bool says(const std::string& words, std::string_view sentence) {
    INFO(words);
    return words.find(sentence) != std::string::npos;
}

} // namespace

TEST_CASE("a flow to a listener is told its group, its target and what it becomes") {
    const Lab lab;
    const std::string words = lab.words("tcp 192.0.2.10:40000 > 192.0.2.80:80");
    CHECK(says(words, "listener   web (line 19) listens at 192.0.2.80:80"));
    CHECK(says(words, "group      web, by the flow's hash among web (90), turns (10)"));
    CHECK(
        says(words,
             "sticky     the target that 192.0.2.10 has already, if it has one, until none of its flows began for 1h"));
    CHECK(says(words, "target     203.0.113.11:8080, by flow_hash among 2"));
    CHECK(says(words, "becomes    tcp 192.0.2.10:40000 > 203.0.113.11:8080, behind the chain"));
    CHECK(says(words, "leaves     by port south, whose network has the destination"));
    const auto listener = lab.json("tcp 192.0.2.10:40000 > 192.0.2.80:80").at("listener").as_object();
    CHECK(listener.at("name").as_string() == "web");
    CHECK(listener.at("target_group").as_string() == "web");
    CHECK(listener.at("target").at("address").as_string() == "203.0.113.11");
    CHECK_FALSE(listener.at("depends_on_what_came_before").as_bool());
    CHECK(listener.at("client_address_preserved").as_bool());
    CHECK(listener.at("stickiness_ms").to_number<int>() == 3'600'000);
}

TEST_CASE("what depends on flows before is said, and whose address stands in the client's place") {
    const Lab lab;
    const std::string words = lab.words("udp 192.0.2.10:40000 > 192.0.2.80:81");
    CHECK(says(words, "if it is the first flow; round_robin depends on what came before"));
    CHECK(says(words, "becomes    udp 203.0.113.1, a free port > 203.0.113.11:8080"));
    const auto listener = lab.json("udp 192.0.2.10:40000 > 192.0.2.80:81").at("listener").as_object();
    CHECK(listener.at("depends_on_what_came_before").as_bool());
    CHECK(listener.at("source_addresses").as_array().size() == 1);
    // Hairpin: a client on its targets' side.
    CHECK(says(lab.words("tcp 203.0.113.11:40000 > 192.0.2.80:80"), "becomes    tcp 203.0.113.1, a free port > "));
}

TEST_CASE("direct server return rewrites nothing, and the proxy chooses by itself") {
    const Lab lab;
    CHECK(says(lab.words("udp 192.0.2.10:40000 > 192.0.2.1:80"), "becomes    nothing else: direct server return"));
    const std::string words = lab.words("tcp 192.0.2.10:40000 > 192.0.2.80:443");
    CHECK(says(words, "accepted by the proxy, which chooses the target"));
    CHECK(says(words, "ends       behind the chain, in the gateway's own IP stack, where the proxy is"));
    CHECK(lab.json("tcp 192.0.2.10:40000 > 192.0.2.80:443").at("ends").as_string() == "to_proxy");
}

TEST_CASE("a listener of TLS takes the flow to itself, too") {
    Lab lab;
    lab.config.listeners[4].tls.emplace();
    lab.roster = balance::build_roster(lab.config);
    CHECK(says(lab.words("tcp 192.0.2.10:40000 > 192.0.2.80:443"),
               "accepted by the proxy, which ends TLS and chooses the target"));
}

TEST_CASE("a listener of HTTP takes the flow to itself, and its rules decide about requests") {
    const Lab lab;
    const char* const flow = "tcp 192.0.2.10:40000 > 192.0.2.80:8080";
    CHECK(says(lab.words(flow), "accepted by the proxy, whose rules choose for each request"));
    CHECK(says(lab.words(flow), "ends       behind the chain, in the gateway's own IP stack, where the proxy is"));
    const auto listener = lab.json(flow).at("listener").as_object();
    CHECK(listener.at("protocol").as_string() == "HTTP");
    CHECK(listener.at("mode").as_string() == "proxy");
}

TEST_CASE("what a listener does not take ends as it would in the gateway") {
    const Lab lab;
    CHECK(lab.ask("udp 192.0.2.66:40000 > 192.0.2.80:81").reason == DropReason::SourceNotAllowed);
    CHECK(lab.ask("udp 192.0.2.10:40000 > 192.0.2.1:81").reason == DropReason::NoTarget);
    const Explanation other_port = lab.ask("udp 192.0.2.10:40000 > 192.0.2.80:85");
    CHECK(other_port.fate == Fate::dropped);
    CHECK(other_port.reason == DropReason::NoListener);
    CHECK(lab.ask("udp 192.0.2.10:40000 > 192.0.2.1:85").fate == Fate::to_host);
    CHECK(lab.ask("icmp 192.0.2.10 > 192.0.2.80").fate == Fate::to_host);
    CHECK(lab.ask("tcp 192.0.2.10:40000 > 203.0.113.1:443").reason == DropReason::OwnAddressElsewhere);
    CHECK_FALSE(lab.ask("tcp 192.0.2.10:40000 > 203.0.113.11:8080").balanced);
}

TEST_CASE("a connection of the gateway's own to a target is explained as a leg") {
    const Lab lab;
    const std::string visits = lab.words("tcp 203.0.113.1:41000 > 203.0.113.11:8080");
    CHECK(says(visits, "the gateway's own connection to a target of web"));
    CHECK(says(visits, "passed over: it is not for decrypted legs"));
    CHECK(says(visits, "sensors -> ids"));
    CHECK(lab.json("tcp 203.0.113.1:41000 > 203.0.113.11:8080").at("leg_to").as_array().at(0).as_string() == "web");
    const std::string leaves = lab.words("tcp 203.0.113.1:41000 > 203.0.113.12:8080");
    CHECK(says(leaves, "no rule for decrypted legs matches"));
    CHECK(says(leaves, "by port south"));
    // A client's flow to the same place is none, nor is what goes elsewhere.
    const std::string clients = lab.words("tcp 192.0.2.10:41000 > 203.0.113.11:8080");
    CHECK(says(clients, "rule 1 (line"));
    CHECK_FALSE(says(clients, "a target of web"));
    CHECK_FALSE(lab.json("tcp 203.0.113.1:41000 > 203.0.113.11:80").contains("leg_to"));
}
