// SPDX-License-Identifier: Apache-2.0
#include "balance/http/h2_request.hpp"
#include "balance/http/read_head.hpp"
#include "balance/http/write_head.hpp"
#include "read_text.hpp"

#include <catch2/catch.hpp>

using namespace sallyport::http;

namespace {

struct H2Request {
    TextArena arena;
    RequestHead head;
    H2RequestReading reading;

    explicit H2Request(const Fields& fields, bool ends = true) { reading = read_h2_request(fields, ends, arena, head); }
};

/// A GET of https://example.com/ with more fields.
Fields get(const Fields& more = {}) {
    Fields fields{{":method", "GET"}, {":scheme", "https"}, {":authority", "example.com"}, {":path", "/"}};
    fields.insert(fields.end(), more.begin(), more.end());
    return fields;
}

Fields with(std::string_view name, std::string_view value) {
    Fields fields = get();
    for (Field& each : fields)
        if (each.name == name) each.value = value;
    return fields;
}

Fields without(std::string_view name) {
    Fields fields = get();
    erase(fields, name);
    return fields;
}

Fields post(const Fields& more = {}) {
    Fields fields = get(more);
    fields.front().value = "POST";
    return fields;
}

} // namespace

TEST_CASE("the parts of a request of HTTP/2") {
    const H2Request request({{":method", "POST"},
                             {":path", "/a/b?c=d?e"},
                             {":scheme", "https"},
                             {":authority", "Example.com:81"},
                             {"x-one", "1"},
                             {"te", "trailers"},
                             {"expect", "100-continue"},
                             {"content-length", "12"},
                             {"x-empty", ""}},
                            false);
    REQUIRE(request.reading.status == 0);
    const RequestHead& head = request.head;
    CHECK(head.version == Version::http2);
    CHECK(head.method == "POST");
    CHECK(head.target == "/a/b?c=d?e");
    CHECK(head.authority == "Example.com:81");
    CHECK(head.path == "/a/b");
    CHECK(head.query == "c=d?e");
    CHECK(head.has_query);
    CHECK(text_of(head.fields) == "x-one: 1; x-empty: ");
    CHECK(head.body.framing == Framing::length);
    CHECK(head.body.length == 12);
    CHECK(head.expects_continue);
    CHECK(head.takes_trailers);
    CHECK(head.keeps_alive);
    CHECK(head.upgrade.empty());
    CHECK(request.reading.desync == DesyncReport{});
}

TEST_CASE("cookies that came in crumbs are one field, in the place of the first") {
    const H2Request request(get({{"cookie", "a=1"}, {"x", "y"}, {"cookie", "b=2"}, {"cookie", "c=3"}}));
    CHECK(request.reading.status == 0);
    CHECK(text_of(request.head.fields) == "cookie: a=1; b=2; c=3; x: y");
    // A value must not begin or end with a blank (RFC 9113 8.2.1).
    const H2Request empty(get({{"cookie", ""}, {"cookie", "a=1"}, {"cookie", ""}, {"cookie", "b=2"}, {"cookie", ""}}));
    CHECK(text_of(empty.head.fields) == "cookie: a=1; b=2");
}

TEST_CASE("how the content of a request of HTTP/2 ends") {
    CHECK(H2Request(get()).head.body.framing == Framing::none);
    CHECK(H2Request(post()).head.body.framing == Framing::none);
    CHECK(H2Request(post(), false).head.body.framing == Framing::chunked);
    CHECK(H2Request(post({{"content-length", "0"}})).head.body.framing == Framing::length);
    const H2Request large(post({{"content-length", "18446744073709551615"}}), false);
    CHECK(large.head.body.length == 18446744073709551615ULL);
}

TEST_CASE("a websocket's extended CONNECT asks for an upgrade, and other CONNECTs are refused") {
    Fields fields = with(":method", "CONNECT");
    fields.insert(fields.begin() + 1, {":protocol", "websocket"});
    fields.push_back({"sec-websocket-version", "13"});
    const H2Request request(fields, false);
    CHECK(request.reading.status == 0);
    CHECK(request.head.method == "CONNECT");
    CHECK(request.head.upgrade == "websocket");
    CHECK(request.head.path == "/");
    CHECK(request.head.authority == "example.com");
    CHECK(request.head.body.framing == Framing::none);
    CHECK(text_of(request.head.fields) == "sec-websocket-version: 13");

    CHECK(H2Request({{":method", "CONNECT"}, {":authority", "example.com:443"}}, false).reading.status == 405);
    fields[1].value = "connect-udp";
    CHECK(H2Request(fields, false).reading.status == 501);
    fields[0].value = "GET"; // RFC 8441 4
    CHECK(H2Request(fields, false).reading.status == 400);
}

