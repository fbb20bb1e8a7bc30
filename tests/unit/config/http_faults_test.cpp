// SPDX-License-Identifier: Apache-2.0
// What entries of an HTTP listener's rules can not be: ALB's limits, at both of their sides.
#include "config/http_faults.hpp"

#include <catch2/catch.hpp>

using namespace sallyport::config;
using namespace std::chrono_literals;

namespace {

/// "" of `words`: no fault.
template <typename Entry>
struct Case {
    const char* sentence;
    Entry entry;
    const char* words = "";
};

template <typename Entry>
void check(const std::vector<Case<Entry>>& cases) {
    for (const auto& each : cases) {
        INFO(each.sentence);
        const Fault fault = fault_of(each.entry);
        CHECK(fault.has_value() == (*each.words != '\0'));
        CHECK_THAT(fault.value_or(""), Catch::Contains(each.words));
    }
}

Pattern regex(std::string text) {
    return {.text = std::move(text), .is_regex = true};
}

std::string many(std::size_t count, char c = 'a') {
    return std::string(count, c);
}

} // namespace

TEST_CASE("patterns") {
    check<Pattern>({
        {"an empty one", {""}, "is empty"},
        {"128 characters", {many(128)}},
        {"129", {many(129)}, "longer than 128"},
        {"a control character", {"a\tb"}, "control characters"},
        {"one beyond ASCII", {"\xc3\xa4"}, "beyond ASCII"},
        {"a wildcard is no expression", {"("}},
        {"an expression", regex("^/(a|b)$")},
        {"not one", regex("("), "missing )"},
        {"look-around is not RE2's", regex("(?!a)b"), "is not a regular expression"},
        {"a back-reference neither", regex("(a)\\1"), "is not a regular expression"},
        {"one that takes too much memory", regex("((a{1,100}){1,100}){1,100}"), "is not a regular expression"},
    });
}

TEST_CASE("conditions") {
    const std::vector<Pattern> five(5, {"a"});
    const std::vector<Pattern> six(6, {"a"});
    const auto address = *sallyport::IpPrefix::parse("192.0.2.0/24");
    check<Condition>({
        {"five hosts", HostHeader{five}},
        {"six", HostHeader{six}, "more than 5 values"},
        {"none", HostHeader{}, "has no values"},
        {"a value's fault", PathPattern{{{"a"}, {""}}}, "is empty"},
        {"no paths", PathPattern{}, "has no values"},
        {"a header", HttpHeader{"X-A", five}},
        {"a name of 40", HttpHeader{many(40), five}},
        {"of 41", HttpHeader{many(41), five}, "longer than 40"},
        {"no name", HttpHeader{"", five}, "a name that no header can have"},
        {"a name with a blank", HttpHeader{"a b", five}, "a name that no header can have: `a b`"},
        {"a name with a colon", HttpHeader{"a:", five}, "a name that no header can have"},
        {"Host has a condition of its own", HttpHeader{"HOST", five}, "host condition"},
        {"what no rule sees", HttpHeader{"Transfer-Encoding", five}, "between two neighbours"},
        {"no values of a header", HttpHeader{"X-A", {}}, "has no values"},
        {"key and value", QueryString{{{Pattern{"k"}, {"v"}}}}},
        {"a value alone", QueryString{{{std::nullopt, {"v"}}}}},
        {"an empty value", QueryString{{{Pattern{"k"}, {""}}}}, "is empty"},
        {"an empty key", QueryString{{{Pattern{""}, {"v"}}}}, "is empty"},
        {"no expressions there", QueryString{{{std::nullopt, regex("v")}}}, "can not be a regular expression"},
        {"nor in keys", QueryString{{{regex("k"), {"v"}}}}, "can not be a regular expression"},
        {"no pairs", QueryString{}, "has no values"},
        {"methods", RequestMethod{{"GET", "VERSION-CONTROL", "A_B"}}},
        {"a method of 40", RequestMethod{{many(40, 'A')}}},
        {"of 41", RequestMethod{{many(41, 'A')}}, "longer than 40"},
        {"small letters", RequestMethod{{"get"}}, "is not a method"},
        {"wildcards", RequestMethod{{"*"}}, "is not a method"},
        {"an empty one", RequestMethod{{""}}, "is not a method"},
        {"no methods", RequestMethod{}, "has no values"},
        {"five prefixes", SourceIp{std::vector(5, address)}},
        {"six", SourceIp{std::vector(6, address)}, "more than 5 values"},
    });
}

