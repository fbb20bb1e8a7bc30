// SPDX-License-Identifier: Apache-2.0
#include "read_text.hpp"

#include <catch2/catch.hpp>

using namespace sallyport::http;

TEST_CASE("an answer's parts") {
    const ReadResponse answer("HTTP/1.1 404 Not Here\r\nServer: x\r\nContent-Length: 3\r\nX-Hop: 1\r\n"
                              "Connection: x-hop\r\nKeep-Alive: 3\r\nSet-Cookie : a=b\r\n\r\nabc");
    REQUIRE(answer.reading.state == HeadState::done);
    CHECK(answer.head.status == 404);
    CHECK(answer.head.reason == "Not Here");
    CHECK(text_of(answer.head.fields) == "Server: x; Set-Cookie: a=b");
    CHECK(answer.head.body.length == 3);
    CHECK(answer.head.keeps_alive);
}

TEST_CASE("how an answer's content ends") {
    struct Row {
        const char* sentence;
        const char* bytes;
        const char* method;
        Framing framing;
        bool keeps_alive;
        std::optional<std::uint64_t> told;
    };
    const Row rows[] = {
        {"a length", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", "GET", Framing::length, true, {}},
        {"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "GET", Framing::chunked, true, {}},
        {"both",
         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
         "GET",
         Framing::chunked,
         false,
         {}},
        {"nothing", "HTTP/1.1 200\r\n\r\n", "GET", Framing::until_close, false, {}},
        {"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\n", "GET", Framing::length, false, {}},
        {"to HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", "HEAD", Framing::none, true, 3U},
        {"304", "HTTP/1.1 304 \r\nContent-Length: 3\r\n\r\n", "GET", Framing::none, true, 3U},
        {"204", "HTTP/1.1 204 No Content\r\n\r\n", "GET", Framing::none, true, {}},
        {"204 that lies", "HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n", "GET", Framing::none, false, {}},
        {"100", "HTTP/1.1 100 Continue\r\n\r\n", "GET", Framing::none, true, {}},
        {"close", "HTTP/1.1 204 x\r\nConnection: close\r\n\r\n", "GET", Framing::none, false, {}},
    };
    for (const Row& row : rows) {
        INFO(row.sentence);
        const ReadResponse answer(row.bytes, row.method);
        CHECK(answer.reading.state == HeadState::done);
        CHECK(answer.head.body.framing == row.framing);
        CHECK(answer.head.keeps_alive == row.keeps_alive);
        CHECK(answer.head.told_length == row.told);
    }
}

TEST_CASE("only 101 changes the protocol") {
    CHECK(ReadResponse("HTTP/1.1 101 x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n").head.upgrade ==
          "websocket");
    CHECK(ReadResponse("HTTP/1.1 200 x\r\nUpgrade: websocket\r\n\r\n").head.upgrade.empty());
}

TEST_CASE("answers that are none") {
    for (const char* bytes :
         {"HTTP/2 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 2000\r\n\r\n", "HTTP/1.1  200\r\n\r\n",
          "HTTP/1.1 099 x\r\n\r\n", "ICY 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nX: 1\rY: 2\r\n\r\n",
          "HTTP/1.1 200 OK\r\nX\r\n\r\n", "HTTP/1.1 200 OK\r\n X: 1\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
          "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
        INFO(bytes);
        const ReadResponse answer(bytes);
        CHECK(answer.reading.state == HeadState::malformed);
        CHECK_FALSE(answer.reading.fault.empty());
    }
}
