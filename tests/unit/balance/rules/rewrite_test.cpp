// SPDX-License-Identifier: Apache-2.0
// What rewrites make of hosts and URLs, and what they may not make of them.
#include "balance/rules/rewrite.hpp"
#include "request.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::rules;

namespace {

constexpr auto unchanged = RewriteOutcome::unchanged;
constexpr auto rewritten = RewriteOutcome::rewritten;
constexpr auto failed = RewriteOutcome::failed;

struct Case {
    const char* sentence;
    config::Rewrite rewrite;
    std::string_view before;
    RewriteOutcome outcome;
    std::string_view after; // as before, unless rewritten
};

} // namespace

TEST_CASE("rewrites of hosts") {
    const Case cases[] = {
        {"a group stays",
         {"^(.+)\\.example\\.com$", "$1.example.org"},
         "a.b.example.com",
         rewritten,
         "a.b.example.org"},
        {"no match, no change", {"^x", "y"}, "a.example", unchanged, ""},
        {"the expression does not see the port", {"com$", "org"}, "example.com:8080", rewritten, "example.org:8080"},
        {"nor the final dot", {"com$", "org"}, "example.com.", rewritten, "example.org"},
        {"a port may be given", {"com$", "org:81"}, "example.com:8080", rewritten, "example.org:81"},
        {"letters' case does not matter", {"^WWW\\.", ""}, "www.example", rewritten, "example"},
        {"all of the match", {"^a", "$0-$0"}, "a.example", rewritten, "a-a.example"},
        {"nothing is no host", {".*", ""}, "a.example", failed, ""},
        {"a path is no host", {"^a", "a/b"}, "a.example", failed, ""},
        {"a port is a number", {"$", ":x"}, "a.example", failed, ""},
        {"and not above 65535", {"$", ":65536"}, "a.example", failed, ""},
        {"what the client sent wrong does not become right", {"^a", "b"}, "a b", failed, ""},
        {"nor does a port of theirs", {"^a", "b"}, "a.example:8\r\n", failed, ""},
        {"no host may get one", {"^$", "a.example"}, "", rewritten, "a.example"},
        {"an address in brackets", {"^.*$", "[2001:db8::1]"}, "a.example:80", rewritten, "[2001:db8::1]:80"},
    };
    for (const Case& each : cases) {
        INFO(each.sentence);
        http::TextArena arena;
        http::RequestHead head = head_of({.authority = each.before});
        const auto rewriter = Rewriter::build_for_host(each.rewrite);
        REQUIRE(rewriter);
        CHECK(rewrite_host(*rewriter, head, arena) == each.outcome);
        CHECK(head.authority == (each.outcome == rewritten ? each.after : each.before));
    }
}

TEST_CASE("rewrites of URLs") {
    const Case cases[] = {
        {"a prefix goes", {"^/api/(.*)$", "/$1"}, "/api/v1/x", rewritten, "/v1/x"},
        {"the query is part of it", {"^/api/(.*)$", "/$1"}, "/api/v1?x=1", rewritten, "/v1?x=1"},
        {"no match, no change", {"^/api/", "/"}, "/app/", unchanged, ""},
        {"letters' case matters", {"^/api/", "/"}, "/API/", unchanged, ""},
        {"the first match alone", {"a", "b"}, "/aaa", rewritten, "/baa"},
        {"the leftmost, not the longest", {"[0-9]+?", "#"}, "/12", failed, ""},
        {"a path into a query", {"^/item/([0-9]+)$", "/item?id=$1"}, "/item/42", rewritten, "/item?id=42"},
        {"a query into a path", {"^/item\\?id=([0-9]+)$", "/item/$1"}, "/item?id=42", rewritten, "/item/42"},
        {"groups in another order", {"^/(a+)/(b+)", "/$2/$1"}, "/aa/b/c", rewritten, "/b/aa/c"},
        {"a group that caught nothing is nothing", {"^/(x)?(.*)", "/$1-$2"}, "/ab", rewritten, "/-ab"},
        {"nine groups", {"(.)(.)(.)(.)(.)(.)(.)(.)(.)", "/$9$8$7$6$5$4$3$2$1"}, "/12345678", rewritten, "/87654321/"},
        {"no tenth", {"^/(.)", "/$10"}, "/a", rewritten, "/a0"},
        {"a sign without a digit is itself", {"^/a", "/$$a$"}, "/a", rewritten, "/$$a$"},
        {"a sign in front of a group", {"^/(a)", "/$$1"}, "/a", rewritten, "/$a"},
        {"a path begins with a slash", {"^/", ""}, "/a", failed, ""},
        {"nothing is no path", {"^.*$", ""}, "/a", failed, ""},
        {"a fragment is nothing to send", {"^/a", "/#"}, "/a", failed, ""},
        {"an empty query is one", {"\\?.*", "?"}, "/a?b", rewritten, "/a?"},
        {"ends of lines do not get on", {"^/a", "/b"}, "/a\r\nx", failed, ""},
        {"bytes beyond ASCII do, as they came", {"^/a", "/b"}, "/a\xc3\xa4", rewritten, "/b\xc3\xa4"},
        {"OPTIONS * is left alone", {".*", "/x"}, "*", unchanged, ""},
    };
    for (const Case& each : cases) {
        INFO(each.sentence);
        http::TextArena arena;
        http::RequestHead head = head_of({.url = each.before});
        const auto rewriter = Rewriter::build_for_url(each.rewrite);
        REQUIRE(rewriter);
        CHECK(rewrite_url(*rewriter, head, arena) == each.outcome);
        const http::RequestHead expected = head_of({.url = each.outcome == rewritten ? each.after : each.before});
        CHECK(head.path == expected.path);
        CHECK(head.query == expected.query);
        CHECK(head.has_query == expected.has_query);
        CHECK(head.target == each.before);
    }
}

TEST_CASE("a client can not make a rewrite large") {
    std::string many;
    for (int i = 0; i < 100; ++i)
        many += "$1";
    const auto rewriter = Rewriter::build_for_url({"^(.*)$", "/" + many});
    REQUIRE(rewriter);
    http::TextArena arena;
    const std::string longest = "/" + std::string(161, 'a'); // 1 + 100 * 163 > 16384 > 1 + 100 * 162
    for (const std::size_t size : {longest.size(), longest.size() + 2}) {
        const std::string url = longest + std::string(size - longest.size(), 'a');
        http::RequestHead head = head_of({.url = url});
        CHECK(rewrite_url(*rewriter, head, arena) == (size == longest.size() ? rewritten : failed));
    }
}

TEST_CASE("an expression that RE2 refuses, or a group that there is not, is no rewrite") {
    CHECK_FALSE(Rewriter::build_for_url({"(", "/"}));
    CHECK_FALSE(Rewriter::build_for_url({"(a)", "/$2"}));
    CHECK_FALSE(Rewriter::build_for_host({"(?=a)", "b"}));
}
