// SPDX-License-Identifier: Apache-2.0
#include "balance/l7/access_log.hpp"

#include <algorithm>

namespace sallyport::l7 {
namespace {

constexpr std::size_t most_user_agent_bytes = 8192; // ALB cuts there

std::string_view type_word(RequestType type) noexcept {
    switch (type) {
    case RequestType::http:
        return "http";
    case RequestType::https:
        return "https";
    case RequestType::h2:
        return "h2";
    case RequestType::grpc:
        return "grpc";
    case RequestType::grpcs:
        return "grpcs";
    case RequestType::ws:
        return "ws";
    case RequestType::wss:
        return "wss";
    }
    return "-";
}

void append_processing_time(std::string& line, const AccessRecord::Time& time) {
    line += ' ';
    if (time) {
        append_seconds(line, *time, 3);
    } else {
        line += "-1";
    }
}

void append_status(std::string& line, std::uint16_t status) {
    if (status == 0) {
        line += '-';
    } else {
        append_number(line, status);
    }
}

void append_request_line(std::string& line, const AccessRecord& record) {
    if (record.method.empty()) {
        line += "\"- - - \"";
        return;
    }
    line += '"';
    append_inside_quotes(line, record.method);
    line += record.is_tls ? " https://" : " http://";
    append_inside_quotes(line, record.host);
    line += ':';
    append_number(line, record.port);
    append_inside_quotes(line, record.path);
    line += ' ';
    append_inside_quotes(line, record.version);
    line += '"';
}

void append_targets(std::string& line, std::span<const TargetTry> tries) {
    line += '"';
    if (tries.empty()) line += '-';
    for (const TargetTry& each : tries) {
        if (&each != &tries.front()) line += ',';
        append_address(line, each.target);
    }
    line += '"';
}

void append_statuses(std::string& line, std::span<const TargetTry> tries) {
    line += '"';
    if (tries.empty()) line += '-';
    for (const TargetTry& each : tries) {
        if (&each != &tries.front()) line += ',';
        append_status(line, each.status);
    }
    line += '"';
}

/// Athena's table takes no blank in these.
void append_quoted_word(std::string& line, std::string_view text) {
    line += '"';
    append_word(line, text);
    line += '"';
}

void append_alb_head(std::string& line, const AccessRecord& record) {
    line += type_word(record.type);
    line += ' ';
    append_time(line, record.time);
    line += ' ';
    append_word(line, record.listener);
    line += ' ';
    append_address(line, record.client);
    line += ' ';
    if (record.target) {
        append_address(line, *record.target);
    } else {
        line += '-';
    }
    append_processing_time(line, record.request_processing_time);
    append_processing_time(line, record.target_processing_time);
    append_processing_time(line, record.response_processing_time);
    line += ' ';
    append_status(line, record.elb_status_code);
    line += ' ';
    append_status(line, record.target_status_code);
    line += ' ';
    append_number(line, record.received_bytes);
    line += ' ';
    append_number(line, record.sent_bytes);
}

void append_alb_middle(std::string& line, const AccessRecord& record) {
    line += ' ';
    append_request_line(line, record);
    line += ' ';
    append_quoted(line, record.user_agent.substr(0, most_user_agent_bytes));
    line += ' ';
    append_word(line, record.ssl_cipher);
    line += ' ';
    append_word(line, record.ssl_protocol);
    line += ' ';
    append_word(line, record.target_group);
    for (const std::string_view text : {record.trace_id, record.domain_name, record.chosen_cert}) {
        line += ' ';
        append_quoted(line, text);
    }
}

void append_alb_tail(std::string& line, const AccessRecord& record) {
    line += ' ';
    if (record.matched_rule_priority) {
        append_number(line, *record.matched_rule_priority);
    } else {
        line += "-1";
    }
    line += ' ';
    append_time(line, record.creation_time);
    line += ' ';
    append_quoted(line, record.actions_executed);
    line += ' ';
    append_quoted(line, record.redirect_url);
    line += ' ';
    append_quoted_word(line, record.error_reason);
    line += ' ';
    append_targets(line, record.tries);
    line += ' ';
    append_statuses(line, record.tries);
    line += ' ';
    append_quoted_word(line, record.classification);
    line += ' ';
    append_quoted_word(line, record.classification_reason);
    line += ' ';
    append_word(line, record.conn_trace_id);
}

void add_json_times(JsonMembers& json, const AccessRecord& record) {
    json.seconds("request_processing_time", record.request_processing_time);
    json.seconds("target_processing_time", record.target_processing_time);
    json.seconds("response_processing_time", record.response_processing_time);
    if (record.elb_status_code != 0) json.number("elb_status_code", record.elb_status_code);
    if (record.target_status_code != 0) json.number("target_status_code", record.target_status_code);
    json.number("received_bytes", record.received_bytes);
    json.number("sent_bytes", record.sent_bytes);
}

void add_json_request(JsonMembers& json, const AccessRecord& record) {
    json.text("request_method", record.method);
    if (!record.method.empty()) {
        std::string url(record.is_tls ? "https://" : "http://");
        url += record.host;
        url += ':';
        append_number(url, record.port);
        url += record.path;
        json.text("request_url", url);
    }
    json.text("request_protocol", record.version);
    json.text("user_agent", record.user_agent.substr(0, most_user_agent_bytes));
    json.text("ssl_cipher", record.ssl_cipher);
    json.text("ssl_protocol", record.ssl_protocol);
    json.text("target_group", record.target_group);
    json.text("trace_id", record.trace_id);
    json.text("domain_name", record.domain_name);
    json.text("chosen_cert", record.chosen_cert);
}

void add_json_outcome(JsonMembers& json, const AccessRecord& record) {
    if (record.matched_rule_priority) json.number("matched_rule_priority", *record.matched_rule_priority);
    json.time("request_creation_time", record.creation_time);
    json.text("actions_executed", record.actions_executed);
    json.text("redirect_url", record.redirect_url);
    json.text("error_reason", record.error_reason);
    if (!record.tries.empty()) {
        std::string& line = json.key("targets");
        line += '[';
        for (const TargetTry& each : record.tries) {
            if (&each != &record.tries.front()) line += ',';
            line += "{\"target\":\"";
            append_address(line, each.target);
            line += '"';
            if (each.status != 0) {
                line += ",\"status_code\":";
                append_number(line, each.status);
            }
            line += '}';
        }
        line += ']';
    }
    json.text("classification", record.classification);
    json.text("classification_reason", record.classification_reason);
    json.text("conn_trace_id", record.conn_trace_id);
}

} // namespace

void append_alb_line(std::string& text, const AccessRecord& record) {
    append_alb_head(text, record);
    append_alb_middle(text, record);
    append_alb_tail(text, record);
    text += '\n';
}

void append_json_line(std::string& text, const AccessRecord& record) {
    JsonMembers json(text);
    json.text("type", type_word(record.type));
    json.time("time", record.time);
    json.text("listener", record.listener);
    json.address("client", record.client);
    json.address("target", record.target);
    add_json_times(json, record);
    add_json_request(json, record);
    add_json_outcome(json, record);
    json.end();
}

} // namespace sallyport::l7
