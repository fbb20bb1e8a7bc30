// SPDX-License-Identifier: Apache-2.0
// The client's side of a request's life, and what the rules make of it. Its target's side: exchange_target.cpp.
#include "balance/serve/exchange.hpp"

#include "balance/l7/error_page.hpp"
#include "balance/l7/forwarded_headers.hpp"
#include "balance/rules/choose_group.hpp"
#include "balance/rules/header_changes.hpp"
#include "balance/rules/redirect.hpp"
#include "balance/serve/engine.hpp"
#include "balance/serve/prepare.hpp"

#include <algorithm>
#include <utility>

namespace sallyport::serve {

Exchange::Exchange(Engine& engine) : engine_(engine), timer_(engine.reactor().timers(), [this] { on_time(); }) {}

Exchange::~Exchange() = default;

void Exchange::recycle() {
    timer_.cancel();
    arena_.clear();
    request_.clear();
    client_ = nullptr;
    connection_ = nullptr;
    rule_ = nullptr;
    listener_.reset();
    group_.reset();
    target_ = nullptr;
    tries_.clear();
    excluded_.clear();
    held_.clear();
    trailers_.clear();
    redirect_url_.clear();
    state_ = {};
}

void Exchange::start(ClientStream& stream, const ClientConnection& connection, http::DesyncReport desync) {
    client_ = &stream;
    connection_ = &connection;
    listener_ = engine_.newest(connection.listener);
    state_.desync = desync;
    state_.began = engine_.reactor().now();
    state_.created = engine_.wall_clock();
    engine_.count().requests.add(1);
    engine_.enter(*this);
}

void Exchange::begin(ClientStream& stream, const ClientConnection& connection, http::DesyncReport desync) {
    start(stream, connection, desync);
    const config::HttpServer& server = listener_->http;
    clean_request(server, request_);
    state_.request_ended = request_.body.framing == http::Framing::none ||
                           (request_.body.framing == http::Framing::length && request_.body.length == 0);
    state_.upgrade = request_.upgrade;
    state_.authority = request_.authority;
    state_.trace_id = l7::add_trace(server.trace, state_.created, engine_.random(), arena_, request_.fields);
    if (connection.is_too_much) {
        client_->close_afterwards();
        return answer(503);
    }
    switch (http::judge(server.desync, desync)) {
    case http::DesyncVerdict::refuse:
        client_->close_afterwards();
        return answer(400);
    case http::DesyncVerdict::forward_and_close:
        client_->close_afterwards();
        state_.closes_target = true;
        break;
    case http::DesyncVerdict::forward:
        break;
    }
    if (l7::count_addresses(request_.fields) > l7::max_forwarded_addresses) return answer(463);
    const std::uint64_t most = server.limits.request_body_bytes;
    if (most > 0 && request_.body.framing == http::Framing::length && request_.body.length > most) return answer(413);
    if (request_.method == "TRACE") return answer(405);
    route();
}

void Exchange::refuse(ClientStream& stream, const ClientConnection& connection, std::uint16_t status,
                      http::DesyncReport desync) {
    start(stream, connection, desync);
    state_.request_ended = true;
    client_->close_afterwards();
    answer(status);
}

rules::RequestFacts Exchange::facts() const noexcept {
    return {.head = request_,
            .client = connection_->peer,
            .scheme = connection_->is_tls ? "https" : "http",
            .listener_port = listener_->port};
}

void Exchange::route() {
    rule_ = &listener_->rules.match(facts());
    if (const auto* fixed = std::get_if<config::FixedResponse>(&rule_->action)) return answer_fixed(*fixed);
    if (const auto* redirection = std::get_if<config::RedirectAction>(&rule_->action)) return redirect(*redirection);
    forward(std::get<config::ForwardAction>(rule_->action));
}

void Exchange::answer_fixed(const config::FixedResponse& action) {
    state_.actions = "fixed-response";
    http::ResponseHead head;
    head.status = action.status;
    l7::add_own_fields(listener_->http, engine_.date(), head.fields);
    if (!action.body.empty()) head.fields.push_back({"Content-Type", action.content_type});
    answer_with(head, action.body);
}

void Exchange::redirect(const config::RedirectAction& action) {
    state_.actions = "redirect";
    const auto location = rules::location_of(action, facts());
    // Who sends no host, or one that is none, can not be told where to go.
    if (!location) return answer(location.error() == rules::RedirectFault::no_host ? 400 : 414);
    redirect_url_ = *location;
    http::ResponseHead head;
    head.status = action.status;
    l7::add_own_fields(listener_->http, engine_.date(), head.fields);
    head.fields.push_back({"Location", redirect_url_});
    answer_with(head, {});
}

void Exchange::forward(const config::ForwardAction& action) {
    state_.actions = "forward";
    const World& world = engine_.world();
    const auto takes = [&](std::uint16_t number) {
        const TargetGroupIndex index = listener_->groups[number];
        return index < world.groups.size() && world.groups[index] != nullptr && world.directory != nullptr &&
               !world.directory->groups[index].takers.empty();
    };
    std::uint16_t share = no_index;
    if (action.group_stickiness.count() > 0) {
        const auto seat = engine_.stickiness().group(request_.fields, state_.created);
        for (std::uint16_t i = 0; seat && i < rule_->shares.size(); ++i) {
            const std::uint16_t number = rule_->shares[i].group;
            if (takes(number) && world.groups[listener_->groups[number]]->identity == *seat) share = i;
        }
    }
    if (share == no_index) share = rules::choose_group(*rule_, engine_.random().next(), takes);
    if (share == no_index) return answer(503);
    state_.group_index = listener_->groups[rule_->shares[share].group];
    group_ = world.groups[state_.group_index];
    // gRPC is POST over HTTP/2; what else is asked can not be said in it.
    if (group_->http.version == config::ProtocolVersion::grpc &&
        (request_.version != http::Version::http2 || request_.method != "POST"))
        return answer(464);
    if (!prepare_request({*listener_, *connection_, *rule_}, arena_, engine_.random(), request_)) return answer(500);
    try_target();
}

bool Exchange::on_body(std::string_view bytes) {
    if (state_.phase == Phase::over) return true;
    state_.received_bytes += bytes.size();
    engine_.count().bytes_in.add(bytes.size());
    touch();
    const std::uint64_t most = listener_->http.limits.request_body_bytes;
    if (most > 0 && state_.received_bytes > most && state_.phase != Phase::tunnel) {
        on_client_fault(413, {});
        return true;
    }
    if (state_.phase == Phase::opening) {
        held_.append(bytes);
        pause_client();
        return false;
    }
    if (target_ == nullptr) return true; // answered without it
    state_.body_sent = true;
    target_->send_body(bytes);
    if (target_->is_congested()) pause_client();
    return !state_.client_paused;
}

/// Until then it is the target who is slow, not the client.
void Exchange::pause_client() {
    state_.client_paused = true;
    state_.rate_since = {};
    touch();
}

void Exchange::resume_client() {
    state_.client_paused = false;
    touch();
    client_->resume();
}

void Exchange::on_end(const http::Fields& trailers) {
    if (state_.phase == Phase::over) return;
    if (state_.request_ended && state_.upgrade.empty()) return; // the head has said so
    state_.request_ended = true;
    touch();
    if (state_.phase == Phase::opening) {
        trailers_ = trailers;
    } else if (target_ != nullptr) {
        target_->send_end(trailers);
    }
}

void Exchange::on_client_fault(std::uint16_t status, http::DesyncReport desync) {
    if (state_.phase == Phase::over) return;
    state_.desync.note(desync.worst, desync.reason);
    leave_target();
    client_->close_afterwards();
    if (!state_.head_sent) return answer(status);
    fall();
}

void Exchange::on_client_gone() {
    if (state_.phase == Phase::over) return;
    leave_target();
    if (!state_.head_sent) state_.status = 460;
    end();
}

void Exchange::on_client_drained() {
    touch();
    if (!state_.target_paused || client_->is_congested()) return;
    state_.target_paused = false;
    if (target_ != nullptr) target_->resume();
}

void Exchange::answer(std::uint16_t status) {
    http::ResponseHead head;
    const std::string_view content = l7::answer_error(listener_->http, status, engine_.date(), head);
    answer_with(head, content);
}

void Exchange::answer_with(http::ResponseHead& head, std::string_view content) {
    if (request_.version == http::Version::http2 && !state_.upgrade.empty() && head.status / 100 == 2)
        return answer(502); // it would mean that a tunnel is there
    if (rule_ != nullptr) rules::apply(rule_->response_headers, head.fields, arena_);
    head.body = {http::Framing::length, content.size()};
    if (request_.method == "HEAD") {
        head.told_length = content.size();
        head.body = {};
        content = {};
    } else if (head.status == 204 || head.status == 304) {
        head.body = {};
        content = {};
    }
    state_.status = head.status;
    state_.head_sent = true;
    state_.answered = engine_.reactor().now();
    count_answer(engine_.count().answers_of_the_gateway, head.status);
    client_->send_head(head);
    if (!content.empty()) client_->send_body(content);
    state_.sent_bytes += content.size();
    client_->send_end({});
    finish();
}

void Exchange::touch() {
    const Time now = engine_.reactor().now();
    const config::HttpTimeouts& timeouts = listener_->http.timeouts;
    Time deadline = now + timeouts.idle;
    if (timeouts.target_response.count() > 0 && state_.phase == Phase::sent && state_.request_ended) {
        if (state_.waits_since == Time{}) state_.waits_since = now;
        deadline = std::min(deadline, state_.waits_since + timeouts.target_response);
    }
    if (watches_rate()) deadline = std::min(deadline, state_.rate_since + rate_window);
    timer_.set(deadline);
}

bool Exchange::watches_rate() {
    if (listener_->http.timeouts.body_bytes_per_second == 0 || state_.request_ended || state_.client_paused ||
        state_.phase == Phase::tunnel)
        return false;
    if (state_.rate_since == Time{}) {
        state_.rate_since = engine_.reactor().now();
        state_.rate_bytes = state_.received_bytes;
    }
    return true;
}

void Exchange::on_time() {
    const Time now = engine_.reactor().now();
    const config::HttpTimeouts& timeouts = listener_->http.timeouts;
    if (watches_rate() && now >= state_.rate_since + rate_window) {
        const std::uint64_t wanted = std::uint64_t{timeouts.body_bytes_per_second} *
                                     static_cast<std::uint64_t>(std::chrono::seconds(rate_window).count());
        if (state_.received_bytes - state_.rate_bytes < wanted) return on_client_fault(408, {});
        state_.rate_since = now;
        state_.rate_bytes = state_.received_bytes;
        return touch();
    }
    const bool waits_for_client = !state_.request_ended && !state_.client_paused && state_.phase != Phase::tunnel;
    const bool waits_for_target = !waits_for_client && !state_.target_paused && state_.phase != Phase::tunnel;
    if (waits_for_target) count_failure();
    leave_target();
    if (state_.head_sent) return fall();
    if (waits_for_client) {
        client_->close_afterwards();
        return answer(408);
    }
    answer(504);
}

void Exchange::finish() {
    leave_target();
    end();
    client_->finished();
}

/// The answer breaks off.
void Exchange::fall() {
    leave_target();
    end();
    client_->abort();
}

void Exchange::end() {
    if (state_.phase == Phase::over) return;
    state_.phase = Phase::over;
    timer_.cancel();
    engine_.leave(*this);
    engine_.count().bytes_out.add(state_.sent_bytes);
    write_down();
}

} // namespace sallyport::serve
