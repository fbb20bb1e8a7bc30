// SPDX-License-Identifier: Apache-2.0
#include "balance/l7/error_page.hpp"

#include "fields.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace std::chrono_literals;
using test::values;
using test::Values;

namespace {
constexpr std::string_view date = "Sun, 06 Nov 1994 08:49:37 GMT";
}

TEST_CASE("every error has a small page that names it") {
    for (const int number : {400, 403, 405, 408, 413, 414, 431, 463, 464, 500, 501, 502, 503, 504, 505}) {
        const auto status = static_cast<std::uint16_t>(number);
        http::ResponseHead head;
        head.fields = {{"X-Left-Over", "1"}};
        const std::string_view body = l7::answer_error({}, status, date, head);
        INFO(status << ' ' << body);
        CHECK(body.find("<title>" + std::to_string(status) + " " + std::string(head.reason)) != std::string::npos);
        CHECK(head.reason.size() > 5);
        CHECK(head.status == status);
        CHECK(head.body.framing == http::Framing::length);
        CHECK(head.body.length == body.size());
        CHECK(values(head.fields, "Content-Type") == Values{"text/html"});
        CHECK(values(head.fields, "Server") == Values{"sallyport"});
        CHECK(values(head.fields, "Date") == Values{std::string(date)});
        CHECK(values(head.fields, "X-Left-Over").empty());
        CHECK(values(head.fields, "Allow").empty() == (status != 405));
    }
}

TEST_CASE("the operator's page takes the place of ours, and Server may be off") {
    config::HttpServer server;
    server.server_header = false;
    server.error_pages[503] = {.content_type = "application/json", .body = R"({"error":"later"})"};
    server.error_pages[502] = {.content_type = "text/plain", .body = ""};
    http::ResponseHead head;
    CHECK(l7::answer_error(server, 503, date, head) == R"({"error":"later"})");
    CHECK(values(head.fields, "content-type") == Values{"application/json"});
    CHECK(values(head.fields, "server").empty());
    CHECK(l7::answer_error(server, 502, date, head).empty());
    CHECK(values(head.fields, "content-type").empty());
    CHECK(head.body.length == 0);
}

TEST_CASE("a date is RFC 9110's, and changes with the second") {
    l7::DateText text;
    CHECK(text.at(l7::UnixTime(784'111'777s)) == date);
    CHECK(text.at(l7::UnixTime(784'111'777s + 999'999us)) == date);
    CHECK(text.at(l7::UnixTime(784'111'778s)) == "Sun, 06 Nov 1994 08:49:38 GMT");
    CHECK(text.at(l7::UnixTime(0s)) == "Thu, 01 Jan 1970 00:00:00 GMT");
    CHECK(text.at(l7::UnixTime(253'402'300'799s)) == "Fri, 31 Dec 9999 23:59:59 GMT");
}
