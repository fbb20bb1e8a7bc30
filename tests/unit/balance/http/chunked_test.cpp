// SPDX-License-Identifier: Apache-2.0
#include "balance/http/chunked.hpp"
#include "read_text.hpp"

#include <catch2/catch.hpp>

using namespace sallyport::http;
using namespace std::string_view_literals;

namespace {

struct ReadBody {
    std::string content;
    std::string trailers;
    std::string behind;
    ChunkReader::State state;
};

/// `step` bytes at a time.
ReadBody read(std::string_view bytes, std::size_t step, const ChunkLimits& limits = {}) {
    ChunkReader reader(limits);
    TextArena arena;
    Fields trailers;
    ReadBody body{{}, {}, {}, ChunkReader::State::needs_more};
    while (!bytes.empty()) {
        const auto piece = reader.next(bytes.substr(0, step), arena, trailers);
        body.content += piece.data;
        body.state = piece.state;
        bytes.remove_prefix(piece.consumed);
        if (piece.state == ChunkReader::State::done || piece.state == ChunkReader::State::malformed) break;
    }
    body.trailers = text_of(trailers);
    body.behind = bytes;
    return body;
}

} // namespace

TEST_CASE("a chunked body is the same however it comes") {
    for (std::size_t step = 1; step < 70; ++step) {
        INFO(step);
        const ReadBody body =
            read("5\r\nhello\r\n00c;a=b;c=\"d\"\r\n, \r\n0\r\nworld\r\n0\r\nETag: x \r\nHost: y\r\n\r\nGET", step);
        CHECK(body.state == ChunkReader::State::done);
        CHECK(body.content == "hello, \r\n0\r\nworld");
        CHECK(body.trailers == "ETag: x");
        CHECK(body.behind == "GET");
    }
}

TEST_CASE("what others could read differently is malformed") {
    for (const auto bytes : {"\r\n"sv,
                             "x\r\n"sv,
                             "5\nhello"sv,
                             "5 \r\nhello"sv,
                             " 5\r\nhello"sv,
                             "+5\r\nhello"sv,
                             "0x5\r\nhello"sv,
                             "-1\r\n"sv,
                             "5\rhello"sv,
                             "5;a\nb\r\nhello"sv,
                             "5;\0\r\n"sv,
                             "5\r\nhello0\r\n"sv,
                             "5\r\nhello\n0\r\n"sv,
                             "1\r\na\rb"sv,
                             "0000000000000001\r\n"sv,
                             "fffffffffffffffff\r\n"sv,
                             "0\r\n\n"sv,
                             "0\r\nX\r\n"sv,
                             "0\r\nX : 1\r\n"sv,
                             "0\r\n X: 1\r\n"sv,
                             "0\r\nX: 1\n"sv,
                             "0\r\nX: 1\rY: 2\r\n"sv,
                             "0\r\nX: \0\r\n"sv,
                             "0\r\n: 1\r\n"sv}) {
        INFO(bytes);
        CHECK(read(bytes, 100).state == ChunkReader::State::malformed);
        CHECK(read(bytes, 1).state == ChunkReader::State::malformed);
    }
}

TEST_CASE("extensions and trailers have limits") {
    const ChunkLimits limits{16, 32, 2};
    CHECK(read("1;" + std::string(12, 'a') + "\r\n", 9, limits).state == ChunkReader::State::needs_more);
    CHECK(read("1;" + std::string(13, 'a') + "\r\n", 9, limits).state == ChunkReader::State::malformed);
    CHECK(read("0\r\nA: 1\r\nB: 1\r\n\r\n", 9, limits).state == ChunkReader::State::done);
    CHECK(read("0\r\nA: 1\r\nB: 1\r\nC: 1\r\n", 9, limits).state == ChunkReader::State::malformed);
    CHECK(read("0\r\nA: " + std::string(32, 'a'), 9, limits).state == ChunkReader::State::malformed);
}

TEST_CASE("chunks that were written are read") {
    std::string bytes;
    append_chunk_head(bytes, 300);
    bytes.append(300, 'a').append(chunk_end);
    append_last_chunk(bytes, {{"ETag", "x"}, {"Content-Length", "5"}, {"a b", "1"}, {"X", "a\r\nb"}});
    const ReadBody body = read(bytes, 7);
    CHECK(body.state == ChunkReader::State::done);
    CHECK(body.content == std::string(300, 'a'));
    CHECK(body.trailers == "ETag: x");
    CHECK(bytes.starts_with("12c\r\n"));
    bytes.clear();
    append_chunk_head(bytes, ~std::uint64_t{0});
    CHECK(bytes == "ffffffffffffffff\r\n");
}