TEST_CASE("forward actions") {
    check<ForwardAction>({
        {"one", {.shares = {{"a", 1}}}},
        {"five", {.shares = std::vector<ForwardShare>(5, {"a", 999})}},
        {"six", {.shares = std::vector<ForwardShare>(6, {"a", 1})}, "more than 5"},
        {"none", {}, "names no target group"},
        {"a weight of 1000", {.shares = {{"a", 1000}}}, "above 999"},
        {"one without a weight", {.shares = {{"a", 0}, {"b", 1}}}},
        {"no weights", {.shares = {{"a", 0}, {"b", 0}}}, "no target group a weight"},
        {"stickiness of a second", {.shares = {{"a", 1}}, .group_stickiness = 1s}},
        {"of less", {.shares = {{"a", 1}}, .group_stickiness = 999ms}, "1s to 168h"},
        {"of a week", {.shares = {{"a", 1}}, .group_stickiness = 168h}},
        {"of more", {.shares = {{"a", 1}}, .group_stickiness = 168h + 1ms}, "1s to 168h"},
    });
}

TEST_CASE("redirects") {
    check<RedirectAction>({
        {"to HTTPS", {.protocol = "HTTPS", .port = "443"}},
        {"that changes nothing", {}, "changes none of"},
        {"that changes the query alone", {.query = "a=b"}, "changes none of"},
        {"status 308", {.status = 308, .host = "b"}},
        {"status 304", {.status = 304, .host = "b"}, "`status_code`"},
        {"a protocol in small letters", {.protocol = "https"}, "`protocol`"},
        {"a host with the request's", {.host = "www.#{host}"}},
        {"an address", {.host = "[2001:db8::1]"}},
        {"no host", {.host = ""}, "`host` is empty"},
        {"a host of 128", {.host = many(128)}},
        {"of 129", {.host = many(129)}, "`host` is longer than 128"},
        {"the path in the host", {.host = "#{path}.b"}, "`host` is neither"},
        {"a slash in the host", {.host = "b/c"}, "`host` is neither"},
        {"a port in the host", {.host = "b:80"}, "`host` has a port"},
        {"what joins to a keyword", {.host = "#{ho#{host}st}"}, "`host` is neither"},
        {"port 1", {.port = "1"}},
        {"port 65535", {.port = "65535"}},
        {"port 0", {.port = "0"}, "`port`"},
        {"port 65536", {.port = "65536"}, "`port`"},
        {"port 99999999999", {.port = "99999999999"}, "`port`"},
        {"port 080", {.port = "080"}, "`port`"},
        {"no port", {.port = ""}, "`port`"},
        {"keywords of paths", {.path = "/#{host}/#{port}/#{path}"}},
        {"the query in the path", {.path = "/#{query}"}, "`path` has a `#`"},
        {"a path without a slash", {.path = "#{path}"}, "`path` does not begin"},
        {"a query in the path", {.path = "/a?b"}, "`path` has a `?`"},
        {"a path of 128", {.path = "/" + many(127)}},
        {"of 129", {.path = "/" + many(128)}, "`path` is longer than 128"},
        {"a blank in the path", {.path = "/a b"}, "`path` has blanks"},
        {"an end of line in the path", {.path = "/a\r\nb"}, "`path` has blanks"},
        {"keywords of queries", {.host = "b", .query = "#{protocol}#{host}#{port}#{path}#{query}"}},
        {"an empty query", {.host = "b", .query = ""}},
        {"a query of 129", {.host = "b", .query = many(129)}, "`query` is longer than 128"},
        {"a query with its mark", {.host = "b", .query = "?a"}, "begins with `?`"},
        {"a fragment", {.host = "b", .query = "a#b"}, "`query` has a `#`"},
    });
    CHECK(fault_on_https({.protocol = "HTTP"}).has_value());
    CHECK_FALSE(fault_on_https({.protocol = "HTTPS"}).has_value());
    CHECK_FALSE(fault_on_https({.protocol = "#{protocol}", .host = "b"}).has_value());
}

TEST_CASE("fixed responses") {
    check<FixedResponse>({
        {"the default one", {}},
        {"199", {.status = 199}, "`status_code`"},
        {"299", {.status = 299}},
        {"301", {.status = 301}, "`status_code`"},
        {"599", {.status = 599}},
        {"600", {.status = 600}, "`status_code`"},
        {"JSON", {.content_type = "application/json"}},
        {"XML", {.content_type = "application/xml"}, "`content_type`"},
        {"1024 bytes", {.body = many(1024)}},
        {"1025", {.body = many(1025)}, "`message_body` is longer than 1024"},
        {"204", {.status = 204}},
        {"204 with content", {.status = 204, .body = "a"}, "no content"},
        {"205 with content", {.status = 205, .body = "a"}, "no content"},
    });
}

