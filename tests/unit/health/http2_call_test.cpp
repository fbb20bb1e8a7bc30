// SPDX-License-Identifier: Apache-2.0
// One request over HTTP/2, frame by frame (RFC 9113 section 4.1), where a server would not let itself be told what to
// send.
#include "health/http2_call.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace sallyport::health;

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint8_t data = 0;
constexpr std::uint8_t headers = 1;
constexpr std::uint8_t settings = 4;
constexpr std::uint8_t end_stream = 1;
constexpr std::uint8_t end_headers = 4;

Bytes frame(std::uint8_t type, std::uint8_t flags, const Bytes& content) {
    const std::size_t size = content.size();
    Bytes out = {static_cast<std::uint8_t>(size >> 16U),
                 static_cast<std::uint8_t>(size >> 8U),
                 static_cast<std::uint8_t>(size),
                 type,
                 flags,
                 0,
                 0,
                 0,
                 static_cast<std::uint8_t>(type == settings ? 0 : 1)};
    out.insert(out.end(), content.begin(), content.end());
    return out;
}

/// A literal field that is not indexed, with a value of so many bytes (RFC 7541 sections 5.1 and 6.2.2).
Bytes field_of(std::size_t size) {
    Bytes out = {0, 1, 'x', 0x7f};
    for (size -= 0x7f; size >= 0x80; size >>= 7U)
        out.push_back(static_cast<std::uint8_t>((size & 0x7fU) | 0x80U));
    out.push_back(static_cast<std::uint8_t>(size));
    return out;
}

Bytes block(Bytes before, std::size_t value_size) {
    const Bytes field = field_of(value_size);
    before.insert(before.end(), field.begin(), field.end());
    before.insert(before.end(), value_size, 'v');
    return before;
}

const Bytes status_200 = {0x88};
const Bytes status_103 = {0x08, 3, '1', '0', '3'};
const Bytes status_503 = {0x08, 3, '5', '0', '3'};

Http2Request call_of_grpc() {
    return {"http", "web.example", "/shop.Cart/Check", std::string(5, '\0')};
}

Bytes joined(std::initializer_list<Bytes> frames) {
    Bytes all;
    for (const Bytes& each : frames)
        all.insert(all.end(), each.begin(), each.end());
    return all;
}

bool has(const Bytes& bytes, const Bytes& part) {
    return std::search(bytes.begin(), bytes.end(), part.begin(), part.end()) != bytes.end();
}

} // namespace

TEST_CASE("a call says first that it takes no promises, and how long a head may be") {
    Http2Call call(call_of_grpc());
    const Bytes sent = call.to_send();
    const Bytes preface(sent.begin(), sent.begin() + 24);
    CHECK(std::string(preface.begin(), preface.end()) == "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    CHECK(has(sent, {0, 2, 0, 0, 0, 0}));
    CHECK(has(sent, {0, 6, 0, 0, 0x80, 0}));
    CHECK(call.to_send().empty());
}

TEST_CASE("every block of fields may be as long as a head") {
    Http2Call call(call_of_grpc());
    call.take(frame(settings, 0, {}));
    call.take(frame(headers, end_headers, block(status_103, 15'000)));
    call.take(frame(headers, end_headers, block(status_200, 15'000)));
    CHECK_FALSE(call.is_over());
    call.take(frame(headers, end_headers | end_stream, block({}, 15'000)));
    CHECK(call.is_over());
    CHECK(call.fault().empty());
    CHECK(call.answer().status == 200);
}

TEST_CASE("of an answer 4 kB are kept, and of a page nothing") {
    const Bytes answer = joined({frame(settings, 0, {}), frame(headers, end_headers, status_200),
                                 frame(data, 0, Bytes(3000, 'x')), frame(data, 0, Bytes(3000, 'x'))});
    Http2Call call(call_of_grpc());
    call.take(answer);
    CHECK(call.answer().content == std::string(4096, 'x'));
    Http2Call get({"http", "web.example", "/", {}});
    get.take(answer);
    CHECK(get.answer().content.empty());
}

TEST_CASE("an answer without a status is none") {
    Http2Call call(call_of_grpc());
    call.take(frame(settings, 0, {}));
    call.take(frame(headers, end_headers | end_stream, block({}, 200)));
    CHECK(call.is_over());
    CHECK(call.fault() == "The answer is not HTTP/2 as it should be");
}

TEST_CASE("once the call is over nothing more is taken") {
    Http2Call call(call_of_grpc());
    call.take(frame(settings, 0, {}));
    call.take(frame(headers, end_headers | end_stream, status_200));
    REQUIRE(call.is_over());
    CHECK_FALSE(call.to_send().empty()); // the farewell
    call.take(Bytes(200'000, 0xff));
    CHECK(call.fault().empty());
    CHECK(call.to_send().empty());
}

TEST_CASE("what comes in one piece with the end of a call is not of it") {
    Http2Call call(call_of_grpc());
    call.take(joined({frame(settings, 0, {}), frame(headers, end_headers, status_503), frame(data, 0, Bytes(9, 'x'))}));
    CHECK(call.is_over());
    CHECK(call.answer().status == 503);
    CHECK(call.answer().content.empty());
}
