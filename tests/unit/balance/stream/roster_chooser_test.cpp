// SPDX-License-Identifier: Apache-2.0
#include "../../control/web_farm.hpp"
#include "balance/l4/build_directory.hpp"
#include "balance/stream/roster_chooser.hpp"
#include "balance/stream/stream_books.hpp"
#include "balance/stream/stream_listeners.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace sallyport;
using namespace sallyport::balance;
using chain::test::address;
using test::web_farm;

namespace {

Instant at_start() {
    return Instant{1'000'000'000};
}

/// The farm with a proxied listener at 192.0.2.80:443, whose rules lead names to groups of one target each.
config::Config proxied_farm() {
    config::Config config = web_farm();
    config.target_groups[1].protocol = config::L4Protocol::tcp;
    config::TargetGroup other = config.target_groups[1];
    other.name = "other";
    other.targets = {test::target("other-1", "2001:db8:3::99", 8443)};
    other.proxy_protocol_v2 = true;
    config.target_groups.push_back(other);
    config.policy[1].match.endpoint.reset();
    config::Listener& listener = config.listeners[0];
    listener.port = 443;
    listener.mode = config::ListenerMode::proxy;
    listener.rules = {{{"a.example", "*.a.example"}, {{"dns", 1}}, 0},
                      {{"www.a.example", "b.example"}, {{"other", 1}}, 0}};
    return config;
}

struct Stage {
    explicit Stage(const config::Config& config)
        : counters({.listeners = 8, .targets = 16}), chooser(ChooserState(8, 64, SipKey{1, 2}, 3), counters, &at_start),
          books(counters, tls), roster(std::make_shared<const chain::Roster>(build_roster(config))) {
        chooser.follow(roster, StreamPlanner().terms(*roster->directory));
    }
    std::optional<TargetChoice> choose(const char* server_name = nullptr, std::vector<TargetId> failed = {}) {
        ClientHello hello;
        if (server_name != nullptr) hello.server_name = server_name;
        const SocketAddress client{address("192.0.2.10"), 40000};
        const ClientFacts facts{
            0, {client, {address("192.0.2.80"), 443}}, client, server_name != nullptr ? &hello : nullptr};
        return chooser.choose(facts, failed);
    }
    std::string name(const std::optional<TargetChoice>& choice) {
        return choice ? roster->directory->targets[choice->target].name : "nobody";
    }

    StreamCounters counters;
    std::vector<TlsCounters> tls{8};
    RosterChooser chooser;
    StreamBooks books;
    std::shared_ptr<const chain::Roster> roster;
};

std::vector<StreamListener> listeners_of(const chain::Roster& roster) {
    return stream_listeners(*roster.directory, *StreamPlanner().terms(*roster.directory));
}

std::string text_of(const HeaderChoice& header, TlvType type) {
    const auto found = std::ranges::find(header.tlvs, type, &OwnedTlv::type);
    return found == header.tlvs.end() ? "none" : std::string(found->value.begin(), found->value.end());
}

} // namespace

TEST_CASE("the proxy listens where listeners with mode proxy are that are not gone, and nowhere else") {
    config::Config config = proxied_farm();
    config.listeners.push_back(web_farm().listeners[0]);
    config.listeners[1].name = "plain";
    config.listeners[0].allow = {*IpPrefix::parse("192.0.2.0/24")};
    config.listeners[0].proxy_protocol_from = {*IpPrefix::parse("198.51.100.0/24")};
    config.listeners[0].tcp_idle = std::chrono::seconds(77);
    const auto slots = first_target_slots(config);
    const auto listeners = listeners_of(build_roster(config, chain::first_slots(config), slots));
    REQUIRE(listeners.size() == 1);
    CHECK(listeners[0].id == 0);
    CHECK(listeners[0].address.to_string() == "192.0.2.80:443");
    CHECK(listeners[0].needs_sni);
    CHECK(listeners[0].allow == config.listeners[0].allow);
    CHECK(listeners[0].trusted == config.listeners[0].proxy_protocol_from);
    CHECK(listeners[0].idle_timeout == std::chrono::seconds(77));
    config.listeners[0].http.emplace();
    CHECK(listeners_of(build_roster(config, chain::first_slots(config), first_target_slots(config))).empty());
    const auto next = next_target_slots(slots, web_farm(), {});
    CHECK(listeners_of(build_roster(web_farm(), chain::first_slots(config), next)).empty());
}

TEST_CASE("the first rule that has the name decides, and the default action where none has it or none is told") {
    Stage stage(proxied_farm());
    CHECK(stage.name(stage.choose("a.example")) == "dns-1");
    CHECK(stage.name(stage.choose("www.a.example")) == "dns-1");
    CHECK(stage.name(stage.choose("B.example")) == "other-1");
    CHECK(stage.name(stage.choose("c.example")).starts_with("web-"));
    CHECK(stage.name(stage.choose("")).starts_with("web-"));
    CHECK(stage.name(stage.choose()).starts_with("web-"));
}

TEST_CASE("a target that failed is passed over, and when all have there is none") {
    Stage stage(proxied_farm());
    const auto first = stage.choose();
    REQUIRE(first);
    const auto second = stage.choose(nullptr, {first->target});
    REQUIRE(second);
    CHECK(second->target != first->target);
    CHECK_FALSE(stage.choose(nullptr, {first->target, second->target}));
}

TEST_CASE("the header tells endpoint and chain, to targets of groups that want it") {
    Stage stage(proxied_farm());
    CHECK_FALSE(stage.choose("a.example")->header);
    const auto choice = stage.choose("b.example");
    REQUIRE(choice);
    CHECK(choice->address.to_string() == "[2001:db8:3::99]:8443");
    REQUIRE(choice->header);
    const chain::Endpoint& endpoint = stage.roster->endpoints[0];
    CHECK(text_of(*choice->header, TlvType::aws) == std::string("\x01") + endpoint_id_text(endpoint.id));
    CHECK(text_of(*choice->header, TlvType::endpoint_name) == endpoint.name);
    CHECK(text_of(*choice->header, TlvType::chain_name) == stage.roster->chains[0].name);

    config::Config config = proxied_farm();
    config.policy[1].chain.reset();
    Stage bare(config);
    CHECK(text_of(*bare.choose("b.example")->header, TlvType::chain_name) == "none");
}

TEST_CASE("least connections goes by the connections that the proxy has") {
    config::Config config = proxied_farm();
    config.target_groups[0].algorithm = config::Algorithm::least_connections;
    Stage stage(config);
    for (const TargetId busy : {0U, 1U}) {
        stage.books.joined(busy);
        for (int i = 0; i < 4; ++i)
            CHECK(stage.choose()->target == 1 - busy);
        stage.books.left(busy);
    }
}

TEST_CASE("the books know who is where, what went over, and who did not answer") {
    StreamCounters counters({.listeners = 1, .targets = 2});
    std::vector<TlsCounters> tls(8);
    StreamBooks books(counters, tls);
    books.joined(1);
    books.connected(1, {});
    books.carried(1, 10, 0);
    books.carried(1, 0, 500);
    const TargetCounters& counts = counters.targets[1];
    CHECK(counts.flows_created.read() - counts.flows_ended.read() == 1);
    CHECK(counts.answered.read() == 1);
    CHECK(counts.bytes_to.read() == 10);
    CHECK(counts.bytes_from.read() == 500);
    StreamReport report;
    report.target = 1;
    report.end = StreamEnd::terminated;
    books.left(1);
    books.ended(report);
    CHECK(counts.flows_ended.read() == 1);
    CHECK(counts.terminated.read() == 1);
    books.connect_failed(1, ConnectFailure::refused);
    books.connect_failed(1, ConnectFailure::timed_out);
    books.connect_failed(1, ConnectFailure::unreachable);
    books.connect_failed(1, ConnectFailure::local);
    CHECK(counts.refused.read() == 1);
    CHECK(counts.unanswered.read() == 2);
    books.connect_failed(1, ConnectFailure::tls);
    CHECK(counts.refused.read() + counts.unanswered.read() == 3); // it has answered
    report.end = StreamEnd::no_target;
    books.ended(report);
    report.end = StreamEnd::denied;
    books.ended(report);
    CHECK(counters.listeners[0].no_target.read() == 1);
    CHECK(counters.listeners[0].sources_refused.read() == 1);
    CHECK(counters.targets[0].flows_created.read() == 0);
}

TEST_CASE("the books count handshakes by listener, and say why there is none with a target, but not again and again") {
    StreamCounters counters({.listeners = 8, .targets = 2});
    std::vector<TlsCounters> tls(8);
    StreamBooks books(counters, tls);
    std::vector<std::string> said;
    books.tell_of_tls([&](TargetId target, const std::string& text) { said.push_back(std::to_string(target) + text); });
    books.client_tls_agreed(3, false);
    books.client_tls_agreed(3, true);
    tls::FailedHandshake why;
    why.kind = tls::HandshakeFailure::cipher;
    books.client_tls_failed(3, why);
    CHECK(tls[3].clients.handshakes.read() == 2);
    CHECK(tls[3].resumed.read() == 1);
    CHECK(tls[3].clients.failures[static_cast<std::size_t>(tls::HandshakeFailure::cipher)].read() == 1);
    why.sentence = " bad";
    for (int i = 0; i < 3; ++i)
        books.target_tls_failed(3, 1, why);
    why.kind = tls::HandshakeFailure::alert;
    books.target_tls_failed(3, 1, why);
    books.target_tls_failed(3, 0, why);
    books.target_tls_agreed(3, 1);
    books.target_tls_failed(3, 1, why); // within the minute
    CHECK(said == std::vector<std::string>{"1 bad", "1 bad", "0 bad"});
    CHECK(tls[3].targets.failures[static_cast<std::size_t>(tls::HandshakeFailure::cipher)].read() == 3);
    CHECK(tls[3].targets.failures[static_cast<std::size_t>(tls::HandshakeFailure::alert)].read() == 3);
    CHECK(tls[3].targets.handshakes.read() == 1);
}
