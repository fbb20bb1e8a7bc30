// SPDX-License-Identifier: Apache-2.0
#include "balance/serve/http2_target.hpp"

#include "balance/serve/socket_error.hpp"
#include "balance/tls/facts.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace sallyport::serve {
namespace {

constexpr std::int32_t stream_window_bytes = 131'072;
constexpr std::int32_t connection_window_bytes = 4'194'304;
/// At one time, on one connection, if the target allows as many (RFC 9113 6.5.2 recommends no fewer than 100).
constexpr std::size_t most_streams = 100;
/// Longer than any way to a target and back.
constexpr auto silence = std::chrono::seconds(1);

config::HttpLimits limits_of(const config::HttpLimits& limits) {
    config::HttpLimits answers = limits;
    answers.request_headers_bytes = answers.header_bytes = limits.response_headers_bytes;
    return answers;
}

} // namespace

Http2Target::Http2Target(Engine& engine, TargetPlace place, const config::HttpLimits& limits, BegunTarget begun)
    : Link(engine.reactor(), engine.links(), Transport(std::move(begun.socket))), engine_(engine),
      place_(std::move(place)), note_(std::move(begun.note)), limits_(limits_of(limits)),
      session_(new_http2_session(*this, Http2Side::client)), block_(limits_),
      timer_(engine.reactor().timers(), [this] { on_time(); }) {
    may_write(false);
}

Http2Target::~Http2Target() {
    reactor().forget(turn_);
    nghttp2_session_del(session_);
}

void Http2Target::open(std::chrono::milliseconds connect_timeout) {
    connect_timeout_ = connect_timeout;
    timer_.set(reactor().now() + connect_timeout);
}

bool Http2Target::has_room(bool fresh) const noexcept {
    if (is_leaving_ || is_retired() || (fresh && has_served_) || session_ == nullptr) return false;
    const std::uint32_t allowed =
        nghttp2_session_get_remote_settings(session_, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
    return streams_.size() < std::min<std::size_t>(allowed, most_streams) &&
           nghttp2_session_check_request_allowed(session_) != 0;
}

TargetStream& Http2Target::serve(TargetUser& user) {
    auto stream = std::make_unique<Http2TargetStream>(*this, user);
    Http2TargetStream& made = *stream;
    streams_.push_back(std::move(stream));
    if (is_ready()) timer_.cancel();
    has_served_ = true;
    return made;
}

// Opening.

void Http2Target::on_writable() {
    if (state_ != State::connecting) return;
    note_ = {};
    if (pending_error(transport().descriptor()) != 0 || session_ == nullptr) return fail(TargetFault::refused);
    if (!place_.group->tls) return become_ready();
    tls::Session session = place_.group->tls->connect(place_.address, tls::Offer::http2);
    if (!session) return fail(TargetFault::tls);
    transport().start_tls(session.release());
    state_ = State::handshake;
    timer_.set(reactor().now() + connect_timeout_);
    shake_hands();
}

void Http2Target::shake_hands() {
    const IoState state = transport().handshake();
    if (state == IoState::would_block) return;
    if (state == IoState::done && tls::alpn(transport().tls()) == "h2") return become_ready();
    engine_.count().target_tls_failures.add(1);
    fail(TargetFault::tls);
}

void Http2Target::become_ready() {
    timer_.cancel();
    state_ = State::open;
    may_write(true);
    const std::array<nghttp2_settings_entry, 3> settings{{
        {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, static_cast<std::uint32_t>(stream_window_bytes)},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, limits_.response_headers_bytes},
    }};
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
    nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, connection_window_bytes);
    turn_soon();
    // By number: a user may give up, or one more come.
    for (std::size_t i = 0; i < streams_.size(); ++i)
        streams_[i]->become_ready();
}

// Reading.

void Http2Target::on_readable() {
    if (state_ == State::connecting) return;
    if (state_ == State::handshake) shake_hands();
    if (state_ != State::open) return;
    while (!is_retired() && !transport().is_drained()) {
        const Io got = transport().read(reactor().scratch(), Reactor::scratch_bytes);
        if (got.state == IoState::would_block) return;
        if (got.state != IoState::done) return fail(TargetFault::closed);
        last_read_ = reactor().now();
        const auto* const bytes = reinterpret_cast<const std::uint8_t*>(reactor().scratch());
        if (nghttp2_session_mem_recv(session_, bytes, got.bytes) < 0) return fail(TargetFault::malformed);
        turn_soon();
    }
}

