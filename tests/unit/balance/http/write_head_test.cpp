// SPDX-License-Identifier: Apache-2.0
#include "balance/http/write_head.hpp"
#include "read_text.hpp"

#include <catch2/catch.hpp>

using namespace sallyport::http;

namespace {

std::string written(const RequestHead& head, bool keeps_alive = true) {
    std::string out;
    append_request(out, head, keeps_alive);
    return out;
}

std::string answer_to(Version client, const ResponseHead& head, bool keeps_alive = true) {
    std::string out;
    append_response(out, head, client, keeps_alive);
    return out;
}

} // namespace

TEST_CASE("a request is written anew, and reads as the same without any trick") {
    for (const char* bytes : {
             "GET /a?b HTTP/1.1\r\nhost: h\r\nX: 1\r\n 2\r\nConnection: x-hop\r\nX-Hop: 1\r\n\r\n",
             "POST http://h:1/a%20?# HTTP/1.1\nHost: z\nContent-Length: 05\nContent-Length: 5\n\n",
             "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nTE: trailers\r\n\r\n",
             "GET /\xFF c HTTP/1.0\r\nContent_Length: 5\r\nX: \x01\r\n\r\n",
             "GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
         }) {
        INFO(bytes);
        const ReadRequest first(bytes);
        REQUIRE(first.reading.state == HeadState::done);
        const ReadRequest again(written(first.head));
        REQUIRE(again.reading.state == HeadState::done);
        CHECK(again.reading.desync.worst == DesyncClass::compliant);
        CHECK(again.head.authority == first.head.authority);
        CHECK(again.head.path == first.head.path);
        CHECK(again.head.query == first.head.query);
        CHECK(text_of(again.head.fields) == text_of(first.head.fields));
        CHECK(again.head.body.framing == first.head.body.framing);
        CHECK(again.head.body.length == first.head.body.length);
        CHECK(again.head.takes_trailers == first.head.takes_trailers);
        CHECK(again.head.upgrade == first.head.upgrade);
    }
}

TEST_CASE("the bytes of a request") {
    RequestHead head;
    head.method = "PUT";
    head.path = "/a";
    head.has_query = true;
    head.authority = "h";
    head.body = {Framing::length, 0};
    head.fields = {{"X", "1"}, {"a b", "1"}, {"Y", "1\r\nZ: 2"}, {"Content-Length", "7"}, {"Connection", "x"}};
    CHECK(written(head) == "PUT /a? HTTP/1.1\r\nHost: h\r\nX: 1\r\nContent-Length: 0\r\n\r\n");
    CHECK(ReadRequest(written(head, false)).head.keeps_alive == false);
}

TEST_CASE("an answer is framed so that its client can read it") {
    ResponseHead head;
    head.status = 200;
    head.body = {Framing::until_close, 0};
    CHECK(answer_to(Version::http11, head) == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    CHECK(answer_to(Version::http10, head) == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    head.body = {Framing::length, 3};
    head.reason = "Fine";
    CHECK(answer_to(Version::http10, head) ==
          "HTTP/1.1 200 Fine\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\n");
    CHECK(answer_to(Version::http11, head, false) ==
          "HTTP/1.1 200 Fine\r\nContent-Length: 3\r\nConnection: close\r\n\r\n");
    head.body = {};
    head.told_length = 9;
    head.status = 304;
    CHECK(answer_to(Version::http11, head) == "HTTP/1.1 304 Fine\r\nContent-Length: 9\r\n\r\n");
    std::string out;
    append_continue(out);
    CHECK(out == "HTTP/1.1 100 Continue\r\n\r\n");
}
