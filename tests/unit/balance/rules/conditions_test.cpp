// SPDX-License-Identifier: Apache-2.0
// Each kind of condition, one table each.
#include "balance/rules/rule_set.hpp"
#include "request.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::rules;

namespace {

struct Case {
    const char* sentence;
    config::Condition condition;
    Request request;
    bool holds;
};

/// By a listener whose only rule has this condition alone.
bool rule_matches(const config::Condition& condition, const Request& request) {
    config::HttpServer server;
    server.default_action = config::FixedResponse{.status = 404};
    server.rules.push_back({.priority = 1, .conditions = {condition}, .action = config::FixedResponse{}});
    const auto rules = RuleSet::build(server);
    if (!rules) FAIL(rules.error().message);
    const http::RequestHead head = head_of(request);
    return !rules->match(facts_of(request, head)).is_default;
}

void check(const std::vector<Case>& cases) {
    for (const Case& each : cases) {
        INFO(each.sentence);
        CHECK(rule_matches(each.condition, each.request) == each.holds);
    }
}

config::Pattern regex(const char* text) {
    return {.text = text, .is_regex = true};
}

} // namespace

TEST_CASE("host conditions") {
    const std::string too_long(256, 'a');
    const auto host = [](config::Pattern pattern) { return config::HostHeader{{std::move(pattern)}}; };
    check({
        {"a name is itself", host({"shop.example"}), {.authority = "shop.example"}, true},
        {"and no other", host({"shop.example"}), {.authority = "shop.example.org"}, false},
        {"whatever its letters' case in the request", host({"shop.example"}), {.authority = "SHOP.Example"}, true},
        {"or in the rule", host({"Shop.EXAMPLE"}), {.authority = "shop.example"}, true},
        {"the port is not looked at", host({"shop.example"}), {.authority = "shop.example:8080"}, true},
        {"the dot of the root is not looked at", host({"shop.example"}), {.authority = "shop.example."}, true},
        {"also in front of a port", host({"shop.example"}), {.authority = "shop.example.:80"}, true},
        {"or in the rule, as final dot", host({"shop.example."}), {.authority = "shop.example"}, true},
        {"one dot, not two", host({"shop.example"}), {.authority = "shop.example.."}, false},
        {"a star is any subdomain", host({"*.example"}), {.authority = "a.b.example"}, true},
        {"not the domain itself", host({"*.example"}), {.authority = "example"}, false},
        {"nor what only ends like it", host({"*.example"}), {.authority = "a.example.org"}, false},
        {"a question mark is one character", host({"w??.example"}), {.authority = "www.example"}, true},
        {"not fewer", host({"w??.example"}), {.authority = "ww.example"}, false},
        {"a literal address has brackets", host({"[2001:db8::1]"}), {.authority = "[2001:DB8::1]:443"}, true},
        {"no host at all is no name", host({"shop.example"}), {.authority = ""}, false},
        {"but anything is a star", host({"*"}), {.authority = ""}, true},
        {"a name longer than names can be is none", host({"a*"}), {.authority = std::string_view(too_long)}, false},
        {"an expression fits somewhere", host(regex("^(www|shop)\\.")), {.authority = "SHOP.example:80"}, true},
        {"its anchor is the host's end", host(regex("example$")), {.authority = "shop.example:8080"}, true},
        {"and it may not fit", host(regex("^example")), {.authority = "shop.example"}, false},
    });
}

TEST_CASE("path conditions") {
    const auto path = [](config::Pattern pattern) { return config::PathPattern{{std::move(pattern)}}; };
    check({
        {"a path is itself", path({"/img"}), {.url = "/img"}, true},
        {"its letters' case matters", path({"/img"}), {.url = "/IMG"}, false},
        {"the query is not looked at", path({"/img"}), {.url = "/img?x=1"}, true},
        {"a star is anything, slashes too", path({"/img/*"}), {.url = "/img/a/b.png"}, true},
        {"and nothing", path({"/img/*"}), {.url = "/img/"}, true},
        {"what is before it stays", path({"/img/*"}), {.url = "/images/"}, false},
        {"two stars", path({"/*/pics/*.png"}), {.url = "/a/b/pics/c.png"}, true},
        {"an end that is in front alone does not do", path({"/*.png"}), {.url = "/a.png/b"}, false},
        {"front and back do not share characters", path({"/aba*aba"}), {.url = "/ababa"}, false},
        {"a piece is looked for further back", path({"/*ab?d*z"}), {.url = "/abababcd-z"}, true},
        {"nothing is decoded", path({"/a b"}), {.url = "/a%20b"}, false},
        {"nor cleaned", path({"/admin/*"}), {.url = "/x/../admin/"}, false},
        {"a backslash takes a star's meaning", path({"/a\\*"}), {.url = "/ab"}, false},
        {"and leaves the star", path({"/a\\*"}), {.url = "/a*"}, true},
        {"bytes beyond ASCII are one each", path({"/??"}), {.url = "/\xc3\xa4"}, true},
        {"OPTIONS has a star for path", path({"/*"}), {.method = "OPTIONS", .url = "*"}, false},
        {"an expression's letters' case matters", path(regex("^/v[0-9]+/")), {.url = "/V1/x"}, false},
        {"an expression fits somewhere", path(regex("/v[0-9]+/")), {.url = "/api/v12/x"}, true},
        {"and sees bytes", path(regex("^/..$")), {.url = "/\xc3\xa4"}, true},
    });
}