void Http2Target::on_frame(const nghttp2_frame& frame) {
    if (frame.hd.type == NGHTTP2_GOAWAY) is_leaving_ = true;
    if (frame.hd.type != NGHTTP2_HEADERS && frame.hd.type != NGHTTP2_DATA) return;
    Http2TargetStream* const stream = find(frame.hd.stream_id);
    if (stream == nullptr) return;
    const bool ends = (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (frame.hd.type == NGHTTP2_DATA) {
        if (ends) stream->take_end(nullptr);
    } else if (frame.headers.cat == NGHTTP2_HCAT_HEADERS && stream->has_head()) {
        stream->take_end(&block_);
    } else {
        stream->take_head(block_, ends);
    }
}

void Http2Target::on_block_begin(const nghttp2_frame& frame) {
    Http2TargetStream* const stream = find(frame.hd.stream_id);
    block_.begin(stream != nullptr ? stream->arena() : nullptr);
}

void Http2Target::on_content(std::int32_t number, std::string_view bytes) {
    if (Http2TargetStream* const stream = find(number)) return stream->take_content(bytes);
    nghttp2_session_consume_connection(session_, bytes.size());
}

void Http2Target::on_stream_end(std::int32_t number, std::uint32_t error) {
    Http2TargetStream* const stream = find(number);
    if (stream == nullptr) return;
    nghttp2_session_set_stream_user_data(session_, number, nullptr);
    stream->close(error);
    note_over();
}

Http2TargetStream* Http2Target::find(std::int32_t number) {
    return static_cast<Http2TargetStream*>(nghttp2_session_get_stream_user_data(session_, number));
}

// Sending.

void Http2Target::turn_soon() {
    if (!is_retired()) reactor().at_round_end(turn_);
}

void Http2Target::take_turn() {
    if (is_retired()) return;
    // By number: users may give up here, and others come.
    if (std::exchange(wants_delivery_, false))
        for (std::size_t i = 0; i < streams_.size(); ++i)
            streams_[i]->deliver_held();
    if (state_ == State::open) collect();
    if (is_retired()) return;
    if (std::exchange(has_full_, false))
        for (std::size_t i = 0; i < streams_.size(); ++i)
            streams_[i]->tell_drained();
    // Not before: it may have been its own call that ended one.
    if (std::exchange(has_over_, false)) std::erase_if(streams_, [](const auto& stream) { return stream->is_over(); });
    settle();
}

void Http2Target::collect() {
    while (!Link::is_congested()) {
        const std::uint8_t* bytes = nullptr;
        const ssize_t size = nghttp2_session_mem_send(session_, &bytes);
        if (size < 0) return fail(TargetFault::closed);
        if (size == 0) break;
        out().append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    }
    if (unsent() > 0) flush_soon();
}

void Http2Target::on_drained() {
    turn_soon();
}

void Http2Target::settle() {
    if (state_ != State::open) {
        if (streams_.empty()) end(); // nobody waits for it any more
        return;
    }
    // After an error of the connection nghttp2 reads no more, and has said so.
    if (nghttp2_session_want_read(session_) == 0 && nghttp2_session_want_write(session_) == 0)
        return fail(TargetFault::malformed);
    if (!streams_.empty()) return;
    if (is_leaving_ || peer_has_ended()) return end();
    if (!timer_.is_set()) timer_.set(reactor().now() + place_.group->http.idle_time);
}

// Ends.

void Http2Target::on_peer_ended() {
    if (state_ == State::open && streams_.empty()) end();
}

void Http2Target::on_broken() {
    fail(state_ == State::connecting ? TargetFault::refused : TargetFault::closed);
}

void Http2Target::on_time() {
    if (state_ == State::open) return close_soon();
    fail(state_ == State::handshake ? TargetFault::tls : TargetFault::connect_time);
}

void Http2Target::close_soon() {
    is_leaving_ = true;
    if (streams_.empty() && !is_retired()) end();
}

void Http2Target::doubt(Time sent) noexcept {
    if (last_read_ < sent && reactor().now() - sent >= silence) is_leaving_ = true;
}

void Http2Target::fail(TargetFault fault) {
    if (is_retired()) return;
    is_leaving_ = true;
    engine_.pools().forget(*this);
    // They may look for another connection at once.
    for (std::size_t i = 0; i < streams_.size(); ++i)
        streams_[i]->lose(fault);
    end();
}

void Http2Target::end() {
    timer_.cancel();
    reactor().forget(turn_);
    engine_.pools().forget(*this);
    retire();
}

} // namespace sallyport::serve
