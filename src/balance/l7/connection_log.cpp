// SPDX-License-Identifier: Apache-2.0
#include "balance/l7/connection_log.hpp"

namespace sallyport::l7 {
void append_alb_line(std::string& text, const ConnectionRecord& record) {
    append_time(text, record.time);
    text += ' ';
    text += record.client.address.to_string();
    text += ' ';
    append_number(text, record.client.port);
    text += ' ';
    append_number(text, record.listener_port);
    text += ' ';
    append_word(text, record.tls_protocol);
    text += ' ';
    append_word(text, record.tls_cipher);
    text += ' ';
    if (record.tls_handshake_latency) {
        append_seconds(text, *record.tls_handshake_latency, 3);
    } else {
        text += '-';
    }
    text += ' ';
    append_quoted(text, record.leaf_client_cert_subject);
    text += ' ';
    append_word(text, record.leaf_client_cert_validity);
    text += ' ';
    append_word(text, record.leaf_client_cert_serial_number);
    text += ' ';
    append_word(text, record.tls_verify_status);
    text += ' ';
    append_word(text, record.conn_trace_id);
    text += '\n';
}

void append_json_line(std::string& text, const ConnectionRecord& record) {
    JsonMembers json(text);
    json.time("time", record.time);
    json.text("client_ip", record.client.address.to_string());
    json.number("client_port", record.client.port);
    json.number("listener_port", record.listener_port);
    json.text("tls_protocol", record.tls_protocol);
    json.text("tls_cipher", record.tls_cipher);
    json.seconds("tls_handshake_latency", record.tls_handshake_latency);
    json.text("leaf_client_cert_subject", record.leaf_client_cert_subject);
    json.text("leaf_client_cert_validity", record.leaf_client_cert_validity);
    json.text("leaf_client_cert_serial_number", record.leaf_client_cert_serial_number);
    json.text("tls_verify_status", record.tls_verify_status);
    json.text("conn_trace_id", record.conn_trace_id);
    json.end();
}

} // namespace sallyport::l7
