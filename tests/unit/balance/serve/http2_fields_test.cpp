// SPDX-License-Identifier: Apache-2.0
#include "balance/serve/http2_fields.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace sallyport;
using namespace sallyport::serve;

namespace {

std::string text_of(const Http2Message& answer) {
    std::string text;
    for (std::size_t i = 0; i < answer.size(); ++i) {
        const nghttp2_nv& each = answer.data()[i];
        text.append(reinterpret_cast<const char*>(each.name), each.namelen).append(": ");
        text.append(reinterpret_cast<const char*>(each.value), each.valuelen).append("; ");
    }
    return text;
}

std::string text_of(const http::ResponseHead& head) {
    Http2Message answer;
    answer.read(head);
    return text_of(answer);
}

config::HttpLimits small_limits() {
    config::HttpLimits limits;
    limits.request_line_bytes = 10;
    limits.header_bytes = 20;
    limits.request_headers_bytes = 400;
    limits.headers = 5;
    return limits;
}

} // namespace

TEST_CASE("an answer's head in HTTP/2 has no fields of a connection, and its framing's length") {
    http::ResponseHead head;
    head.status = 200;
    head.fields = {{"Content-Type", "a/b"},          {"Connection", "x"},  {"Keep-Alive", "5"},
                   {"Transfer-Encoding", "chunked"}, {"Upgrade", "x"},     {"Proxy-Connection", "x"},
                   {"Content-Length", "7"},          {"TE", "trailers"},   {"bad name", "x"},
                   {"X-Bad", "1\r\nX-More: 2"},      {"Set-Cookie", "a=b"}};
    head.body = {http::Framing::length, 12};
    CHECK(text_of(head) == ":status: 200; Content-Type: a/b; Set-Cookie: a=b; content-length: 12; ");
    head.fields.clear();
    head.body = {http::Framing::chunked, 0};
    CHECK(text_of(head) == ":status: 200; ");
    head.body = {};
    head.told_length = 5;
    CHECK(text_of(head) == ":status: 200; content-length: 5; ");
    head.status = 204;
    CHECK(text_of(head) == ":status: 204; ");
}

TEST_CASE("a tunnel that HTTP/1 grants with 101 is granted with 200") {
    http::ResponseHead head;
    head.status = 101;
    head.upgrade = "websocket";
    head.fields = {{"Sec-WebSocket-Protocol", "chat"}};
    CHECK(text_of(head) == ":status: 200; Sec-WebSocket-Protocol: chat; ");
}

TEST_CASE("an answer can be read anew, and trailers too") {
    http::ResponseHead head;
    head.status = 404;
    Http2Message answer;
    answer.read(head);
    answer.read(http::Fields{{"Grpc-Status", "0"}, {"Connection", "x"}, {"x", "1\n"}});
    CHECK(text_of(answer) == "Grpc-Status: 0; ");
}

TEST_CASE("a block of fields within its limits is kept, with texts of its own") {
    const config::HttpLimits limits = small_limits();
    Http2Block block(limits);
    http::TextArena arena;
    block.begin(&arena);
    {
        const std::string name = ":path";
        const std::string value = "/1234567";
        CHECK(block.add(name, value));
    }
    CHECK(block.add("x", "12345678901234567890"));
    CHECK(block.excess() == 431);
    block.begin(&arena);
    CHECK(block.add(":path", "/12345678"));
    CHECK(block.add("x", "1234567890123456789"));
    CHECK(block.excess() == 0);
    REQUIRE(block.fields().size() == 2);
    CHECK(block.fields()[0].value == "/12345678");
    CHECK(block.fields()[1].name == "x");
}

TEST_CASE("what is too much in a block of fields") {
    const config::HttpLimits limits = small_limits();
    Http2Block block(limits);
    http::TextArena arena;

    block.begin(&arena);
    CHECK(block.add(":method", "GET"));
    CHECK(block.add(":path", "/12345"));
    CHECK(block.excess() == 414);

    block.begin(&arena);
    for (int i = 0; i < 5; ++i)
        CHECK(block.add("x", "1"));
    CHECK(block.excess() == 0);
    CHECK(block.add("x", "1"));
    CHECK(block.excess() == 431);
    CHECK(block.fields().size() == 5);

    block.begin(&arena); // by bytes: 32 for each field (RFC 9113 6.5.2)
    unsigned taken = 0;
    while (block.add(":x", "12345678901234"))
        ++taken;
    CHECK(taken == 2 * 400 / (32 + 16));
    CHECK(block.excess() == 431);

    block.begin(nullptr);
    CHECK(block.add("x", "1"));
    CHECK(block.fields().empty());
}