TEST_CASE("whom and what a request of HTTP/2 is for") {
    struct Row {
        Fields fields;
        std::string_view authority;
        std::string_view path;
        std::string_view query;
    };
    Fields host_alone = without(":authority");
    host_alone.push_back({"host", "other.org"});
    Fields options = with(":path", "*");
    options.front().value = "OPTIONS";
    const Row rows[] = {
        {with(":authority", "[::1]:8"), "[::1]:8", "/", ""},
        {get({{"host", "EXAMPLE.com"}}), "example.com", "/", ""},
        {host_alone, "other.org", "/", ""},
        {options, "example.com", "*", ""},
        {with(":path", "/?"), "example.com", "/", ""},
        {with(":path", "//x/../y"), "example.com", "//x/../y", ""},
        {with(":path", "/a\xC3\xBC?c d#e"), "example.com", "/a%C3%BC", "c%20d"},
        {with(":scheme", "http"), "example.com", "/", ""},
    };
    for (const Row& row : rows) {
        const H2Request request(row.fields);
        INFO(request.head.target << " of " << request.head.authority);
        CHECK(request.reading.status == 0);
        CHECK(request.head.authority == row.authority);
        CHECK(request.head.path == row.path);
        CHECK(request.head.query == row.query);
    }
}

TEST_CASE("malformed requests of HTTP/2 are refused with the reason") {
    struct Row {
        const char* story;
        Fields fields;
        DesyncReason reason;
        bool ends = true;
    };
    Fields late = without(":path");
    late.push_back({"x", "y"});
    late.push_back({":path", "/b"});
    const Row rows[] = {
        {"no method", without(":method"), DesyncReason::bad_method},
        {"a method that is no token", with(":method", "GE T"), DesyncReason::bad_method},
        {"a method with a line's end", with(":method", "GET / HTTP/1.1\r\nx: y\r\n"), DesyncReason::bad_method},
        {"no scheme", without(":scheme"), DesyncReason::bad_uri},
        {"a scheme that is not ours", with(":scheme", "ftp"), DesyncReason::bad_uri},
        {"no path", without(":path"), DesyncReason::bad_uri},
        {"an empty path", with(":path", ""), DesyncReason::bad_uri},
        {"an absolute path", with(":path", "https://example.com/"), DesyncReason::bad_uri},
        {"a path with a line's end", with(":path", "/ HTTP/1.1\r\nx: y"), DesyncReason::bad_uri},
        {"a path with a tab's kin", with(":path", "/\x0b"), DesyncReason::bad_uri},
        {"a star of GET", with(":path", "*"), DesyncReason::bad_uri},
        {"neither authority nor host", without(":authority"), DesyncReason::bad_uri},
        {"an empty authority", with(":authority", ""), DesyncReason::bad_uri},
        {"userinfo", with(":authority", "me@example.com"), DesyncReason::bad_uri},
        {"an authority with a path", with(":authority", "example.com/x"), DesyncReason::bad_uri},
        {"another host", get({{"host", "other.org"}}), DesyncReason::bad_header},
        {"two hosts", get({{"host", "example.com"}, {"host", "example.com"}}), DesyncReason::bad_header},
        {"two paths", get({{":path", "/b"}}), DesyncReason::bad_header},
        {"a pseudo field behind the others", late, DesyncReason::bad_header},
        {"an answer's pseudo field", get({{":status", "200"}}), DesyncReason::bad_header},
        {"a capital letter", get({{"X-one", "1"}}), DesyncReason::bad_header},
        {"no name", get({{"", "1"}}), DesyncReason::bad_header},
        {"a colon in a name", get({{"x:y", "1"}}), DesyncReason::bad_header},
        {"a line's end in a name", get({{"x\r\ny", "1"}}), DesyncReason::bad_header},
        {"a line's end in a value", get({{"x", "1\r\ny: 2"}}), DesyncReason::bad_header},
        {"a NUL in a value", get({{"x", {"1\0002", 3}}}), DesyncReason::bad_header},
        {"a control character in a value", get({{"x", "1\x7f"}}), DesyncReason::bad_header},
        {"a blank before a value", get({{"x", " 1"}}), DesyncReason::bad_header},
        {"a blank behind a value", get({{"x", "1\t"}}), DesyncReason::bad_header},
        {"connection", get({{"connection", "close"}}), DesyncReason::bad_header},
        {"keep-alive", get({{"keep-alive", "5"}}), DesyncReason::bad_header},
        {"proxy-connection", get({{"proxy-connection", "close"}}), DesyncReason::bad_header},
        {"upgrade", get({{"upgrade", "h2c"}}), DesyncReason::bad_header},
        {"http2-settings", get({{"http2-settings", "x"}}), DesyncReason::bad_header},
        {"te with more than trailers", get({{"te", "gzip, trailers"}}), DesyncReason::bad_header},
        {"chunked", post({{"transfer-encoding", "chunked"}}), DesyncReason::bad_transfer_encoding, false},
        {"no number", post({{"content-length", "+1"}}), DesyncReason::bad_content_length, false},
        {"two lengths", post({{"content-length", "1"}, {"content-length", "2"}}), DesyncReason::multiple_content_length,
         false},
        {"a length, and the stream's end", post({{"content-length", "1"}}), DesyncReason::bad_content_length},
    };
    for (const Row& row : rows) {
        INFO(row.story);
        const H2Request request(row.fields, row.ends);
        CHECK(request.reading.status == 400);
        CHECK(request.reading.desync == DesyncReport{DesyncClass::severe, row.reason});
    }
}

