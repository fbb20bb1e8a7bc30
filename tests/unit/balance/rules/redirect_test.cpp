// SPDX-License-Identifier: Apache-2.0
// Where redirects lead, and where they may not.
#include "balance/rules/redirect.hpp"
#include "request.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::rules;
using config::RedirectAction;

TEST_CASE("the Location of a redirect") {
    const RedirectAction https = {.protocol = "HTTPS", .port = "443"};
    const RedirectAction here = {.path = "/new/#{path}"};
    const struct {
        const char* sentence;
        RedirectAction action;
        Request request;
        const char* location;
    } cases[] = {
        {"to HTTPS, all else as it was", https, {.url = "/a/b?c=d"}, "https://shop.example/a/b?c=d"},
        {"the request's port is not its host's", https, {.authority = "shop.example:8080"}, "https://shop.example/"},
        {"nor is a final dot", https, {.authority = "shop.example.:8080"}, "https://shop.example/"},
        {"without a query no question mark", https, {.url = "/a?"}, "https://shop.example/a"},
        {"another port stands there", {.protocol = "HTTPS", .port = "8443"}, {}, "https://shop.example:8443/"},
        {"the listener's port", here, {.port = 8080}, "http://shop.example:8080/new/"},
        {"80 of HTTPS is not usual", {.protocol = "HTTPS"}, {}, "https://shop.example:80/"},
        {"443 of HTTPS is", here, {.scheme = "https", .port = 443}, "https://shop.example/new/"},
        {"to HTTP", {.protocol = "HTTP", .port = "80"}, {.port = 8080}, "http://shop.example/"},
        {"the path goes on", here, {.url = "/a/b"}, "http://shop.example/new/a/b"},
        {"a path with keywords",
         {.path = "/#{host}/#{port}/#{path}"},
         {.url = "/x"},
         "http://shop.example/shop.example/80/x"},
        {"a path of its own", {.path = "/gone"}, {.url = "/a?b"}, "http://shop.example/gone?b"},
        {"another host", {.host = "www.#{host}"}, {.url = "/a"}, "http://www.shop.example/a"},
        {"a host of its own needs none", {.host = "other.example"}, {.authority = ""}, "http://other.example/"},
        {"a query in front", {.host = "b", .query = "x=1&#{query}"}, {.url = "/?y=2"}, "http://b/?x=1&y=2"},
        {"all keywords in a query",
         {.host = "b", .query = "#{protocol},#{host},#{port},#{path},#{query}"},
         {.url = "/p?q"},
         "http://b/p?http,shop.example,80,p,q"},
        {"no query", {.host = "b", .query = ""}, {.url = "/?y=2"}, "http://b/"},
        {"what is no keyword is text", {.host = "b", .query = "#{what}"}, {}, "http://b/?%23%7Bwhat%7D"},
        {"a literal address", https, {.authority = "[2001:db8::1]:80"}, "https://[2001:db8::1]/"},
        {"OPTIONS has no path", https, {.method = "OPTIONS", .url = "*"}, "https://shop.example/"},
        // What a client may try.
        {"two slashes are a path", https, {.url = "//evil.example/x"}, "https://shop.example//evil.example/x"},
        {"also behind ours",
         {.path = "/#{path}", .query = "a"},
         {.url = "//evil.example"},
         "http://shop.example//evil.example?a"},
        {"a backslash is no slash", https, {.url = "/\\evil.example"}, "https://shop.example/%5Cevil.example"},
        {"ends of lines",
         https,
         {.url = "/a\r\nSet-Cookie:x?\r\ny"},
         "https://shop.example/a%0D%0ASet-Cookie:x?%0D%0Ay"},
        {"bytes beyond ASCII, blanks, quotes",
         https,
         {.url = "/\xc3\xa4 \"<>"},
         "https://shop.example/%C3%A4%20%22%3C%3E"},
        {"what is encoded stays so", https, {.url = "/a%0d%0ab"}, "https://shop.example/a%0d%0ab"},
        {"keywords of the client's stay text",
         https,
         {.url = "/#{host}?#{path}"},
         "https://shop.example/%23%7Bhost%7D?%23%7Bpath%7D"},
    };
    for (const auto& each : cases) {
        INFO(each.sentence);
        const http::RequestHead head = head_of(each.request);
        CHECK(location_of(each.action, facts_of(each.request, head)).value_or("none") == each.location);
    }
}

TEST_CASE("a redirect to the request's host needs one") {
    for (const char* const authority :
         {"", ":80", "a b", "a/b", "evil.example\\", "user@evil.example", "a\r\nb", "[::1", "[::1]x", "[192.0.2.1]",
          "a?b", "a#b", "%41", "\xc3\xa4", ".", "a..", "a..b", ".a"}) {
        INFO(authority);
        const Request request = {.authority = authority};
        const http::RequestHead head = head_of(request);
        const auto location = location_of({.protocol = "HTTPS"}, facts_of(request, head));
        REQUIRE_FALSE(location);
        CHECK(location.error() == RedirectFault::no_host);
    }
}

TEST_CASE("a Location of 8 KiB can be, a longer one not") {
    const std::string_view rest = "https://shop.example/";
    const RedirectAction action = {.protocol = "HTTPS", .port = "443"};
    std::string url = "/" + std::string(max_location_bytes - rest.size(), 'a');
    for (const bool fits : {true, false}) {
        const Request request = {.url = url};
        const http::RequestHead head = head_of(request);
        const auto location = location_of(action, facts_of(request, head));
        CHECK(location.has_value() == fits);
        if (!fits) CHECK(location.error() == RedirectFault::too_long);
        url += 'a';
    }
    // Counted as it is written: encoded.
    const std::string blanks = "/" + std::string(max_location_bytes / 2, ' ');
    const Request request = {.url = blanks};
    const http::RequestHead head = head_of(request);
    CHECK_FALSE(location_of(action, facts_of(request, head)).has_value());
}
