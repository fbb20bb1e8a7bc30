// SPDX-License-Identifier: Apache-2.0
#include "read_text.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::http;
using namespace std::string_view_literals;

namespace {

constexpr auto f = DesyncVerdict::forward;
constexpr auto c = DesyncVerdict::forward_and_close;
constexpr auto r = DesyncVerdict::refuse;

struct Row {
    const char* sentence;
    std::string_view bytes;
    DesyncClass worst;
    DesyncReason reason;
    DesyncVerdict monitor, defensive, strictest;
};

using enum DesyncClass;
using Why = DesyncReason;

const Row frameable[] = {
    {"a plain request", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", compliant, Why::none, f, f, f},
    {"a length with content", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", compliant, Why::none, f, f, f},
    {"chunks", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n", compliant, Why::none, f, f, f},
    {"GET with length 0", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", acceptable,
     Why::get_head_zero_content_length, f, f, r},
    {"a later minor version", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", acceptable, Why::non_compliant_version, f, f, r},
    {"a blank in the URI", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", acceptable, Why::space_in_uri, f, f, r},
    {"letters beyond ASCII in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: \xC3\xBC\r\n\r\n", acceptable,
     Why::non_compliant_header, f, f, r},
    {"a control character in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: a\x01z\r\n\r\n", acceptable,
     Why::non_compliant_header, f, f, r},
    {"a name that is no token", "GET / HTTP/1.1\r\nHost: a\r\nX(y): 1\r\n\r\n", acceptable, Why::non_compliant_header,
     f, f, r},
    {"a line that ends without CR", "GET / HTTP/1.1\nHost: a\r\n\r\n", ambiguous, Why::bad_header, f, c, r},
    {"an empty line without CR", "GET / HTTP/1.1\r\nHost: a\r\n\n", ambiguous, Why::bad_header, f, c, r},
    {"a folded value", "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n", ambiguous, Why::bad_header, f, c, r},
    {"both lengths and chunks", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
     ambiguous, Why::both_te_cl_present, f, c, r},
    {"the coding identity", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n", ambiguous,
     Why::bad_transfer_encoding, f, c, r},
    {"the same length twice", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", ambiguous,
     Why::duplicate_content_length, f, c, r},
    {"the same length twice in a list", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n", ambiguous,
     Why::duplicate_content_length, f, c, r},
    {"a length with a leading zero", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 05\r\n\r\n", ambiguous,
     Why::bad_content_length, f, c, r},
    {"GET with content", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", ambiguous,
     Why::undefined_content_length_semantics, f, c, r},
    {"HEAD with chunks", "HEAD / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", ambiguous,
     Why::undefined_transfer_encoding_semantics, f, c, r},
    {"a name that looks like Content-Length", "POST / HTTP/1.1\r\nHost: a\r\nContent_Length: 5\r\n\r\n", ambiguous,
     Why::suspicious_header, f, c, r},
    {"a name that looks like Transfer-Encoding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer\x0B-Encoding: chunked\r\n\r\n",
     ambiguous, Why::suspicious_header, f, c, r},
    {"an empty name", "GET / HTTP/1.1\r\nHost: a\r\n: 1\r\n\r\n", ambiguous, Why::empty_header, f, c, r},
    {"a fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", ambiguous, Why::ambiguous_uri, f, c, r},
    {"a control character in the URI", "GET /a\x01 HTTP/1.1\r\nHost: a\r\n\r\n", ambiguous, Why::ambiguous_uri, f, c,
     r},
    {"a length, and what looks like chunks",
     "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer_Encoding: chunked\r\n\r\n", severe,
     Why::suspicious_te_cl_present, f, r, r},
    {"chunks, and what looks like a length",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent.Length: 5\r\n\r\n", severe,
     Why::suspicious_te_cl_present, f, r, r},
};

struct Malformed {
    const char* sentence;
    std::string_view bytes;
    int status;
    DesyncReason reason;
};

const Malformed malformed[] = {
    {"a bare CR", "GET / HTTP/1.1\r\nHost: a\r\nX: 1\rY: 2\r\n\r\n", 400, Why::bad_header},
    {"a CR before CRLF", "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\r\n\r\n", 400, Why::bad_header},
    {"a NUL", "GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n"sv, 400, Why::bad_header},
    {"a NUL in the URI", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"sv, 400, Why::bad_header},
    {"a blank before the colon", "GET / HTTP/1.1\r\nHost: a\r\nX : 1\r\n\r\n", 400, Why::bad_header},
    {"a blank before the colon of a length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 1\r\n\r\n", 400,
     Why::bad_header},
    {"a line without a colon", "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n", 400, Why::bad_header},
    {"a fold before the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400, Why::bad_header},
    {"a folded length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n 5\r\n\r\n", 400, Why::bad_content_length},
    {"folded chunks", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n", 400,
     Why::bad_transfer_encoding},
    {"a control character before chunked",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \x0B"
     "chunked\r\n\r\n",
     400, Why::bad_transfer_encoding},
    {"a folded Host", "GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", 400, Why::bad_header},
    {"a length with a sign", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n", 400, Why::bad_content_length},
    {"a negative length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n", 400, Why::bad_content_length},
    {"a hexadecimal length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\n", 400, Why::bad_content_length},
    {"no length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", 400, Why::bad_content_length},
    {"a length of 2^64", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551616\r\n\r\n", 400,
     Why::bad_content_length},
    {"two lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", 400,
     Why::multiple_content_length},
    {"two lengths in a list", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 6\r\n\r\n", 400,
     Why::multiple_content_length},
    {"chunks in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400, Why::bad_transfer_encoding},
    {"chunked twice", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
     400, Why::multiple_transfer_encoding_chunked},
    {"chunked not last", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n", 400,
     Why::bad_transfer_encoding},
    {"an unknown coding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", 501,
     Why::bad_transfer_encoding},
    {"a coding that we do not have", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501,
     Why::bad_transfer_encoding},
    {"no Host", "GET / HTTP/1.1\r\n\r\n", 400, Why::bad_header},
    {"two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400, Why::bad_header},
    {"userinfo in Host", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400, Why::bad_header},
    {"a path in Host", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, Why::bad_header},
    {"userinfo in the target", "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, Why::bad_uri},
    {"another scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, Why::bad_uri},
    {"* of GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400, Why::bad_uri},
    {"two blanks behind the method", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400, Why::bad_uri},
    {"a method that is no token", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400, Why::bad_method},
    {"no version", "GET /\r\n\r\n", 400, Why::bad_version},
    {"a blank behind the version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400, Why::bad_version},
    {"small letters in the version", "GET / http/1.1\r\nHost: a\r\n\r\n", 400, Why::bad_version},
    {"another major version", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505, Why::bad_version},
};

} // namespace

TEST_CASE("what can be framed has a class, a reason, and a verdict in each mode") {
    for (const Row& row : frameable) {
        INFO(row.sentence);
        const ReadRequest request(row.bytes);
        CHECK(request.reading.state == HeadState::done);
        CHECK(word(request.reading.desync.worst) == word(row.worst));
        CHECK(word(request.reading.desync.reason) == word(row.reason));
        CHECK(judge(config::DesyncMode::monitor, request.reading.desync) == row.monitor);
        CHECK(judge(config::DesyncMode::defensive, request.reading.desync) == row.defensive);
        CHECK(judge(config::DesyncMode::strictest, request.reading.desync) == row.strictest);
    }
}

TEST_CASE("what cannot be framed beyond doubt is refused whatever the mode") {
    for (const Malformed& row : malformed) {
        INFO(row.sentence);
        const ReadRequest request(row.bytes);
        CHECK(request.reading.state == HeadState::malformed);
        CHECK(request.reading.status == row.status);
        CHECK(request.reading.desync.worst == severe);
        CHECK(word(request.reading.desync.reason) == word(row.reason));
    }
}
