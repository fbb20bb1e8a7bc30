// SPDX-License-Identifier: Apache-2.0
#include "balance/serve/http2_client.hpp"

#include "balance/serve/exchange.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace sallyport::serve {
namespace {

using std::chrono_literals::operator""s;

constexpr auto linger_time = 2s;
/// For the answer to the PING behind the first GOAWAY.
constexpr auto goaway_time = 1s;
constexpr auto longest_tick = 10s;
constexpr std::int32_t stream_window_bytes = 262'144;
constexpr std::int32_t connection_window_bytes = 1'048'576;
constexpr std::int32_t every_stream = 0x7FFF'FFFF; // of the first GOAWAY (RFC 9113 6.8)
constexpr std::array<std::uint8_t, 8> leaving_ping{'g', 'o', 'i', 'n', 'g', 'o', 'u', 't'};

} // namespace

Http2Client::Http2Client(Engine& engine, Transport transport, std::unique_ptr<ClientConnection> connection)
    : Link(engine.reactor(), engine.links(), std::move(transport)), engine_(engine), connection_(std::move(connection)),
      session_(new_http2_session(*this, Http2Side::server)), block_(connection_->listener->http.limits),
      age_timer_(engine.reactor().timers(), [this] { on_age(); }),
      idle_timer_(engine.reactor().timers(), [this] { on_idle(); }),
      head_timer_(engine.reactor().timers(), [this] { on_slow_head(); }),
      tick_timer_(engine.reactor().timers(), [this] { on_tick(); }) {
    assume_writable();
}

Http2Client::~Http2Client() {
    reactor().forget(turn_);
    nghttp2_session_del(session_);
}

void Http2Client::start(std::string_view first) {
    if (session_ == nullptr) return end();
    const config::HttpTimeouts& timeouts = connection_->listener->http.timeouts;
    head_timer_.set(now() + timeouts.header_read);
    age_timer_.set(now() + timeouts.client_keep_alive);
    introduce();
    if (!first.empty()) feed(first);
    if (!is_retired()) on_readable();
}

void Http2Client::introduce() {
    const config::HttpLimits& limits = connection_->listener->http.limits;
    const std::array<nghttp2_settings_entry, 5> settings{{
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.streams},
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, static_cast<std::uint32_t>(stream_window_bytes)},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, limits.request_headers_bytes},
        {NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1},
        {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
    }};
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
    nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, connection_window_bytes);
    turn_soon();
}

// Reading.

void Http2Client::on_readable() {
    while (!is_retired() && !transport().is_drained()) {
        // A client that does not read its answers has to wait with its questions: on_drained() goes on.
        if (is_congested() && !is_lingering_) return;
        const Io got = transport().read(reactor().scratch(), Reactor::scratch_bytes);
        if (got.state == IoState::would_block) return;
        if (got.state == IoState::ended && is_lingering_ && has_unsent()) return; // it may still read
        if (got.state != IoState::done) return on_broken();
        if (!is_lingering_) feed({reactor().scratch(), got.bytes});
    }
}