TEST_CASE("what others could read differently is noted in HTTP/2 as well") {
    struct Row {
        Fields fields;
        DesyncReport report;
        bool ends = false;
    };
    const auto length = [](std::string_view value) { return Field{"content-length", value}; };
    const Row rows[] = {
        {post({length("1"), length("1")}), {DesyncClass::ambiguous, DesyncReason::duplicate_content_length}},
        {post({length("01")}), {DesyncClass::ambiguous, DesyncReason::bad_content_length}},
        {get({length("1")}), {DesyncClass::ambiguous, DesyncReason::undefined_content_length_semantics}},
        {get({length("0")}), {DesyncClass::acceptable, DesyncReason::get_head_zero_content_length}, true},
        {get({{"content_length", "1"}}), {DesyncClass::ambiguous, DesyncReason::suspicious_header}, true},
        {with(":path", "/a#b"), {DesyncClass::ambiguous, DesyncReason::ambiguous_uri}, true},
        {get(), {}}, // an end that comes later is no length
    };
    for (const Row& row : rows) {
        const H2Request request(row.fields, row.ends);
        CHECK(request.reading.status == 0);
        CHECK(request.reading.desync == row.report);
        CHECK(text_of(request.head.fields).empty());
    }
}

TEST_CASE("what HTTP/2 lets through is a request of HTTP/1 with the same parts once it is written") {
    // Every byte in every part; what is taken must be read back as one request that says the same.
    unsigned taken = 0;
    for (int byte = 0; byte < 256; ++byte) {
        const std::string text = "/a" + std::string(1, static_cast<char>(byte)) + "b";
        const std::string_view word = std::string_view(text).substr(1);
        for (const Fields& fields :
             {with(":method", word), with(":authority", word), with(":path", text), get({{word, "1"}}),
              get({{"x", word}}), get({{"cookie", word}, {"cookie", word}})}) {
            const H2Request request(fields);
            if (request.reading.status != 0) continue;
            ++taken;
            std::string written;
            append_request(written, request.head);
            INFO(written);
            const ReadRequest read(written);
            REQUIRE(read.reading.state == HeadState::done);
            CHECK(read.reading.size == written.size());
            CHECK(read.head.method == request.head.method);
            CHECK(read.head.authority == request.head.authority);
            CHECK(read.head.path == request.head.path);
            CHECK(read.head.query == request.head.query);
            CHECK(text_of(read.head.fields) == text_of(request.head.fields));
        }
    }
    CHECK(taken > 600);
}

TEST_CASE("trailers of HTTP/2") {
    Fields trailers{{"grpc-status", "0"}, {"content-length", "3"}, {"host", "x"}, {"x-sum", "a b"}};
    CHECK(read_h2_trailers(trailers));
    CHECK(text_of(trailers) == "grpc-status: 0; x-sum: a b");
    for (const Field& bad : {Field{":path", "/"}, Field{"X", "1"}, Field{"x", "1\n"}, Field{"x y", "1"}}) {
        Fields fields{bad};
        CHECK_FALSE(read_h2_trailers(fields));
    }
}
