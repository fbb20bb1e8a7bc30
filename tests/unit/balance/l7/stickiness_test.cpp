// SPDX-License-Identifier: Apache-2.0
#include "balance/l7/stickiness.hpp"

#include "fields.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace std::chrono_literals;
using test::values;
using test::Values;

namespace {

constexpr l7::UnixTime now{1'800'000'000s};
constexpr l7::Seat seat{.group = 7, .target = 42};

/// A client that keeps its cookies as browsers do, but for their time.
class Story {
public:
    Story() : stickiness(l7::CookieSealer(keys(), {1, 2})) {}

    static std::shared_ptr<const l7::CookieKeys> keys() {
        return std::make_shared<const l7::CookieKeys>(*l7::CookieKeys::parse(std::string(64, 'a')));
    }
    /// "name=value" of the first Set-Cookie field with that name.
    std::string pair(const std::string& name) const {
        for (const std::string& each : values(response, "set-cookie")) {
            if (each.starts_with(name + "=")) return each.substr(0, each.find(';'));
        }
        return {};
    }
    std::optional<std::uint64_t> target(const std::string& cookie, l7::UnixTime at = now, std::uint64_t group = 7) {
        return stickiness.target({{"Cookie", cookie}}, settings, group, at);
    }
    void keep(l7::UnixTime at = now) { stickiness.keep_target(settings, seat, at, arena, response); }

    http::TextArena arena;
    l7::Stickiness stickiness;
    config::HttpClient settings{.cookie = config::CookieKind::load_balancer, .cookie_duration = 60s};
    http::Fields response;
};

} // namespace

TEST_CASE("a client comes back to its target for as long as the cookie's duration") {
    Story story;
    story.keep();
    for (const char* const name : {"SALLYPORTLB", "SALLYPORTLB-CORS"}) {
        const std::string cookie = story.pair(name);
        REQUIRE_FALSE(cookie.empty());
        CHECK(story.target(cookie) == 42);
        CHECK(story.target("a=1; " + cookie + "; b=2", now + 59s) == 42);
        CHECK_FALSE(story.target(cookie, now + 60s));
        CHECK_FALSE(story.target(cookie, now, 8));
    }
    CHECK_FALSE(story.target("SALLYPORTLB=x; other=1"));
    CHECK_FALSE(story.target("other=" + story.pair("SALLYPORTLB").substr(12)));
}

TEST_CASE("cookies for requests from other sites say so, and all of them go to the whole site for a week") {
    Story story;
    story.keep();
    const Values set = values(story.response, "Set-Cookie");
    REQUIRE(set.size() == 2);
    CHECK(set[0].ends_with("; Expires=Fri, 22 Jan 2027 08:00:00 GMT; Path=/"));
    CHECK(set[1].ends_with("; Expires=Fri, 22 Jan 2027 08:00:00 GMT; Path=/; SameSite=None; Secure"));
}

TEST_CASE("Amazon's names are written on request, and read always") {
    Story story;
    story.settings.amazon_cookie_names = true;
    story.keep();
    CHECK(story.target(story.pair("AWSALB")) == 42);
    CHECK(story.target(story.pair("AWSALBCORS")) == 42);
    CHECK(story.pair("SALLYPORTLB").empty());
    story.settings.amazon_cookie_names = false;
    CHECK(story.target(story.pair("AWSALB")) == 42);
}

TEST_CASE("cookies come in several fields and crumbs, and a stale one does not hide the good one") {
    Story story;
    story.keep(now - 1h);
    const std::string stale = story.pair("SALLYPORTLB");
    story.response.clear();
    story.keep();
    const std::string good = story.pair("SALLYPORTLB");
    const http::Fields fields{{"cookie", "a=1"}, {"cookie", stale}, {"Cookie", ";; =;x;"}, {"cookie", good}};
    const std::string joined = stale + ";" + good;
    CHECK(story.target(joined) == 42);
    CHECK(story.stickiness.target(fields, story.settings, 7, now) == 42);
}

TEST_CASE("no more than four cookies of ours are looked at") {
    Story story;
    story.keep();
    const std::string good = story.pair("SALLYPORTLB");
    const std::string bad = "SALLYPORTLB=" + std::string(l7::sealed_text_bytes, 'A') + ";";
    CHECK(story.target(bad + bad + bad + good) == 42);
    CHECK_FALSE(story.target(bad + bad + bad + bad + good));
}

TEST_CASE("without stickiness no cookie is read or written") {
    Story story;
    story.keep();
    const std::string cookie = story.pair("SALLYPORTLB");
    story.response.clear();
    story.settings.cookie = config::CookieKind::none;
    story.keep();
    story.stickiness.keep_group({.group = 7}, now, story.arena, story.response);
    CHECK(story.response.empty());
    CHECK_FALSE(story.target(cookie));
}

TEST_CASE("the target group has a cookie of its own, which is not the target's") {
    Story story;
    story.stickiness.keep_group({.group = 7, .duration = 1s}, now, story.arena, story.response);
    story.keep();
    CHECK(values(story.response, "set-cookie").size() == 4);
    const std::string group = story.pair("SALLYPORTTG");
    CHECK(story.stickiness.group({{"Cookie", group}}, now) == 7);
    CHECK(story.stickiness.group({{"Cookie", story.pair("SALLYPORTTG-CORS")}}, now) == 7);
    CHECK_FALSE(story.stickiness.group({{"Cookie", group}}, now + 1s));
    const std::string value = group.substr(group.find('='));
    CHECK_FALSE(story.target("SALLYPORTLB" + value));
    const std::string target = story.pair("SALLYPORTLB");
    CHECK_FALSE(story.stickiness.group({{"Cookie", "SALLYPORTTG" + target.substr(target.find('='))}}, now));
    story.response.clear();
    story.stickiness.keep_group({.group = 7, .duration = 1s, .amazon_names = true}, now, story.arena, story.response);
    CHECK(story.stickiness.group({{"Cookie", story.pair("AWSALBTG")}}, now) == 7);
    CHECK(story.stickiness.group({{"Cookie", story.pair("AWSALBTGCORS")}}, now) == 7);
}

TEST_CASE("an application's cookie takes ours along, with the same attributes, and only together they hold") {
    Story story;
    story.settings = {.cookie = config::CookieKind::application, .cookie_name = "app"};
    story.response = {{"set-cookie", "other=1; Path=/"}, {"Set-Cookie", "app=x; Max-Age=10; HttpOnly; Path=/a"}};
    story.keep();
    const Values set = values(story.response, "Set-Cookie");
    REQUIRE(set.size() == 3);
    CHECK(set[2].ends_with("; Max-Age=10; HttpOnly; Path=/a"));
    const std::string ours = story.pair("SALLYPORTAPP");
    CHECK(story.target("app=x; " + ours) == 42);
    CHECK(story.target(ours + ";app=y", now + 9s) == 42);
    CHECK_FALSE(story.target("app=x; " + ours, now + 10s));
    CHECK_FALSE(story.target(ours));
    CHECK_FALSE(story.target("App=x; " + ours));
    story.settings.amazon_cookie_names = true;
    story.response = {{"Set-Cookie", "app=x"}};
    story.keep();
    CHECK(story.target("app=x; " + story.pair("AWSALBAPP-0"), now + 24h * 365) == 42);
}

TEST_CASE("an answer that does not set the application's cookie gets none of ours") {
    Story story;
    story.settings = {.cookie = config::CookieKind::application, .cookie_name = "app"};
    story.response = {{"Set-Cookie", "application=x"}, {"Cookie", "app=1"}, {"Set-Cookie", "app"}};
    story.keep();
    CHECK(story.pair("SALLYPORTAPP").empty());
}

TEST_CASE("a cookie's end is its Max-Age, then its Expires, then nothing") {
    const auto end = [](std::string_view text) { return l7::cookie_end(text, now); };
    const std::chrono::sys_seconds second = l7::whole_seconds(now);
    CHECK(end("a=1; Max-Age=5; Expires=Fri, 22 Jan 2027 08:00:00 GMT") == second + 5s);
    CHECK(end("a=1;max-age=0") == second);
    CHECK(end("a=1;max-age=-7") == second);
    CHECK(end("a=1; Max-Age=99999999999999999999") > second + 24h * 365);
    CHECK(end("a=1; expires=Fri, 22 Jan 2027 08:00:00 GMT; Max-Age=x") == second + 24h * 7);
    CHECK(end("a=1; expires=Fri, 22-Jan-2027 08:00:00 GMT") == second + 24h * 7);
    CHECK_FALSE(end("a=1; Path=/; Secure"));
    CHECK_FALSE(end("Max-Age=5"));
    CHECK_FALSE(end("a=1; Expires=soon"));
}