void Http2Client::feed(std::string_view bytes) {
    const ssize_t read =
        nghttp2_session_mem_recv(session_, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    // What speaks something else, or floods: nothing that could be said would be heard.
    if (read < 0) return on_broken();
    turn_soon();
}

void Http2Client::on_peer_ended() {
    // While nobody reads nothing else tells that nobody listens any more.
    if (is_congested()) on_broken();
}

void Http2Client::on_frame_begin(const nghttp2_frame_hd& header) {
    if (header.type != NGHTTP2_CONTINUATION) in_block_ = header.type == NGHTTP2_HEADERS;
    const bool is_empty_data =
        header.type == NGHTTP2_DATA && header.length == 0 && (header.flags & NGHTTP2_FLAG_END_STREAM) == 0;
    const bool changes_nothing = is_empty_data || header.type == NGHTTP2_PRIORITY ||
                                 (header.type == NGHTTP2_SETTINGS && (header.flags & NGHTTP2_FLAG_ACK) == 0);
    if (changes_nothing && !calm_.on_idle_frame(now())) complain(NGHTTP2_ENHANCE_YOUR_CALM);
}

void Http2Client::on_frame(const nghttp2_frame& frame) {
    switch (frame.hd.type) {
    case NGHTTP2_HEADERS:
        in_block_ = false;
        return on_headers(frame);
    case NGHTTP2_DATA:
        if ((frame.hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return;
        if (Http2Stream* const stream = find(frame.hd.stream_id)) stream->take_end(nullptr);
        return;
    case NGHTTP2_SETTINGS:
        has_settings_ = true;
        return;
    case NGHTTP2_PING:
        if ((frame.hd.flags & NGHTTP2_FLAG_ACK) != 0 && is_leaving_ &&
            std::ranges::equal(frame.ping.opaque_data, leaving_ping))
            last_goaway();
        return;
    default:
        return;
    }
}

void Http2Client::on_block_begin(const nghttp2_frame& frame) {
    if (frame.headers.cat == NGHTTP2_HCAT_REQUEST) begin_stream(frame.hd.stream_id);
    Http2Stream* const stream = find(frame.hd.stream_id);
    block_.begin(stream != nullptr ? stream->arena() : nullptr);
}

void Http2Client::begin_stream(std::int32_t number) {
    auto stream = std::make_unique<Http2Stream>(*this, number);
    stream->place = streams_.size();
    nghttp2_session_set_stream_user_data(session_, number, stream.get());
    streams_.push_back(std::move(stream));
}

void Http2Client::on_headers(const nghttp2_frame& frame) {
    Http2Stream* const stream = find(frame.hd.stream_id);
    if (stream == nullptr) return;
    if (frame.headers.cat != NGHTTP2_HCAT_REQUEST) return stream->take_end(&block_);
    // Before its exchange asks whether the connection goes on.
    if (++requests_ >= connection_->listener->http.limits.requests) go_away();
    stream->take_head(block_, (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0);
}

void Http2Client::on_content(std::int32_t number, std::string_view bytes) {
    if (Http2Stream* const stream = find(number)) return stream->take_content(bytes);
    nghttp2_session_consume(session_, number, bytes.size());
}

void Http2Client::on_stream_end(std::int32_t number, std::uint32_t) {
    Http2Stream* const stream = find(number);
    if (stream == nullptr) return;
    nghttp2_session_set_stream_user_data(session_, number, nullptr);
    const bool is_early = now() - stream->opened() < Http2Calm::early;
    if (stream->is_answered()) {
        calm_.on_completed(now());
    } else if (!stream->is_settled() && is_early && !calm_.on_reset(now())) {
        complain(NGHTTP2_ENHANCE_YOUR_CALM);
    }
    stream->close();
    streams_.back()->place = stream->place;
    std::swap(streams_[stream->place], streams_.back());
    streams_.pop_back();
}

Http2Stream* Http2Client::find(std::int32_t number) {
    return static_cast<Http2Stream*>(nghttp2_session_get_stream_user_data(session_, number));
}

// Sending.

void Http2Client::turn_soon() {
    if (!is_retired()) reactor().at_round_end(turn_);
}

void Http2Client::take_turn() {
    if (is_retired() || is_lingering_) return;
    if (std::exchange(wants_delivery_, false))
        for (const auto& stream : streams_)
            stream->deliver_held();
    collect();
    if (is_retired()) return;
    if (std::exchange(has_full_, false))
        for (const auto& stream : streams_)
            stream->tell_drained();
    settle();
}

void Http2Client::collect() {
    while (!is_congested()) {
        const std::uint8_t* bytes = nullptr;
        const ssize_t size = nghttp2_session_mem_send(session_, &bytes);
        if (size < 0) return on_broken();
        if (size == 0) break;
        out().append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    }
    if (unsent() > 0) flush_soon();
}

void Http2Client::on_frame_sent(const nghttp2_frame& frame) {
    // Who answers this has read the GOAWAY in front of it; nghttp2 would send a PING first of all frames.
    if (frame.hd.type == NGHTTP2_GOAWAY && frame.goaway.last_stream_id == every_stream)
        nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, leaving_ping.data());
    if (frame.hd.type != NGHTTP2_DATA && frame.hd.type != NGHTTP2_HEADERS) return;
    if ((frame.hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return;
    if (Http2Stream* const stream = find(frame.hd.stream_id)) stream->note_end_sent();
}

void Http2Client::on_drained() {
    if (is_lingering_) return has_unsent() ? void() : say_goodbye();
    turn_soon();
    on_readable();
}

/// How long the client has for what comes next; and whether anything does.
void Http2Client::settle() {
    if (nghttp2_session_want_read(session_) == 0 && nghttp2_session_want_write(session_) == 0) return linger();
    const config::HttpTimeouts& timeouts = connection_->listener->http.timeouts;
    if (!in_block_ && has_settings_) {
        head_timer_.cancel();
    } else if (!head_timer_.is_set()) {
        head_timer_.set(now() + timeouts.header_read);
    }
    if (streams_.empty()) {
        tick_timer_.cancel();
        if (!idle_timer_.is_set()) idle_timer_.set(now() + timeouts.idle);
    } else {
        idle_timer_.cancel();
        if (!tick_timer_.is_set()) tick_timer_.set(now() + std::min<Time::duration>(timeouts.idle, longest_tick));
    }
}

// Ends.

void Http2Client::go_away() {
    if (is_retired() || is_leaving_ || is_lingering_) return;
    is_leaving_ = true;
    nghttp2_submit_shutdown_notice(session_);
    age_timer_.set(now() + goaway_time);
    turn_soon();
}

void Http2Client::last_goaway() {
    age_timer_.cancel();
    nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(session_),
                          NGHTTP2_NO_ERROR, nullptr, 0);
    turn_soon();
}

/// The last word; answers that are under way are lost.
void Http2Client::complain(std::uint32_t error) {
    nghttp2_session_terminate_session(session_, error);
    turn_soon();
}

void Http2Client::on_age() {
    is_leaving_ ? last_goaway() : go_away();
}

void Http2Client::on_idle() {
    if (is_lingering_ && unsent() < linger_unsent_) { // slow, but it reads
        linger_unsent_ = unsent();
        return idle_timer_.set(now() + connection_->listener->http.timeouts.idle);
    }
    if (is_lingering_) return end();
    complain(NGHTTP2_NO_ERROR); // no request is lost: there is none
}

void Http2Client::on_slow_head() {
    complain(NGHTTP2_ENHANCE_YOUR_CALM);
}

void Http2Client::on_tick() {
    for (const auto& stream : streams_)
        stream->check_pace(now());
    turn_soon();
}

void Http2Client::linger() {
    is_lingering_ = true;
    forget_streams();
    age_timer_.cancel();
    head_timer_.cancel();
    tick_timer_.cancel();
    if (!flush()) return;
    if (!has_unsent()) return say_goodbye();
    linger_unsent_ = unsent();
    idle_timer_.set(now() + connection_->listener->http.timeouts.idle);
}

/// Everything has left.
void Http2Client::say_goodbye() {
    transport().end_write();
    if (peer_has_ended()) return end();
    linger_unsent_ = 0;
    idle_timer_.set(now() + linger_time);
}

void Http2Client::forget_streams() {
    const std::vector<std::unique_ptr<Http2Stream>> streams = std::exchange(streams_, {});
    for (const auto& stream : streams) {
        nghttp2_session_set_stream_user_data(session_, stream->number(), nullptr);
        stream->close();
    }
}

void Http2Client::on_broken() {
    if (is_retired()) return;
    forget_streams();
    end();
}

void Http2Client::close_now() {
    transport().reset_at_end();
    on_broken();
}

void Http2Client::end() {
    reactor().forget(turn_);
    for (Timer* const timer : {&age_timer_, &idle_timer_, &head_timer_, &tick_timer_})
        timer->cancel();
    if (!std::exchange(has_ended_, true)) engine_.count().connections_ended.add(1);
    retire();
}

} // namespace sallyport::serve