TEST_CASE("header conditions") {
    const auto agent = [](config::Pattern pattern) { return config::HttpHeader{"User-Agent", {std::move(pattern)}}; };
    const http::Fields curl = {{"user-agent", "curl/8.1"}};
    const http::Fields two = {{"User-Agent", "one"}, {"X", "three"}, {"USER-AGENT", "two"}};
    check({
        {"names have no case", agent({"curl/8.1"}), {.fields = curl}, true},
        {"nor have values", agent({"CURL/*"}), {.fields = curl}, true},
        {"a value is all of it", agent({"curl"}), {.fields = curl}, false},
        {"no such field, no match", agent({"*"}), {}, false},
        {"an empty one is one", agent({"*"}), {.fields = {{"user-agent", ""}}}, true},
        {"of several the first may fit", agent({"one"}), {.fields = two}, true},
        {"or the last", agent({"TWO"}), {.fields = two}, true},
        {"each on its own", agent({"one*two"}), {.fields = two}, false},
        {"and others are not looked at", agent({"three"}), {.fields = two}, false},
        {"an expression has no case", agent(regex("^Curl/[0-9]")), {.fields = curl}, true},
    });
}

TEST_CASE("query conditions") {
    const auto pair = [](std::optional<config::Pattern> key, config::Pattern value) {
        return config::QueryString{{{std::move(key), std::move(value)}}};
    };
    const auto value = [&](const char* text) { return pair({}, {text}); };
    check({
        {"key and value", pair({{"version"}}, {"v1"}), {.url = "/?a=b&version=v1"}, true},
        {"of one pair", pair({{"version"}}, {"v1"}), {.url = "/?version=v2&a=v1"}, false},
        {"whatever the case", pair({{"Version"}}, {"V1"}), {.url = "/?vERSION=v1"}, true},
        {"any key", value("v1"), {.url = "/?x=1&y=v1"}, true},
        {"not the key itself", value("y"), {.url = "/?y=v1"}, false},
        {"a part without a sign is a value, too", value("debug"), {.url = "/?debug"}, true},
        {"and a key with an empty value", pair({{"debug"}}, {"*"}), {.url = "/?a&debug"}, true},
        {"the first sign separates", pair({{"a"}}, {"b=c"}), {.url = "/?a=b=c"}, true},
        {"wildcards in the key", pair({{"utm_*"}}, {"*"}), {.url = "/?utm_source=x"}, true},
        {"wildcards in the value", pair({{"a"}}, {"*example*"}), {.url = "/?a=an-Example-"}, true},
        {"a star as itself", pair({{"a"}}, {"\\*"}), {.url = "/?a=b"}, false},
        {"a star as itself, there", pair({{"a"}}, {"\\*"}), {.url = "/?a=*"}, true},
        {"nothing is decoded", pair({{"a"}}, {"b c"}), {.url = "/?a=b%20c"}, false},
        {"a plus is a plus", pair({{"a"}}, {"b+c"}), {.url = "/?a=b+c"}, true},
        {"no query, no match", value("*"), {.url = "/"}, false},
        {"an empty one has no parts", value("*"), {.url = "/?"}, false},
        {"nor has one of ampersands", value("*"), {.url = "/?&&"}, false},
        {"semicolons do not separate", pair({{"b"}}, {"1"}), {.url = "/?a=1;b=1"}, false},
    });
}

TEST_CASE("method conditions") {
    const config::RequestMethod methods{{"GET", "PURGE"}};
    check({
        {"the first", methods, {.method = "GET"}, true},
        {"the last", methods, {.method = "PURGE"}, true},
        {"another", methods, {.method = "POST"}, false},
        {"case matters", methods, {.method = "get"}, false},
        {"HEAD is not GET", methods, {.method = "HEAD"}, false},
    });
}

TEST_CASE("source conditions") {
    const config::SourceIp source{{*IpPrefix::parse("192.0.2.0/24"), *IpPrefix::parse("2001:db8::/32")}};
    const http::Fields forwarded = {{"X-Forwarded-For", "192.0.2.1"}};
    check({
        {"within", source, {.client = "192.0.2.255"}, true},
        {"beside", source, {.client = "192.0.3.0"}, false},
        {"IPv6", source, {.client = "2001:db8:1::1"}, true},
        {"IPv4 in IPv6 is another address", source, {.client = "::ffff:192.0.2.1"}, false},
        {"a header says nothing", source, {.fields = forwarded, .client = "203.0.113.1"}, false},
    });
}

TEST_CASE("of a condition's values any may fit") {
    check({
        {"the last", config::PathPattern{{{"/a"}, {"/b"}, {"/c"}}}, {.url = "/c"}, true},
        {"none", config::PathPattern{{{"/a"}, {"/b"}, {"/c"}}}, {.url = "/d"}, false},
        {"wildcard or expression", config::PathPattern{{{"/a"}, regex("b$")}}, {.url = "/x/b"}, true},
    });
}
