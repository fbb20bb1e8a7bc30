// SPDX-License-Identifier: Apache-2.0
#include "balance/serve/http1_target.hpp"

#include "balance/http/read_head.hpp"
#include "balance/http/write_head.hpp"
#include "balance/serve/socket_error.hpp"

#include <algorithm>
#include <openssl/ssl.h>
#include <utility>

namespace sallyport::serve {
namespace {

http::HeadLimits limits_of(const config::HttpLimits& limits) {
    return {.line_bytes = limits.response_headers_bytes,
            .field_bytes = limits.response_headers_bytes,
            .head_bytes = limits.response_headers_bytes,
            .fields = limits.headers};
}

} // namespace

Http1Target::Http1Target(Engine& engine, TargetPlace place, const config::HttpLimits& limits, BegunTarget begun)
    : Link(engine.reactor(), engine.links(), Transport(std::move(begun.socket))), engine_(engine),
      place_(std::move(place)), note_(std::move(begun.note)), finder_(limits_of(limits)),
      timer_(engine.reactor().timers(), [this] { on_time(); }) {
    may_write(false);
}

Http1Target::~Http1Target() = default;

void Http1Target::open(TargetUser& user, std::chrono::milliseconds connect_timeout) {
    user_ = &user;
    connect_timeout_ = connect_timeout;
    timer_.set(reactor().now() + connect_timeout);
}

void Http1Target::serve(TargetUser& user) {
    user_ = &user;
    timer_.cancel();
}

void Http1Target::on_writable() {
    if (state_ != State::connecting) return;
    note_ = {};
    if (pending_error(transport().descriptor()) != 0) return fail(TargetFault::refused);
    if (!place_.group->tls) return become_ready();
    tls::Session session = place_.group->tls->connect(place_.address, tls::Offer::http1);
    if (!session) return fail(TargetFault::tls);
    transport().start_tls(session.release());
    state_ = State::handshake;
    timer_.set(reactor().now() + connect_timeout_);
    shake_hands();
}

void Http1Target::shake_hands() {
    switch (transport().handshake()) {
    case IoState::done:
        become_ready();
        break;
    case IoState::would_block:
        break;
    default:
        engine_.count().target_tls_failures.add(1);
        fail(TargetFault::tls);
    }
}

void Http1Target::become_ready() {
    timer_.cancel();
    state_ = State::waiting;
    may_write(true);
    user_->on_target_ready();
}

void Http1Target::send_head(const http::RequestHead& head) {
    arena_.clear();
    finder_.clear();
    method_ = head.method;
    request_ended_ = false;
    is_paused_ = false;
    sends_chunks_ = head.body.framing == http::Framing::chunked;
    state_ = State::head;
    http::append_request(out(), head, !closes_);
    flush_soon();
}

void Http1Target::send_body(std::string_view bytes) {
    if (!sends_chunks_) return send(bytes);
    if (bytes.empty()) return;
    http::append_chunk_head(out(), bytes.size());
    send(bytes);
    send(http::chunk_end);
}

void Http1Target::send_end(const http::Fields& trailers) {
    request_ended_ = true;
    if (sends_chunks_) {
        http::append_last_chunk(out(), trailers);
        flush_soon();
    } else if (state_ == State::tunnel) {
        if (flush() && !has_unsent()) transport().end_write();
    }
}

void Http1Target::on_drained() {
    if (state_ == State::tunnel && request_ended_) transport().end_write();
    if (user_ != nullptr) user_->on_target_drained();
}

void Http1Target::resume() {
    if (!is_paused_) return;
    is_paused_ = false;
    if (is_taking_ || is_retired()) return;
    if (!stash_.empty()) {
        const std::string rest = stash_.release();
        take(rest);
    }
    if (!is_retired()) on_readable();
}

void Http1Target::cancel() {
    user_ = nullptr;
    close_soon();
}

void Http1Target::close_soon() {
    if (user_ != nullptr || is_retired()) return;
    end();
}

void Http1Target::on_readable() {
    if (state_ == State::connecting) return;
    if (state_ == State::handshake) shake_hands();
    if (state_ == State::handshake) return;
    while (!is_retired() && !is_paused_ && !transport().is_drained()) {
        const IoState state = stash_.read(transport(), reactor(), [this](std::string_view bytes) { take(bytes); });
        if (state == IoState::would_block) return;
        if (state == IoState::failed) return fail(TargetFault::closed);
        if (state == IoState::ended) return on_end_of_stream();
    }
}

void Http1Target::take(std::string_view bytes) {
    is_taking_ = true;
    while (!bytes.empty() && !is_retired() && !is_paused_) {
        std::size_t taken = 0;
        switch (state_) {
        case State::head:
            taken = take_head(bytes);
            break;
        case State::body:
            taken = framing_ == http::Framing::chunked ? take_chunks(bytes) : take_body(bytes);
            break;
        case State::tunnel:
            is_paused_ = !user_->on_response_body(bytes);
            taken = bytes.size();
            break;
        default: // nobody has asked for it
            is_taking_ = false;
            return fail(TargetFault::malformed);
        }
        bytes.remove_prefix(taken);
        if (taken == 0) break;
    }
    is_taking_ = false;
    if (!is_retired()) stash_.keep(bytes);
}

std::size_t Http1Target::take_head(std::string_view bytes) {
    const http::ResponseReading reading = http::read_response_head(bytes, finder_, method_, arena_, head_);
    if (reading.state == http::HeadState::needs_more) return 0;
    if (reading.state == http::HeadState::malformed) {
        fail(finder_.excess() == http::HeadExcess::none ? TargetFault::malformed : TargetFault::header_size);
        return 0;
    }
    finder_.clear();
    if (head_.status < 200 && head_.status != 101) {
        user_->on_response_head(head_);
        if (is_retired()) return 0;
        head_.clear();
        arena_.clear();
        return reading.size;
    }
    framing_ = head_.body.framing;
    left_ = head_.body.length;
    if (head_.status == 101) {
        state_ = State::tunnel;
        sends_chunks_ = false;
        request_ended_ = false;
    } else {
        state_ = State::body;
    }
    user_->on_response_head(head_);
    if (is_retired()) return 0;
    if (state_ == State::body &&
        (framing_ == http::Framing::none || (framing_ == http::Framing::length && left_ == 0))) {
        // What stands behind it nobody has asked for.
        if (reading.size < bytes.size()) head_.keeps_alive = false;
        end_response({});
        return is_retired() ? 0 : bytes.size();
    }
    return reading.size;
}

std::size_t Http1Target::take_body(std::string_view bytes) {
    if (framing_ == http::Framing::until_close) {
        is_paused_ = !user_->on_response_body(bytes);
        return bytes.size();
    }
    const std::string_view piece = bytes.substr(0, std::min<std::uint64_t>(bytes.size(), left_));
    left_ -= piece.size();
    is_paused_ = !user_->on_response_body(piece);
    if (left_ == 0 && !is_retired()) {
        if (piece.size() < bytes.size()) head_.keeps_alive = false;
        end_response({});
        return is_retired() ? 0 : bytes.size();
    }
    return piece.size();
}

std::size_t Http1Target::take_chunks(std::string_view bytes) {
    if (!chunks_) chunks_ = std::make_unique<http::ChunkReader>();
    http::Fields trailers;
    const http::ChunkReader::Piece piece = chunks_->next(bytes, arena_, trailers);
    switch (piece.state) {
    case http::ChunkReader::State::data:
        is_paused_ = !user_->on_response_body(piece.data);
        break;
    case http::ChunkReader::State::done:
        chunks_->clear();
        if (piece.consumed < bytes.size()) head_.keeps_alive = false;
        end_response(trailers);
        return is_retired() ? 0 : bytes.size();
    case http::ChunkReader::State::malformed:
        fail(TargetFault::malformed);
        return 0;
    case http::ChunkReader::State::needs_more:
        break;
    }
    return piece.consumed;
}

void Http1Target::end_response(const http::Fields& trailers) {
    TargetUser* const user = std::exchange(user_, nullptr);
    const bool waits = !closes_ && head_.keeps_alive && request_ended_ && framing_ != http::Framing::until_close &&
                       state_ == State::body && !peer_has_ended();
    is_paused_ = false;
    state_ = State::waiting;
    // Kept before the user is told, whose next request may want it.
    if (waits && engine_.pools().keep(*this)) {
        timer_.set(reactor().now() + place_.group->http.idle_time);
        user->on_response_end(trailers);
        return;
    }
    end();
    user->on_response_end(trailers);
}

void Http1Target::on_end_of_stream() {
    if (state_ == State::tunnel || (state_ == State::body && framing_ == http::Framing::until_close))
        return end_response({});
    fail(TargetFault::closed);
}

void Http1Target::on_peer_ended() {
    if (state_ == State::waiting && user_ == nullptr) close_soon();
}

void Http1Target::on_broken() {
    fail(state_ == State::connecting ? TargetFault::refused : TargetFault::closed);
}

void Http1Target::on_time() {
    if (user_ == nullptr) return close_soon();
    fail(state_ == State::handshake ? TargetFault::tls : TargetFault::connect_time);
}

void Http1Target::fail(TargetFault fault) {
    if (is_retired()) return;
    TargetUser* const user = std::exchange(user_, nullptr);
    end();
    if (user != nullptr) user->on_target_fault(fault);
}

void Http1Target::end() {
    timer_.cancel();
    engine_.pools().forget(*this);
    retire();
}

} // namespace sallyport::serve
