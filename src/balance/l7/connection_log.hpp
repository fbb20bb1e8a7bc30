// SPDX-License-Identifier: Apache-2.0
// What is written down of a client's connection: one line, with the fields of ALB's connection log in their order, or
// as JSON under the same names.
#pragma once

#include "balance/l7/line_text.hpp"
#include "balance/l7/unix_time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sallyport::l7 {

/// Empty texts and no value mean: not known, or not so (no TLS, no certificate).
struct ConnectionRecord {
    UnixTime time;
    LogAddress client;
    std::uint16_t listener_port = 0;
    std::string_view tls_protocol;
    std::string_view tls_cipher;
    std::optional<std::chrono::microseconds> tls_handshake_latency; // of one that succeeded
    std::string_view leaf_client_cert_subject;
    std::string_view leaf_client_cert_validity; // "NotBefore=2026-01-01T00:00:00Z;NotAfter=2027-01-01T00:00:00Z"
    std::string_view leaf_client_cert_serial_number;
    std::string_view tls_verify_status; // "Success", "Failed:ClientCertUntrusted"
    std::string_view conn_trace_id;
};

/// With the '\n'.
void append_alb_line(std::string& text, const ConnectionRecord& record);
void append_json_line(std::string& text, const ConnectionRecord& record);

} // namespace sallyport::l7
