// SPDX-License-Identifier: Apache-2.0
// Which of several rules decides, what a rule brings along, and what can not be made into rules.
#include "balance/rules/choose_group.hpp"
#include "balance/rules/rule_set.hpp"
#include "request.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::rules;

namespace {

config::HttpRule rule(std::uint32_t priority, std::vector<config::Condition> conditions) {
    return {.priority = priority, .conditions = std::move(conditions), .action = config::FixedResponse{}};
}

config::HttpServer server_of(std::vector<config::HttpRule> rules) {
    config::HttpServer server;
    server.default_action = config::FixedResponse{.status = 404};
    server.rules = std::move(rules);
    return server;
}

config::PathPattern path(const char* text) {
    return {{{text}}};
}

RuleSet built(const config::HttpServer& server) {
    auto rules = RuleSet::build(server);
    if (!rules) FAIL(rules.error().message);
    return *std::move(rules);
}

std::uint32_t decider(const RuleSet& rules, const Request& request) {
    const http::RequestHead head = head_of(request);
    return rules.match(facts_of(request, head)).priority;
}

} // namespace

TEST_CASE("the lowest priority that matches decides, in whatever order rules are written") {
    const RuleSet rules =
        built(server_of({rule(30, {path("/a/*")}), rule(10, {path("/a/b/*")}), rule(20, {path("*")})}));
    CHECK(decider(rules, {.url = "/a/b/c"}) == 10);
    CHECK(decider(rules, {.url = "/a/c"}) == 20);
    CHECK(rules.rules().size() == 4);
    CHECK(rules.rules().back().is_default);
}

TEST_CASE("all conditions of a rule have to hold") {
    const config::RequestMethod post{{"POST"}};
    const config::HttpHeader one{"A", {{"1"}}};
    const config::HttpHeader other{"B", {{"2"}}};
    const RuleSet rules = built(server_of({rule(1, {path("/a"), post}), rule(2, {one, other})}));
    CHECK(decider(rules, {.method = "POST", .url = "/a"}) == 1);
    CHECK(decider(rules, {.method = "GET", .url = "/a"}) == 0);
    CHECK(decider(rules, {.method = "POST", .url = "/b"}) == 0);
    CHECK(decider(rules, {.fields = {{"A", "1"}, {"B", "2"}}}) == 2);
    CHECK(decider(rules, {.fields = {{"A", "1"}}}) == 0);
}

TEST_CASE("the default action is a rule without conditions, with the listener's header changes") {
    config::HttpServer server = server_of({});
    server.request_headers = {{config::HeaderChangeKind::remove, "X-Internal", ""}};
    const RuleSet rules = built(server);
    const http::RequestHead head = head_of({});
    const Rule& found = rules.match(facts_of({}, head));
    CHECK(found.is_default);
    CHECK(found.priority == 0);
    CHECK(std::get<config::FixedResponse>(found.action).status == 404);
    CHECK(found.request_headers.size() == 1);
}

TEST_CASE("a listener's header changes come before a rule's") {
    config::HttpServer server = server_of({rule(1, {path("/")})});
    server.response_headers = {{config::HeaderChangeKind::set, "X-Of", "listener"}};
    server.rules[0].response_headers = {{config::HeaderChangeKind::set, "X-Of", "rule"}};
    const RuleSet rules = built(server);
    REQUIRE(rules.rules()[0].response_headers.size() == 2);
    CHECK(rules.rules()[0].response_headers[0].value == "listener");
    CHECK(rules.rules()[0].response_headers[1].value == "rule");
}

TEST_CASE("target groups have numbers, the same wherever they are named") {
    config::HttpServer server = server_of({rule(1, {path("/a")}), rule(2, {path("/b")})});
    server.default_action = config::ForwardAction{.shares = {{"web", 1}}};
    server.rules[0].action = config::ForwardAction{.shares = {{"new", 10}, {"web", 90}}};
    server.rules[1].action = config::ForwardAction{.shares = {{"old", 1}}};
    const RuleSet rules = built(server);
    CHECK(rules.group_names() == std::vector<std::string>{"new", "web", "old"});
    const auto& shares = rules.rules()[0].shares;
    REQUIRE(shares.size() == 2);
    CHECK(shares[0].group == 0);
    CHECK(shares[0].weight == 10);
    CHECK(shares[1].group == 1);
    CHECK(rules.rules()[2].shares[0].group == 1);
}

TEST_CASE("what can not be made into rules is said with the rule") {
    const config::PathPattern broken{{{.text = "(", .is_regex = true}}};
    const config::PathPattern hungry{{{.text = "((a{1,100}){1,100}){1,100}", .is_regex = true}}};
    config::HttpServer rewriting = server_of({rule(7, {path("/")})});
    rewriting.rules[0].url_rewrite = config::Rewrite{"(", "/"};
    config::HttpServer changing = server_of({});
    changing.request_headers = {{config::HeaderChangeKind::set, "Content-Length", "0"}};
    const struct {
        const char* sentence;
        config::HttpServer server;
        const char* words[2];
    } cases[] = {
        {"an expression", server_of({rule(5, {broken})}), {"priority 5", "missing )"}},
        {"one that takes too much memory", server_of({rule(5, {hungry})}), {"priority 5", "regular expression"}},
        {"two of a priority", server_of({rule(3, {path("/a")}), rule(3, {path("/b")})}), {"two rules", "3"}},
        {"the default's priority", server_of({rule(0, {path("/a")})}), {"priority 0", "default"}},
        {"a rewrite", rewriting, {"priority 7", "missing )"}},
        {"the listener's header changes", changing, {"default action", "Content-Length"}},
    };
    for (const auto& each : cases) {
        INFO(each.sentence);
        const auto rules = RuleSet::build(each.server);
        REQUIRE_FALSE(rules);
        for (const char* const word : each.words)
            CHECK_THAT(rules.error().message, Catch::Contains(word));
    }
}

TEST_CASE("a group is chosen by weight among those that take requests") {
    Rule forward;
    forward.shares = {{.group = 4, .weight = 1}, {.group = 2, .weight = 0}, {.group = 9, .weight = 3}};
    const auto all = [](std::uint16_t) { return true; };
    constexpr std::uint64_t quarter = std::uint64_t{1} << 62U;
    CHECK(choose_group(forward, 0, all) == 0);
    CHECK(choose_group(forward, quarter - 1, all) == 0);
    CHECK(choose_group(forward, quarter, all) == 2);
    CHECK(choose_group(forward, ~std::uint64_t{0}, all) == 2);
    CHECK(choose_group(forward, ~std::uint64_t{0}, [](std::uint16_t group) { return group == 4; }) == 0);
    // A weight of 0 is no share, whoever else is gone.
    CHECK(choose_group(forward, 0, [](std::uint16_t group) { return group == 2; }) == no_index);
    CHECK(choose_group(forward, 0, [](std::uint16_t) { return false; }) == no_index);
    CHECK(choose_group(Rule(), 0, all) == no_index);
}
