// SPDX-License-Identifier: Apache-2.0
#include "balance/serve/http1_client.hpp"

#include "balance/http/read_head.hpp"
#include "balance/http/write_head.hpp"
#include "balance/serve/exchange.hpp"
#include "balance/serve/http2_client.hpp"

#include <algorithm>
#include <utility>

namespace sallyport::serve {
namespace {

using std::chrono_literals::operator""s;

constexpr auto linger_time = 2s;
constexpr std::string_view http2_preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"; // RFC 9113 3.4

http::HeadLimits limits_of(const config::HttpLimits& limits) {
    return {.line_bytes = limits.request_line_bytes,
            .field_bytes = limits.header_bytes,
            .head_bytes = limits.request_headers_bytes,
            .fields = limits.headers};
}

} // namespace

Http1Client::Http1Client(Engine& engine, Transport transport, std::unique_ptr<ClientConnection> connection)
    : Link(engine.reactor(), engine.links(), std::move(transport)), engine_(engine), connection_(std::move(connection)),
      finder_(limits_of(connection_->listener->http.limits)), timer_(engine.reactor().timers(), [this] { on_time(); }),
      opened_(engine.reactor().now()) {
    assume_writable();
}

Http1Client::~Http1Client() = default;

void Http1Client::start(std::string_view first) {
    wait_for_request();
    take(first);
    if (!is_retired()) on_readable();
}

void Http1Client::on_readable() {
    while (!is_retired() && !transport().is_drained()) {
        // The answer comes first; the kernel's buffer, and then the client, wait for it.
        if (is_paused_ || state_ == State::waiting) return;
        // Who does not read answers is not asked for more: on_drained() goes on.
        if (state_ == State::head && Link::is_congested()) return;
        const IoState state = stash_.read(transport(), reactor(), [this](std::string_view bytes) { take(bytes); });
        if (state == IoState::would_block) return;
        if (state == IoState::failed) return on_broken();
        if (state == IoState::ended) {
            if (state_ == State::lingering && has_unsent()) return; // it may still read
            if (state_ == State::head) {                            // what was asked is answered
                engine_.recycle(std::move(exchange_));
                return linger();
            }
            if (state_ != State::tunnel) return on_broken();
            state_ = State::waiting; // for the other half of the tunnel
            is_paused_ = true;
            exchange_->on_end({});
            return;
        }
    }
}

void Http1Client::take(std::string_view bytes) {
    is_taking_ = true;
    while (!bytes.empty() && !is_retired()) {
        std::size_t taken = 0;
        switch (state_) {
        case State::head:
            if (!Link::is_congested()) taken = take_head(bytes);
            break;
        case State::body:
            if (!is_paused_) taken = is_chunked_ ? take_chunks(bytes) : take_body(bytes);
            break;
        case State::tunnel:
            if (!is_paused_) {
                is_paused_ = !exchange_->on_body(bytes);
                taken = bytes.size();
            }
            break;
        case State::waiting:
            break;
        case State::lingering:
            taken = bytes.size();
            break;
        }
        bytes.remove_prefix(taken);
        if (taken == 0) break;
    }
    is_taking_ = false;
    if (!is_retired()) stash_.keep(bytes);
}

/// What was left is worked on, and then what the socket has.
void Http1Client::go_on() {
    if (is_taking_ || is_retired()) return;
    if (!stash_.empty()) {
        const std::string rest = stash_.release();
        take(rest);
    }
    if (!is_retired()) on_readable();
}

bool Http1Client::take_preface(std::string_view bytes) {
    if (requests_ > 0 || connection_->is_tls || !connection_->listener->http.http2) return false;
    const std::size_t common = std::min(bytes.size(), http2_preface.size());
    if (bytes.substr(0, common) != http2_preface.substr(0, common)) return false;
    if (common < http2_preface.size()) return true; // more will tell
    timer_.cancel();
    has_ended_ = true; // it goes on as another one
    auto next = std::make_unique<Http2Client>(engine_, hand_over(), std::move(connection_));
    if (Http2Client* const client = engine_.adopt_client(std::move(next))) client->start(bytes);
    return true;
}

std::size_t Http1Client::take_head(std::string_view bytes) {
    if (bytes.front() == 'P' && take_preface(bytes)) return 0;
    if (!exchange_) {
        exchange_ = engine_.new_exchange();
        timer_.set(reactor().now() + connection_->listener->http.timeouts.header_read);
    }
    http::RequestHead& head = exchange_->request();
    const http::RequestReading reading = http::read_request_head(bytes, finder_, exchange_->arena(), head);
    if (reading.state == http::HeadState::needs_more) return 0;
    timer_.cancel();
    ++requests_;
    if (reading.state == http::HeadState::malformed) {
        closes_ = true;
        state_ = State::waiting;
        exchange_->refuse(*this, *connection_, reading.status, reading.desync);
        return is_retired() ? 0 : bytes.size();
    }
    finder_.clear();
    version_ = head.version;
    keeps_alive_ = head.keeps_alive;
    is_chunked_ = head.body.framing == http::Framing::chunked;
    left_ = head.body.framing == http::Framing::length ? head.body.length : 0;
    state_ = is_chunked_ || left_ > 0 ? State::body : State::waiting;
    if (is_chunked_) {
        if (!chunks_) chunks_ = std::make_unique<http::ChunkReader>();
        chunks_->clear();
    }
    exchange_->begin(*this, *connection_, reading.desync);
    return reading.size;
}

std::size_t Http1Client::take_body(std::string_view bytes) {
    const std::string_view piece = bytes.substr(0, std::min<std::uint64_t>(bytes.size(), left_));
    left_ -= piece.size();
    is_paused_ = !exchange_->on_body(piece);
    if (left_ == 0 && state_ == State::body) end_request({});
    return piece.size();
}

std::size_t Http1Client::take_chunks(std::string_view bytes) {
    http::Fields trailers;
    const http::ChunkReader::Piece piece = chunks_->next(bytes, exchange_->arena(), trailers);
    switch (piece.state) {
    case http::ChunkReader::State::data:
        is_paused_ = !exchange_->on_body(piece.data);
        break;
    case http::ChunkReader::State::done:
        end_request(trailers);
        break;
    case http::ChunkReader::State::malformed: {
        http::DesyncReport desync;
        desync.note(http::DesyncClass::severe, http::DesyncReason::bad_transfer_encoding);
        closes_ = true;
        state_ = State::waiting;
        exchange_->on_client_fault(400, desync);
        return bytes.size();
    }
    case http::ChunkReader::State::needs_more:
        break;
    }
    return piece.consumed;
}

void Http1Client::end_request(const http::Fields& trailers) {
    is_paused_ = false;
    state_ = State::waiting;
    exchange_->on_end(trailers);
}

void Http1Client::send_continue() {
    http::append_continue(out()), flush_soon();
}

void Http1Client::send_head(const http::ResponseHead& head) {
    const config::HttpServer& http = connection_->listener->http;
    framing_ = http::client_framing(head, version_);
    if (state_ == State::body) closes_ = true; // nobody waits for the rest of the request
    if (!head.upgrade.empty()) {
        state_ = State::tunnel;
        framing_ = http::Framing::until_close;
        closes_ = true;
    } else if (!keeps_alive_ || framing_ == http::Framing::until_close || requests_ >= http.limits.requests ||
               reactor().now() - opened_ > http.timeouts.client_keep_alive) {
        closes_ = true;
    }
    http::append_response(out(), head, version_, !closes_);
    flush_soon();
}

void Http1Client::send_body(std::string_view bytes) {
    if (framing_ != http::Framing::chunked) return send(bytes);
    if (bytes.empty()) return;
    http::append_chunk_head(out(), bytes.size());
    send(bytes);
    send(http::chunk_end);
}

void Http1Client::send_end(const http::Fields& trailers) {
    if (framing_ != http::Framing::chunked) return;
    http::append_last_chunk(out(), trailers);
    flush_soon();
}

void Http1Client::abort() {
    transport().reset_at_end();
    engine_.recycle(std::move(exchange_));
    end();
}

void Http1Client::resume() {
    if (!is_paused_) return;
    is_paused_ = false;
    go_on();
}

void Http1Client::finished() {
    engine_.recycle(std::move(exchange_));
    // A request that was answered before its end: where the next one begins is not waited for.
    const bool is_too_old = reactor().now() >= opened_ + connection_->listener->http.timeouts.client_keep_alive;
    if (closes_ || state_ != State::waiting || is_too_old) return linger();
    is_paused_ = false;
    wait_for_request();
    go_on();
}

void Http1Client::wait_for_request() {
    state_ = State::head;
    const config::HttpTimeouts& timeouts = connection_->listener->http.timeouts;
    timer_.set(std::min(reactor().now() + timeouts.idle, opened_ + timeouts.client_keep_alive));
}

void Http1Client::on_drained() {
    if (state_ == State::lingering) return has_unsent() ? void() : say_goodbye();
    // In State::head there may be one whose request is not read to its end yet.
    if (exchange_ && state_ != State::head) exchange_->on_client_drained();
    // What came behind an upgrade before it was granted, or behind more answers than were read.
    if (!is_retired() && !is_paused_ && (state_ == State::tunnel || state_ == State::head)) go_on();
}

void Http1Client::linger() {
    state_ = State::lingering;
    is_paused_ = false;
    if (!flush()) return;
    if (!has_unsent()) return say_goodbye();
    linger_unsent_ = unsent();
    timer_.set(reactor().now() + connection_->listener->http.timeouts.idle);
}

/// Everything has left.
void Http1Client::say_goodbye() {
    transport().end_write();
    if (peer_has_ended()) return end();
    linger_unsent_ = 0;
    timer_.set(reactor().now() + linger_time);
    go_on();
}

void Http1Client::on_time() {
    if (state_ == State::lingering && unsent() < linger_unsent_) { // slow, but it reads
        linger_unsent_ = unsent();
        return timer_.set(reactor().now() + connection_->listener->http.timeouts.idle);
    }
    if (state_ == State::head && !exchange_ && has_unsent()) return linger();
    if (state_ != State::head || !exchange_) return end();
    // A head that does not come to its end.
    ++requests_;
    closes_ = true;
    state_ = State::waiting;
    exchange_->refuse(*this, *connection_, 408, {});
}

void Http1Client::on_peer_ended() {
    // While nobody reads: whoever does not wait for the answer any more is told of by nothing else.
    if (state_ == State::waiting && exchange_) on_broken();
}

void Http1Client::on_broken() {
    if (is_retired()) return;
    if (exchange_) {
        if (state_ != State::head) exchange_->on_client_gone();
        engine_.recycle(std::move(exchange_));
    }
    end();
}

void Http1Client::close_soon() {
    closes_ = true;
    if (state_ == State::head && !exchange_) linger();
}

void Http1Client::close_now() {
    transport().reset_at_end();
    on_broken();
}

void Http1Client::end() {
    timer_.cancel();
    if (!std::exchange(has_ended_, true)) engine_.count().connections_ended.add(1);
    retire();
}

} // namespace sallyport::serve
