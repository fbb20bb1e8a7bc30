// SPDX-License-Identifier: Apache-2.0
#include "read_text.hpp"

#include <catch2/catch.hpp>

using namespace sallyport::http;

TEST_CASE("a request's parts") {
    const ReadRequest request("POST /a/b?c=d?e HTTP/1.1\r\nHost: example.com:81\r\nX-One:  1 \r\nCookie: a\r\n"
                              "Content-Length: 12\r\nExpect: 100-Continue\r\nTE: gzip, trailers\r\n\r\nrest");
    REQUIRE(request.reading.state == HeadState::done);
    CHECK(request.reading.size == 135);
    const RequestHead& head = request.head;
    CHECK(head.version == Version::http11);
    CHECK(head.method == "POST");
    CHECK(head.target == "/a/b?c=d?e");
    CHECK(head.authority == "example.com:81");
    CHECK(head.path == "/a/b");
    CHECK(head.query == "c=d?e");
    CHECK(head.has_query);
    CHECK(text_of(head.fields) == "X-One: 1; Cookie: a");
    CHECK(head.body.framing == Framing::length);
    CHECK(head.body.length == 12);
    CHECK(head.keeps_alive);
    CHECK(head.expects_continue);
    CHECK(head.takes_trailers);
}

TEST_CASE("a head that comes byte by byte is read once it is complete, and moves with nobody's buffer") {
    const std::string bytes = "GET /?q HTTP/1.1\r\nHost: a\r\nX: 1\r\n\r\n";
    HeadFinder finder(HeadLimits{});
    TextArena arena;
    RequestHead head;
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const std::string so_far = bytes.substr(0, size);
        REQUIRE(read_request_head(so_far, finder, arena, head).state == HeadState::needs_more);
    }
    {
        const std::string all = bytes;
        REQUIRE(read_request_head(all, finder, arena, head).state == HeadState::done);
    }
    CHECK(head.query == "q");
    CHECK(text_of(head.fields) == "X: 1");
}

TEST_CASE("the forms of targets") {
    struct Row {
        const char* line;
        const char* authority;
        const char* path;
        const char* query;
    };
    const Row rows[] = {
        {"GET /", "h", "/", ""},
        {"GET /?", "h", "/", ""},
        {"GET //x/../y", "h", "//x/../y", ""},
        {"GET HTTP://Ex.com:80/a?b", "Ex.com:80", "/a", "b"},
        {"GET https://ex.com", "ex.com", "/", ""},
        {"GET http://ex.com?b", "ex.com", "/", "b"},
        {"GET http://[::1]:8/a", "[::1]:8", "/a", ""},
        {"OPTIONS *", "h", "*", ""},
        {"OPTIONS http://ex.com", "ex.com", "*", ""},
        {"GET /a b\xC3\xBC?c\t#d", "h", "/a%20b%C3%BC", "c%09"},
    };
    for (const Row& row : rows) {
        INFO(row.line);
        const ReadRequest request(std::string(row.line) + " HTTP/1.1\r\nHost: h\r\n\r\n");
        CHECK(request.reading.state == HeadState::done);
        CHECK(request.head.authority == row.authority);
        CHECK(request.head.path == row.path);
        CHECK(request.head.query == row.query);
    }
    CHECK(ReadRequest("GET /? HTTP/1.0\r\n\r\n").head.has_query);
    CHECK_FALSE(ReadRequest("GET / HTTP/1.0\r\n\r\n").head.has_query);
    CHECK(ReadRequest("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n").reading.status == 501);
}

TEST_CASE("what belongs to a connection, or is no field, is not passed on") {
    const ReadRequest request(
        "GET / HTTP/1.1\r\nHost: a\r\nX-Hop: 1\r\nKeep-Alive: 5\r\nProxy-Connection: x\r\n"
        "HTTP2-Settings: AA\r\nAuthorization: b\r\nX-Forwarded-For: c\r\n: empty\r\nno(token: 1\r\n"
        "Content_Length: 9\r\nConnection: x-hop, authorization, X-Forwarded-For, close\r\nX: 2\r\n\r\n");
    REQUIRE(request.reading.state == HeadState::done);
    CHECK(text_of(request.head.fields) == "Authorization: b; X-Forwarded-For: c; X: 2");
    CHECK_FALSE(request.head.keeps_alive);
    CHECK(request.head.body.framing == Framing::none);
}

TEST_CASE("folds and control characters become blanks") {
    const ReadRequest request("GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n\t2\r\n  3\r\nY: \x01z\x7F"
                              "a\tb\r\n\r\n");
    REQUIRE(request.reading.state == HeadState::done);
    CHECK(text_of(request.head.fields) == "X: 1  \t2    3; Y: z a\tb");
}

TEST_CASE("Connection has 16 names and no more") {
    std::string names = "a";
    for (int each = 1; each < 16; ++each)
        names += ", a";
    const auto state = [](const std::string& list) {
        return ReadRequest("GET / HTTP/1.1\r\nHost: a\r\nConnection: " + list + "\r\n\r\n").reading.state;
    };
    CHECK(state(names) == HeadState::done);
    CHECK(state(names + ", a") == HeadState::malformed);
}

TEST_CASE("chunks go before a length, and a length of identity counts") {
    const ReadRequest both("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n");
    CHECK(both.head.body.framing == Framing::chunked);
    const ReadRequest identity(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: identity\r\n\r\n");
    CHECK(identity.head.body.framing == Framing::length);
    CHECK(ReadRequest("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").head.body.framing == Framing::none);
    CHECK(ReadRequest("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").head.body.framing == Framing::length);
}

TEST_CASE("how long a connection stays, and what it may become") {
    CHECK_FALSE(ReadRequest("GET / HTTP/1.0\r\n\r\n").head.keeps_alive);
    CHECK(ReadRequest("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").head.keeps_alive);
    const auto upgrade = [](const std::string& fields) {
        const ReadRequest request("GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n");
        return std::string(request.head.upgrade);
    };
    CHECK(upgrade("Connection: Upgrade\r\nUpgrade: websocket\r\n") == "websocket");
    CHECK(upgrade("Upgrade: websocket\r\n").empty());
    CHECK(upgrade("Connection: upgrade\r\nUpgrade: h2c\r\n").empty());
    CHECK(upgrade("Connection: upgrade\r\nUpgrade: H2C, websocket\r\n") == "websocket");
}

TEST_CASE("what is too much has its own answer, unless the first line is wrong already") {
    HeadLimits limits;
    limits.line_bytes = limits.field_bytes = 32;
    limits.fields = 2;
    const std::string many = "Host: a\r\nB: 1\r\nC: 1\r\n\r\n";
    CHECK(ReadRequest("GET /" + std::string(32, 'a'), limits).reading.status == 414);
    CHECK(ReadRequest("GET / HTTP/1.1\r\nX: " + std::string(32, 'a'), limits).reading.status == 431);
    CHECK(ReadRequest("GET / HTTP/1.1\r\n" + many, limits).reading.status == 431);
    CHECK(ReadRequest("GET / HTTP/3.0\r\n" + many, limits).reading.status == 505);
    CHECK(ReadRequest("\r\n\r\n\r\n\r\n").reading.status == 400);
    CHECK(ReadRequest("GET /\r\nHost").reading.status == 400);
    CHECK(ReadRequest("\r\nGET / HTTP/1.0\r\n\r\n").reading.state == HeadState::done);
}
