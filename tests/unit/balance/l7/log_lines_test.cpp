// SPDX-License-Identifier: Apache-2.0
#include "balance/l7/access_log.hpp"
#include "balance/l7/connection_log.hpp"
#include "balance/l7/line_queue.hpp"

#include <catch2/catch.hpp>

#include <thread>

using namespace sallyport;
using namespace std::chrono_literals;

namespace {

constexpr l7::UnixTime now{1'795'262'400s + 123'456us}; // 2026-11-21T12:00:00.123456Z

l7::LogAddress at(const char* address, std::uint16_t port) {
    return {*IpAddress::parse(address), port};
}

template <typename Record>
std::string alb(const Record& record) {
    std::string text;
    l7::append_alb_line(text, record);
    return text;
}
template <typename Record>
std::string json(const Record& record) {
    std::string text;
    l7::append_json_line(text, record);
    return text;
}

std::string quoted(std::string_view text) {
    std::string line;
    l7::append_quoted(line, text);
    return line;
}
std::string json_string(std::string_view text) {
    std::string line;
    l7::append_json_string(line, text);
    return line;
}

} // namespace

TEST_CASE("a request's line has ALB's fields in ALB's order") {
    const std::vector<l7::TargetTry> tries{{at("10.0.0.1", 80), 0}, {at("10.0.0.2", 80), 200}};
    const l7::AccessRecord record{
        .type = l7::RequestType::h2,
        .time = now,
        .creation_time = now - 1s,
        .listener = "web",
        .client = at("2001:db8::7", 50'000),
        .target = at("10.0.0.2", 80),
        .request_processing_time = 1'999us,
        .target_processing_time = 12s + 34'567us,
        .response_processing_time = 0us,
        .elb_status_code = 200,
        .target_status_code = 200,
        .received_bytes = 100,
        .sent_bytes = 5'000'000'000,
        .method = "GET",
        .host = "shop.example",
        .port = 443,
        .is_tls = true,
        .path = "/a?b=\"c\"",
        .version = "HTTP/2.0",
        .user_agent = "curl/8 \"x\"\n",
        .ssl_cipher = "TLS_AES_128_GCM_SHA256",
        .ssl_protocol = "TLSv1.3",
        .target_group = "web group",
        .trace_id = "Root=1-2-3",
        .domain_name = "shop.example",
        .chosen_cert = "shop",
        .matched_rule_priority = 10,
        .actions_executed = "forward",
        .tries = tries,
        .classification = "Ambiguous",
        .classification_reason = "UndefinedTransferEncodingSemantics",
        .conn_trace_id = "TID_00",
    };
    CHECK(
        alb(record) ==
        "h2 2026-11-21T12:00:00.123456Z web [2001:db8::7]:50000 10.0.0.2:80 0.001 12.034 0.000 200 200 100 5000000000 "
        "\"GET https://shop.example:443/a?b=\\x22c\\x22 HTTP/2.0\" \"curl/8 \\x22x\\x22\\x0A\" TLS_AES_128_GCM_SHA256 "
        "TLSv1.3 web\\x20group \"Root=1-2-3\" \"shop.example\" \"shop\" 10 2026-11-21T11:59:59.123456Z \"forward\" "
        "\"-\" \"-\" \"10.0.0.1:80,10.0.0.2:80\" \"-,200\" \"Ambiguous\" \"UndefinedTransferEncodingSemantics\" "
        "TID_00\n");
    CHECK(json(record).find(R"("targets":[{"target":"10.0.0.1:80"},{"target":"10.0.0.2:80","status_code":200}])") !=
          std::string::npos);
}

TEST_CASE("a request that could not be read leaves a line as well") {
    const l7::AccessRecord record{.time = now, .creation_time = now, .listener = "web", .client = at("192.0.2.1", 7)};
    CHECK(alb(record) ==
          "http 2026-11-21T12:00:00.123456Z web 192.0.2.1:7 - -1 -1 -1 - - 0 0 \"- - - \" \"-\" - - - "
          "\"-\" \"-\" \"-\" -1 2026-11-21T12:00:00.123456Z \"-\" \"-\" \"-\" \"-\" \"-\" \"-\" \"-\" -\n");
    CHECK(json(record) == "{\"type\":\"http\",\"time\":\"2026-11-21T12:00:00.123456Z\",\"listener\":\"web\",\"client\":"
                          "\"192.0.2.1:7\",\"received_bytes\":0,\"sent_bytes\":0,\"request_creation_time\":"
                          "\"2026-11-21T12:00:00.123456Z\"}\n");
}

TEST_CASE("a user agent is cut where ALB cuts it") {
    const std::string agent(9000, 'a');
    const l7::AccessRecord record{.user_agent = agent};
    CHECK(alb(record).find("\"" + std::string(8192, 'a') + "\"") != std::string::npos);
    CHECK(json(record).find("\"" + std::string(8192, 'a') + "\"") != std::string::npos);
}

TEST_CASE("a connection's line has ALB's fields in ALB's order") {
    l7::ConnectionRecord record{
        .time = now, .client = at("192.0.2.1", 7), .listener_port = 80, .conn_trace_id = "TID_0"};
    CHECK(alb(record) == "2026-11-21T12:00:00.123456Z 192.0.2.1 7 80 - - - \"-\" - - - TID_0\n");
    record.tls_protocol = "TLSv1.3";
    record.tls_cipher = "TLS_AES_128_GCM_SHA256";
    record.tls_handshake_latency = 4'999us;
    record.leaf_client_cert_subject = "CN=a\"b";
    record.leaf_client_cert_validity = "NotBefore=2026-11-21T12:00:00Z;NotAfter=2026-11-22T12:00:00Z";
    record.leaf_client_cert_serial_number = "01ab";
    record.tls_verify_status = "Success";
    CHECK(alb(record) == "2026-11-21T12:00:00.123456Z 192.0.2.1 7 80 TLSv1.3 TLS_AES_128_GCM_SHA256 0.004 "
                         "\"CN=a\\x22b\" NotBefore=2026-11-21T12:00:00Z;NotAfter=2026-11-22T12:00:00Z 01ab Success "
                         "TID_0\n");
    CHECK(json(record).find(R"("tls_handshake_latency":0.004999,"leaf_client_cert_subject":"CN=a\"b")") !=
          std::string::npos);
}

TEST_CASE("what peers write ends no line and no field") {
    CHECK(quoted("") == "\"-\"");
    CHECK(quoted(std::string_view("a\0\r\n\t\x7f\x80\"\\ z", 11)) == "\"a\\x00\\x0D\\x0A\\x09\\x7F\\x80\\x22\\x5C z\"");
    CHECK(json_string(std::string_view("a\0\n\x7f\"\\/\xc3\xa9", 9)) == "\"a\\u0000\\u000a\\u007f\\\"\\\\/\xc3\xa9\"");
    CHECK(json_string("\xe2\x82\xac\xf0\x9f\x98\x80") == "\"\xe2\x82\xac\xf0\x9f\x98\x80\"");
    // Cut, overlong, a surrogate, above U+10FFFF, and lone bytes (RFC 3629).
    CHECK(json_string("\xe2\x82") == R"("\ufffd\ufffd")");
    CHECK(json_string("\xc0\xaf") == R"("\ufffd\ufffd")");
    CHECK(json_string("\xe0\x9f\xbf") == R"("\ufffd\ufffd\ufffd")");
    CHECK(json_string("\xed\xa0\x80") == R"("\ufffd\ufffd\ufffd")");
    CHECK(json_string("\xf4\x90\x80\x80") == R"("\ufffd\ufffd\ufffd\ufffd")");
    CHECK(json_string("\xf0\x8f\xbf\xbf") == R"("\ufffd\ufffd\ufffd\ufffd")");
    CHECK(json_string("\x80z\xff") == R"("\ufffdz\ufffd")");
}

TEST_CASE("lines wait for the end of the round, and go over in order") {
    l7::LineQueue queue;
    std::string read;
    const auto take = [&] { return queue.take([&](const std::string& text) { read += text; }); };
    queue.write([](std::string& text) { text += "one\n"; });
    CHECK_FALSE(take());
    queue.flush();
    queue.flush();
    queue.write([](std::string& text) { text += "two\n"; });
    queue.flush();
    CHECK(take());
    CHECK(take());
    CHECK_FALSE(take());
    CHECK(read == "one\ntwo\n");
    queue.write([](std::string&) {});
    queue.flush();
    CHECK_FALSE(take());
}

TEST_CASE("when nobody writes lines to disk they are dropped and counted, and there is room again afterwards") {
    l7::LineQueue queue;
    const std::string line = std::string(999, 'x') + "\n";
    constexpr unsigned lines = 2000;
    for (unsigned i = 0; i < lines; ++i)
        queue.write([&](std::string& text) { text += line; });
    CHECK(queue.dropped() == lines - l7::LineQueue::blocks * 66);
    std::size_t bytes = 0;
    while (queue.take([&](const std::string& text) { bytes += text.size(); })) {
    }
    CHECK(bytes == l7::LineQueue::blocks * 66 * line.size());
    const std::uint64_t dropped = queue.dropped();
    std::string read;
    queue.write([](std::string& text) { text += "again\n"; });
    queue.flush();
    CHECK(queue.take([&](const std::string& text) { read = text; }));
    CHECK(read == "again\n");
    CHECK(queue.dropped() == dropped);
}

TEST_CASE("two threads lose no line but those that are counted") {
    l7::LineQueue queue;
    constexpr std::uint64_t lines = 300'000;
    std::atomic<bool> is_done = false;
    std::thread reactor([&] {
        for (std::uint64_t i = 0; i < lines; ++i) {
            queue.write([&](std::string& text) { text += "0123456789\n"; });
            if (i % 64 == 0) queue.flush();
        }
        queue.flush();
        is_done = true;
    });
    std::uint64_t bytes = 0;
    const auto take = [&] { return queue.take([&](const std::string& text) { bytes += text.size(); }); };
    while (!is_done)
        take();
    reactor.join();
    while (take()) {
    }
    CHECK(bytes / 11 + queue.dropped() == lines);
    CHECK(bytes % 11 == 0);
}
