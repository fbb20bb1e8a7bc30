// SPDX-License-Identifier: Apache-2.0
// What is written down of a request when it is over.
#include "balance/serve/exchange.hpp"

#include "balance/rules/host.hpp"
#include "balance/serve/engine.hpp"

namespace sallyport::serve {
namespace {

l7::RequestType type_of(const http::RequestHead& request, bool is_tls, bool is_tunnel) {
    if (is_tunnel) return is_tls ? l7::RequestType::wss : l7::RequestType::ws;
    if (request.version == http::Version::http2) {
        const http::Field* const type = http::find(request.fields, "content-type");
        const bool is_grpc = type != nullptr && type->value.starts_with("application/grpc");
        if (is_grpc) return is_tls ? l7::RequestType::grpcs : l7::RequestType::grpc;
        return l7::RequestType::h2;
    }
    return is_tls ? l7::RequestType::https : l7::RequestType::http;
}

std::string_view version_text(http::Version version) {
    switch (version) {
    case http::Version::http10:
        return "HTTP/1.0";
    case http::Version::http11:
        return "HTTP/1.1";
    case http::Version::http2:
        return "HTTP/2.0";
    }
    return "-";
}

l7::AccessRecord::Time between(Time from, Time to) {
    if (from == Time{} || to == Time{} || to < from) return std::nullopt;
    return std::chrono::duration_cast<std::chrono::microseconds>(to - from);
}

} // namespace

void Exchange::write_down() {
    const LogQueues* const log = engine_.log(listener_->log);
    if (log == nullptr || log->requests == nullptr) return;
    l7::AccessRecord record;
    record.type = type_of(request_, connection_->is_tls, state_.was_tunnel);
    record.time = engine_.wall_clock();
    record.creation_time = state_.created;
    record.listener = listener_->name;
    record.client = {connection_->peer, connection_->peer_port};
    if (!tries_.empty()) record.target = tries_.back().log.target;
    record.request_processing_time = between(state_.began, state_.sent);
    record.target_processing_time = between(state_.sent, state_.answered);
    record.response_processing_time = between(state_.answered, engine_.reactor().now());
    record.elb_status_code = state_.status;
    record.target_status_code = state_.target_status;
    record.received_bytes = state_.received_bytes;
    record.sent_bytes = state_.sent_bytes;
    record.method = request_.method;
    record.host = rules::split_authority(state_.authority).host;
    record.port = listener_->port;
    record.is_tls = connection_->is_tls;
    record.path = request_.target;
    record.version = version_text(request_.version);
    if (const http::Field* const agent = http::find(request_.fields, "User-Agent")) record.user_agent = agent->value;
    record.ssl_cipher = connection_->tls_cipher;
    record.ssl_protocol = connection_->tls_protocol;
    if (group_ != nullptr) record.target_group = group_->name;
    record.trace_id = state_.trace_id;
    record.domain_name = connection_->server_name;
    record.chosen_cert = connection_->certificate_serial;
    if (rule_ != nullptr) record.matched_rule_priority = rule_->priority;
    record.actions_executed = state_.actions;
    record.redirect_url = redirect_url_;
    std::vector<l7::TargetTry> tries;
    for (const Try& each : tries_)
        tries.push_back(each.log);
    record.tries = tries;
    if (state_.desync.worst != http::DesyncClass::compliant) {
        record.classification = http::word(state_.desync.worst);
        record.classification_reason = http::word(state_.desync.reason);
    }
    record.conn_trace_id = connection_->trace_id.text();
    write_line(*log->requests, log->format, record);
}

} // namespace sallyport::serve
