// SPDX-License-Identifier: Apache-2.0
#include "balance/http/field_rules.hpp"

#include <catch2/catch.hpp>

using namespace sallyport::http;
using namespace std::string_view_literals;

TEST_CASE("a name is a token") {
    for (const auto good : {"Host"sv, "x"sv, "!#$%&'*+-.^_`|~09"sv})
        CHECK(is_valid_name(good));
    for (const auto bad : {""sv, "a b"sv, "a:"sv, "a\0"sv, "\xC3\xBC"sv, "a(b)"sv, "a\x7F"sv})
        CHECK_FALSE(is_valid_name(bad));
    CHECK(is_valid_h2_name("x-a_1"));
    CHECK_FALSE(is_valid_h2_name("X-a"));
    CHECK(is_plain_name("X-1"));
    CHECK_FALSE(is_plain_name("X_1"));
    CHECK_FALSE(is_plain_name(""));
}

TEST_CASE("a value hides no line end") {
    CHECK(is_writable_value(" a\tb \xFF"));
    for (const auto bad : {"a\r"sv, "a\nb"sv, "\0"sv})
        CHECK_FALSE(is_writable_value(bad));
    CHECK(is_valid_value(""));
    CHECK(is_valid_value("a b"));
    CHECK_FALSE(is_valid_value(" a"));
    CHECK_FALSE(is_valid_value("a\t"));
    CHECK_FALSE(is_valid_value("a\nb"));
}

TEST_CASE("names that others take for framing fields are found, the true ones are not meant") {
    for (const char* bad : {"Content_Length", "content.length", "ContentLength", " Content-Length", "Content--LENGTH"})
        CHECK(looks_like_content_length(bad));
    for (const char* good :
         {"Content-Length", "CONTENT-LENGTH", "X-Content-Length", "Content-Length2", "Content-Lengt"})
        CHECK_FALSE(looks_like_content_length(good));
    CHECK(looks_like_transfer_encoding("Transfer_Encoding"));
    CHECK_FALSE(looks_like_transfer_encoding("transfer-encoding"));
}

TEST_CASE("what belongs to a connection, to framing, or to whoever decides") {
    CHECK(is_connection_specific("te"));
    CHECK(is_connection_specific("HTTP2-settings"));
    CHECK_FALSE(is_connection_specific("Trailer"));
    for (const char* kept : {"authorization", "Cookie", "X-Forwarded-For", "x-real-ip", "Proxy-Authorization"})
        CHECK(is_protected_from_connection(kept));
    CHECK_FALSE(is_protected_from_connection("X-Hop"));
    for (const char* bad : {"Content-Length", "host", "Authorization", "X-Forwarded-For", "Content_Length", "TE"})
        CHECK(is_forbidden_trailer(bad));
    for (const char* good : {"grpc-status", "Server-Timing", "ETag", "Digest"})
        CHECK_FALSE(is_forbidden_trailer(good));
}
