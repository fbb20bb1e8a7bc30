// SPDX-License-Identifier: Apache-2.0
// What src/balance/l7 writes, for programs that others wrote to read it (l7_oracle.py). A line of standard input gives
// a line or two of output. usage: l7_lines seal|open KEY, l7_lines dates|ends|logs
#include "balance/l7/access_log.hpp"
#include "balance/l7/connection_log.hpp"
#include "balance/l7/hex.hpp"
#include "balance/l7/stickiness.hpp"

#include <chrono>
#include <cstdio>
#include <iostream>
#include <string>

using namespace sallyport;

namespace {

l7::CookieSealer sealer_of(const std::string& key) {
    return {std::make_shared<const l7::CookieKeys>(*l7::CookieKeys::parse(key)), {1, 2}};
}

/// kind group target expires -> the sealed text.
void seal(l7::CookieSealer& sealer, const std::string& line) {
    unsigned kind = 0;
    unsigned long group = 0;
    unsigned long target = 0;
    long expires = 0;
    if (std::sscanf(line.c_str(), "%u %lu %lu %ld", &kind, &group, &target, &expires) != 4) return;
    l7::SealedText text;
    const std::chrono::sys_seconds end{std::chrono::seconds(expires)};
    if (!sealer.seal({static_cast<l7::SealedKind>(kind), group, target, end}, text)) return;
    std::cout << std::string_view(text.data(), text.size()) << '\n';
}

void open(l7::CookieSealer& sealer, const std::string& line) {
    const auto content = sealer.open(line);
    if (!content) {
        std::cout << "-\n";
        return;
    }
    std::cout << static_cast<unsigned>(content->kind) << ' ' << content->group << ' ' << content->target << ' '
              << content->expires.time_since_epoch().count() << '\n';
}

std::string unhex(const std::string& text) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        bytes += static_cast<char>(l7::hex_digit(text[i]) * 16 + l7::hex_digit(text[i + 1]));
    return bytes;
}

/// The peer's bytes in all places where a peer's may be: four lines.
void log(const std::string& peer) {
    const auto client = l7::LogAddress{*IpAddress::parse("2001:db8::7"), 50'000};
    const std::array<l7::TargetTry, 2> tries{{{client, 0}, {{*IpAddress::parse("192.0.2.1"), 80}, 200}}};
    const l7::UnixTime now(std::chrono::microseconds(1'795'262'400'123'456));
    const l7::AccessRecord request{.type = l7::RequestType::https,
                                   .time = now,
                                   .creation_time = now,
                                   .listener = "web",
                                   .client = client,
                                   .target = tries[1].target,
                                   .elb_status_code = 200,
                                   .target_status_code = 200,
                                   .method = peer.empty() ? "GET" : std::string_view(peer),
                                   .host = peer,
                                   .port = 443,
                                   .path = peer,
                                   .version = "HTTP/1.1",
                                   .user_agent = peer,
                                   .ssl_cipher = "TLS_AES_128_GCM_SHA256",
                                   .ssl_protocol = "TLSv1.3",
                                   .target_group = "web",
                                   .trace_id = peer,
                                   .domain_name = peer,
                                   .chosen_cert = "shop",
                                   .matched_rule_priority = 0,
                                   .actions_executed = "redirect",
                                   .redirect_url = peer,
                                   .error_reason = peer,
                                   .tries = tries,
                                   .classification = "Severe",
                                   .classification_reason = "BadUri",
                                   .conn_trace_id = "TID_0"};
    const l7::ConnectionRecord connection{.time = now,
                                          .client = client,
                                          .listener_port = 443,
                                          .tls_protocol = "TLSv1.3",
                                          .tls_cipher = "TLS_AES_128_GCM_SHA256",
                                          .tls_handshake_latency = std::chrono::microseconds(5001),
                                          .leaf_client_cert_subject = peer,
                                          .leaf_client_cert_validity =
                                              "NotBefore=2026-11-21T12:00:00Z;NotAfter=2026-11-21T12:00:00Z",
                                          .leaf_client_cert_serial_number = "01ab",
                                          .tls_verify_status = peer,
                                          .conn_trace_id = "TID_0"};
    std::string text;
    l7::append_alb_line(text, request);
    l7::append_json_line(text, request);
    l7::append_alb_line(text, connection);
    l7::append_json_line(text, connection);
    std::cout << text;
}

} // namespace

int main(int argc, char** argv) {
    const std::string mode = argc > 1 ? argv[1] : "";
    l7::CookieSealer sealer = sealer_of(argc > 2 ? argv[2] : std::string(64, '0'));
    l7::DateText date;
    for (std::string line; std::getline(std::cin, line);) {
        if (mode == "seal") seal(sealer, line);
        if (mode == "open") open(sealer, line);
        if (mode == "dates") std::cout << date.at(l7::UnixTime(std::chrono::seconds(std::stol(line)))) << '\n';
        if (mode == "ends") {
            const auto end = l7::cookie_end(line, l7::UnixTime());
            std::cout << (end ? std::to_string(end->time_since_epoch().count()) : "-") << '\n';
        }
        if (mode == "logs") log(unhex(line));
    }
    return 0;
}
