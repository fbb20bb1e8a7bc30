// SPDX-License-Identifier: Apache-2.0
#include "balance/http/h2_response.hpp"
#include "read_text.hpp"

#include <catch2/catch.hpp>

using namespace sallyport::http;

namespace {

struct H2Response {
    ResponseHead head;
    std::string_view fault;

    explicit H2Response(const Fields& fields, bool ends = false, std::string_view method = "GET") {
        fault = read_h2_response(fields, ends, method, head);
    }
};

} // namespace

TEST_CASE("the parts of an answer of HTTP/2") {
    const H2Response answer({{":status", "206"}, {"content-type", "a/b"}, {"content-length", "5"}, {"x", ""}});
    CHECK(answer.fault.empty());
    CHECK(answer.head.version == Version::http2);
    CHECK(answer.head.status == 206);
    CHECK(text_of(answer.head.fields) == "content-type: a/b; x: ");
    CHECK(answer.head.body.framing == Framing::length);
    CHECK(answer.head.body.length == 5);
}

TEST_CASE("how the content of an answer of HTTP/2 ends") {
    struct Row {
        Fields fields;
        bool ends;
        std::string_view method;
        Framing framing;
        std::optional<std::uint64_t> told;
    };
    const Row rows[] = {
        {{{":status", "200"}}, false, "GET", Framing::chunked, {}},
        {{{":status", "200"}}, true, "GET", Framing::length, {}},
        {{{":status", "200"}, {"content-length", "0"}}, true, "GET", Framing::length, {}},
        {{{":status", "200"}, {"content-length", "7"}}, true, "HEAD", Framing::none, 7},
        {{{":status", "200"}}, true, "HEAD", Framing::none, {}},
        {{{":status", "304"}, {"content-length", "7"}}, true, "GET", Framing::none, 7},
        {{{":status", "204"}}, true, "GET", Framing::none, {}},
        {{{":status", "103"}}, false, "GET", Framing::none, {}},
    };
    for (const Row& row : rows) {
        const H2Response answer(row.fields, row.ends, row.method);
        INFO(row.fields.front().value << " to " << row.method);
        CHECK(answer.fault.empty());
        CHECK(answer.head.body.framing == row.framing);
        CHECK(answer.head.told_length == row.told);
    }
}

TEST_CASE("malformed answers of HTTP/2") {
    const Field ok{":status", "200"};
    for (const Fields& fields : std::initializer_list<Fields>{{},
                                                              {{"x", "1"}},
                                                              {{":status", "20"}},
                                                              {{":status", "099"}},
                                                              {{":status", "2x0"}},
                                                              {{":status", "101"}},
                                                              {ok, ok},
                                                              {ok, {"X", "1"}},
                                                              {ok, {"x", "1\r\ny: 2"}},
                                                              {ok, {"connection", "close"}},
                                                              {ok, {"transfer-encoding", "chunked"}},
                                                              {ok, {"content-length", "x"}},
                                                              {ok, {"content-length", "1"}, {"content-length", "2"}}})
        CHECK_FALSE(H2Response(fields).fault.empty());
    CHECK_FALSE(H2Response({ok, {"content-length", "1"}}, true).fault.empty());
    CHECK(H2Response({ok, {"content-length", "1"}}, true, "HEAD").fault.empty());
}
