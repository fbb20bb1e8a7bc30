// SPDX-License-Identifier: Apache-2.0
// What is written down of a request: one line, with the fields of ALB's access log in their order, or as JSON under the
// same names.
#pragma once

#include "balance/l7/line_text.hpp"
#include "balance/l7/unix_time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sallyport::l7 {

enum class RequestType : std::uint8_t { http, https, h2, grpc, grpcs, ws, wss };

struct TargetTry {
    LogAddress target;
    std::uint16_t status = 0; // 0: no answer
};

/// Empty texts, 0 as a status and no value mean: not known, or not so.
struct AccessRecord {
    using Time = std::optional<std::chrono::microseconds>;

    RequestType type = RequestType::http;
    UnixTime time;             // the answer's end
    UnixTime creation_time;    // the request's first byte
    std::string_view listener; // ALB's `elb`
    LogAddress client;
    std::optional<LogAddress> target;
    Time request_processing_time;  // from the request's head to the target's getting it
    Time target_processing_time;   // to the target's head
    Time response_processing_time; // to the client's getting it
    std::uint16_t elb_status_code = 0;
    std::uint16_t target_status_code = 0;
    std::uint64_t received_bytes = 0;
    std::uint64_t sent_bytes = 0;
    std::string_view method; // empty: no request could be read
    std::string_view host;   // without the port
    std::uint16_t port = 0;  // of the listener
    bool is_tls = false;
    std::string_view path;    // and query, as the client wrote them
    std::string_view version; // "HTTP/1.1"
    std::string_view user_agent;
    std::string_view ssl_cipher;
    std::string_view ssl_protocol;
    std::string_view target_group;
    std::string_view trace_id;
    std::string_view domain_name; // of SNI
    std::string_view chosen_cert;
    std::optional<std::uint32_t> matched_rule_priority; // 0: the default action
    std::string_view actions_executed;                  // "forward", "waf,redirect"
    std::string_view redirect_url;
    std::string_view error_reason;
    std::span<const TargetTry> tries; // all targets that were asked, in order
    std::string_view classification;
    std::string_view classification_reason;
    std::string_view conn_trace_id;
};

/// With the '\n'. Lists of targets have commas between, not ALB's blanks, with which Athena's published table finds no
/// column; with one target there is no difference.
void append_alb_line(std::string& text, const AccessRecord& record);
void append_json_line(std::string& text, const AccessRecord& record);

} // namespace sallyport::l7