TEST_CASE("rewrites") {
    check<Rewrite>({
        {"groups", {"^/(a)(b)$", "/$2$1$0"}},
        {"nothing in its place", {"^/a", ""}},
        {"no expression", {"", "/"}, "`regex` is empty"},
        {"1024 characters", {many(1024), many(1024)}},
        {"1025 of the expression", {many(1025), "/"}, "`regex` is longer"},
        {"1025 of the replacement", {"a", many(1025)}, "`replace` is longer"},
        {"not an expression", {"(", "/"}, "`regex` is not a regular expression"},
        {"a group too many", {"(a)", "$2"}, "names `$2`, and the expression has 1 group"},
        {"a group of none", {"a", "$1"}, "has no groups"},
        {"a group at the end", {"(a)(b)", "$1$3"}, "has 2 groups"},
        {"a sign of its own", {"a", "/$a$"}},
        {"a blank", {"a", "/a b"}, "`replace` has blanks"},
        {"an end of line", {"a", "/a\r\n"}, "`replace` has blanks"},
        {"a control character in the expression", {"a\n", "b"}, "`regex` has control"},
    });
}

TEST_CASE("header changes that can not be") {
    using Kind = HeaderChangeKind;
    check<HeaderChange>({
        {"set", {Kind::set, "X-A", "b c\td"}},
        {"set to nothing", {Kind::set, "X-A", ""}},
        {"add", {Kind::add, "Set-Cookie", "a=b"}},
        {"remove", {Kind::remove, "Server", ""}},
        {"remove with a value", {Kind::remove, "Server", "a"}, "has a value"},
        {"no name", {Kind::set, "", "a"}, "a name that no header can have"},
        {"a pseudo-header", {Kind::set, ":path", "/"}, "a name that no header can have"},
        {"framing", {Kind::set, "content-LENGTH", "0"}, "the gateway's own"},
        {"of one connection", {Kind::remove, "Upgrade", ""}, "the gateway's own"},
        {"Host", {Kind::set, "Host", "a"}, "the gateway's own"},
        {"an end of line", {Kind::set, "X-A", "b\r\nX-C: d"}, "control characters"},
        {"NUL", {Kind::set, "X-A", std::string(1, '\0')}, "control characters"},
        {"a blank in front", {Kind::set, "X-A", " b"}, "blanks around"},
        {"a blank behind", {Kind::set, "X-A", "b\t"}, "blanks around"},
        {"4096 characters", {Kind::set, "X-A", many(4096)}},
        {"4097", {Kind::set, "X-A", many(4097)}, "longer than 4096"},
    });
}

TEST_CASE("whole rules") {
    const HttpRule good = {.priority = 1, .conditions = {PathPattern{{{"/a"}}}}, .action = FixedResponse{}};
    const auto with = [&](auto change) {
        HttpRule rule = good;
        change(rule);
        return rule;
    };
    const HttpHeader header{"A", {{"1"}}};
    check<HttpRule>({
        {"a good one", good},
        {"priority 0", with([](HttpRule& rule) { rule.priority = 0; }), "priority"},
        {"priority 50000", with([](HttpRule& rule) { rule.priority = 50'000; })},
        {"priority 50001", with([](HttpRule& rule) { rule.priority = 50'001; }), "priority"},
        {"no conditions", with([](HttpRule& rule) { rule.conditions.clear(); }), "no conditions"},
        {"two paths", with([](HttpRule& rule) { rule.conditions.push_back(rule.conditions[0]); }), "of one kind"},
        {"two headers", with([&](HttpRule& rule) {
             rule.conditions = {header, header};
         })},
        {"a condition's fault", with([](HttpRule& rule) { rule.conditions[0] = HostHeader{}; }), "has no values"},
        {"an action's", with([](HttpRule& rule) { rule.action = RedirectAction{}; }), "changes none"},
        {"a host rewrite's", with([](HttpRule& rule) {
             rule.host_rewrite = {"(", ""};
         }),
         "`regex`"},
        {"a URL rewrite's", with([](HttpRule& rule) {
             rule.url_rewrite = {"(", ""};
         }),
         "`regex`"},
        {"a request header's", with([](HttpRule& rule) { rule.request_headers = {{.name = "TE"}}; }), "`TE`"},
        {"a response header's", with([](HttpRule& rule) { rule.response_headers = {{.name = "TE"}}; }), "`TE`"},
    });
}
