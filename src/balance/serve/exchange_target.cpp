// SPDX-License-Identifier: Apache-2.0
// A request's way to a target and the answer's way back: who is asked, who is asked next, and what is passed on.
#include "balance/serve/exchange.hpp"

#include "balance/l7/sealed_cookie.hpp"
#include "balance/rules/header_changes.hpp"
#include "balance/serve/engine.hpp"
#include "balance/serve/prepare.hpp"

#include <algorithm>
#include <utility>

namespace sallyport::serve {
namespace {

constexpr std::size_t most_tries = 4;
constexpr std::uint8_t protocol_tcp = 6;

} // namespace

TargetIndex Exchange::choose() {
    const World& world = engine_.world();
    if (world.directory == nullptr || state_.group_index >= world.directory->groups.size()) return no_index;
    if (group_->http.cookie != config::CookieKind::none) {
        const auto seat = engine_.stickiness().target(request_.fields, group_->http, group_->identity, state_.created);
        if (seat) {
            for (const TargetIndex index : world.directory->groups[state_.group_index].takers) {
                const balance::Target& target = world.directory->targets[index];
                if (l7::target_identity(target.address, target.port) == *seat &&
                    std::ranges::find(excluded_, index) == excluded_.end())
                    return index;
            }
        }
    }
    balance::Request request;
    const IpAddress& to = listener_->address;
    request.tuple = {.source = {connection_->peer.high(), connection_->peer.low()},
                     .destination = {to.high(), to.low()},
                     .source_port = connection_->peer_port,
                     .destination_port = listener_->port,
                     .endpoint = 0,
                     .protocol = protocol_tcp,
                     .family = connection_->peer.family()};
    request.excluded = excluded_;
    request.now = instant_of(engine_.reactor().now());
    return engine_.choose(state_.group_index, request);
}

void Exchange::try_target() {
    while (true) {
        const TargetIndex index = choose();
        if (index == no_index) return answer(tries_.empty() || state_.is_short ? 503 : 502);
        const balance::Target& target = engine_.world().directory->targets[index];
        tries_.push_back({index, {{target.address, target.port}, 0}});
        engine_.books().targets[index].flows_created.add(1);
        state_.is_joined = true;
        state_.phase = Phase::opening;
        TargetPlace place{.group = group_, .address = target.address, .port = target.port, .client = {}};
        if (engine_.world().directory->groups[target.group].notes_clients) place.client = connection_->peer;
        const OpenedTarget opened = engine_.pools().open(place,
                                                         {.limits = listener_->http.limits,
                                                          .connect_timeout = listener_->http.timeouts.target_connect,
                                                          .fresh = state_.wants_fresh || state_.closes_target,
                                                          .client_port = connection_->peer_port},
                                                         *this);
        target_ = opened.stream;
        state_.is_reused = opened.is_reused;
        if (target_ != nullptr) {
            if (opened.is_ready) {
                send_request();
            } else {
                touch();
            }
            return;
        }
        state_.is_short = opened.fault == TargetFault::shortage;
        if (!state_.is_short) count_failure();
        if (!may_try_again(opened.fault)) return answer(state_.is_short ? 503 : 502);
    }
}

/// Counts the fault, and says whether another target, or the same one anew, may be asked.
bool Exchange::may_try_again(TargetFault fault) {
    const TargetIndex index = tries_.back().index;
    TargetCounters& counters = engine_.books().targets[index];
    if (fault == TargetFault::refused) counters.refused.add(1);
    if (fault == TargetFault::connect_time) counters.unanswered.add(1);
    const bool was_sent = state_.phase != Phase::opening;
    const bool was_reused = state_.is_reused;
    leave_target();
    if (state_.head_sent || tries_.size() >= most_tries) return false;
    // Content that has gone is not here any more.
    if (was_sent && state_.body_sent) return false;
    if (was_sent && fault != TargetFault::unprocessed) {
        const bool is_safe = fault == TargetFault::closed && group_->http.retries && is_idempotent(request_.method) &&
                             request_.upgrade.empty();
        if (!is_safe) return false;
    }
    if (was_sent && fault == TargetFault::unprocessed) {
        // The connection leaves, the target is well: another connection, and then one that nobody else fills up.
        state_.wants_fresh = tries_.size() > 1;
    } else if (was_sent && was_reused) {
        // It may have closed a connection that waited, and be well: it is asked once more on one of its own.
        state_.wants_fresh = true;
    } else {
        excluded_.push_back(index);
    }
    engine_.count().retries.add(1);
    return true;
}

void Exchange::on_target_fault(TargetFault fault) {
    target_ = nullptr;
    if (is_its_own(fault)) count_failure();
    lose_target(fault);
}

/// Not of a connection that had waited, and was closed just as it was needed; and tunnels end as they please.
bool Exchange::is_its_own(TargetFault fault) const noexcept {
    if (fault == TargetFault::unprocessed || state_.phase == Phase::tunnel) return false;
    return fault != TargetFault::closed || !state_.is_reused || state_.target_status != 0;
}

/// One outcome a try, the first one that shows.
void Exchange::count_outcome(Counter TargetCounters::*outcome) noexcept {
    if (std::exchange(tries_.back().has_outcome, true)) return;
    (engine_.books().targets[tries_.back().index].*outcome).add(1);
}

void Exchange::lose_target(TargetFault fault) {
    if (may_try_again(fault)) return try_target();
    if (state_.head_sent) return fall();
    answer(fault == TargetFault::connect_time ? 504 : 502);
}

void Exchange::on_new_world() {
    if (target_ == nullptr) return;
    const balance::Directory* const directory = engine_.world().directory.get();
    if (directory != nullptr && !directory->targets[tries_.back().index].ends_flows) return;
    engine_.books().targets[tries_.back().index].terminated.add(1);
    std::exchange(target_, nullptr)->cancel();
    lose_target(TargetFault::closed);
}

void Exchange::on_target_ready() {
    engine_.books().targets[tries_.back().index].answered.add(1);
    send_request();
}

void Exchange::send_request() {
    state_.phase = Phase::sent;
    state_.sent = engine_.reactor().now();
    if (state_.closes_target) target_->close_afterwards();
    target_->send_head(request_);
    if (!held_.empty()) {
        state_.body_sent = true;
        target_->send_body(held_);
        held_ = {};
    }
    if (state_.request_ended) {
        target_->send_end(trailers_);
    } else if (request_.expects_continue) {
        client_->send_continue();
    }
    touch();
    if (state_.client_paused && !target_->is_congested()) resume_client();
}

void Exchange::on_target_drained() {
    touch();
    if (!state_.client_paused || target_ == nullptr || target_->is_congested()) return;
    resume_client();
}

void Exchange::on_response_head(http::ResponseHead& head) {
    // What a client is told beforehand it has been told: 100 when its content was wanted.
    if (head.status < 200 && head.status != 101) return;
    // A 2xx would tell who asks by HTTP/2 that the tunnel is there (RFC 8441 5).
    const bool is_no_tunnel =
        request_.version == http::Version::http2 && !state_.upgrade.empty() && head.status / 100 == 2;
    if (is_no_tunnel || (head.status == 101 && state_.upgrade.empty())) {
        leave_target();
        return answer(502);
    }
    state_.answered = engine_.reactor().now();
    state_.status = state_.target_status = head.status;
    tries_.back().log.status = head.status;
    if (head.status >= 500) count_failure();
    if (head.status == 101) count_outcome(&TargetCounters::requests_succeeded);
    count_answer(engine_.count().answers_of_targets, head.status);
    if (head.status == 101) {
        state_.phase = Phase::tunnel;
        state_.was_tunnel = true;
        if (request_.version == http::Version::http2) http::erase(head.fields, "Sec-WebSocket-Accept");
        if (head.upgrade.empty()) head.upgrade = state_.upgrade;
    } else {
        state_.phase = Phase::answering;
        head.upgrade = {};
    }
    keep_client(head.fields);
    rules::apply(rule_->response_headers, head.fields, arena_);
    state_.head_sent = true;
    touch();
    client_->send_head(head);
}

/// The cookies by which the client comes back.
void Exchange::keep_client(http::Fields& fields) {
    const auto& forward = std::get<config::ForwardAction>(rule_->action);
    const l7::UnixTime now = engine_.wall_clock();
    if (forward.group_stickiness.count() > 0)
        engine_.stickiness().keep_group({.group = group_->identity,
                                         .duration = forward.group_stickiness,
                                         .amazon_names = group_->http.amazon_cookie_names},
                                        now, arena_, fields);
    if (group_->http.cookie == config::CookieKind::none) return;
    const l7::LogAddress& at = tries_.back().log.target;
    const l7::Seat seat{.group = group_->identity, .target = l7::target_identity(at.address, at.port)};
    engine_.stickiness().keep_target(group_->http, seat, now, arena_, fields);
}

bool Exchange::on_response_body(std::string_view bytes) {
    state_.sent_bytes += bytes.size();
    touch();
    client_->send_body(bytes);
    // A client that broke just now has let the target go.
    state_.target_paused = target_ != nullptr && client_->is_congested();
    return !state_.target_paused;
}

void Exchange::on_response_end(const http::Fields& trailers) {
    target_ = nullptr;
    count_outcome(&TargetCounters::requests_succeeded);
    leave_target();
    client_->send_end(trailers);
    finish();
}

void Exchange::leave_target() {
    if (TargetStream* const target = std::exchange(target_, nullptr)) target->cancel();
    if (!std::exchange(state_.is_joined, false)) return;
    TargetCounters& counters = engine_.books().targets[tries_.back().index];
    counters.flows_ended.add(1);
    counters.bytes_to.add(state_.received_bytes);
    counters.bytes_from.add(state_.sent_bytes);
}

} // namespace sallyport::serve
