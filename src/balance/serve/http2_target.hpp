// SPDX-License-Identifier: Apache-2.0
// A connection to a target with HTTP/2 (RFC 9113), by nghttp2, for several requests at a time: opened, with TLS and
// ALPN where the group says so, else with prior knowledge; and kept for the next ones.
//
// A request may have 128 KiB of its answer on its way to a client that wants no more; the connection's window is given
// back at once, so that one slow client does not hold up the others.
#pragma once

#include "balance/serve/engine.hpp"
#include "balance/serve/http2_callbacks.hpp"
#include "balance/serve/http2_fields.hpp"
#include "balance/serve/http2_target_stream.hpp"
#include "balance/serve/http2_turn.hpp"
#include "balance/serve/link.hpp"
#include "balance/serve/target_pools.hpp"

#include <memory>
#include <nghttp2/nghttp2.h>
#include <vector>

namespace sallyport::serve {

class Http2Target final : public Link {
public:
    Http2Target(Engine& engine, TargetPlace place, const config::HttpLimits& limits, BegunTarget begun);
    ~Http2Target() override;

    [[nodiscard]] const TargetPlace& place() const noexcept { return place_; }
    /// After adoption.
    void open(std::chrono::milliseconds connect_timeout);
    /// Whether one more request may come; `fresh`: to a connection that had none yet.
    [[nodiscard]] bool has_room(bool fresh) const noexcept;
    [[nodiscard]] bool is_ready() const noexcept { return state_ == State::open; }
    [[nodiscard]] bool has_served() const noexcept { return has_served_; }
    /// While it has room. TargetUser::on_target_ready() follows unless it is ready.
    [[nodiscard]] TargetStream& serve(TargetUser& user);
    void close_soon() override;
    void close_now() override { fail(TargetFault::closed); }

    // For its streams.
    [[nodiscard]] nghttp2_session* session() noexcept { return session_; }
    /// Room to make fields in, for whoever submits them next.
    [[nodiscard]] Http2Message& message() noexcept { return message_; }
    void turn_soon();
    void deliver_soon() { wants_delivery_ = true, turn_soon(); }
    void note_full() noexcept { has_full_ = true; }
    /// A request is given up that was sent at that time, and not answered. A connection that has said nothing at all
    /// since, for longer than any way is, may be dead (something on the way forbids it, say): no more requests.
    void doubt(Time sent) noexcept;
    [[nodiscard]] Time now() noexcept { return reactor().now(); }
    /// One of them is of no use any more.
    void note_over() { has_over_ = true, turn_soon(); }

private:
    friend struct Http2Callbacks<Http2Target>;
    friend class Http2Turn<Http2Target>;
    enum class State : std::uint8_t { connecting, handshake, open };

    // Link
    void on_writable() override;
    void on_readable() override;
    void on_drained() override;
    void on_broken() override;
    void on_peer_ended() override;

    // nghttp2, by Http2Callbacks.
    void on_frame_begin(const nghttp2_frame_hd& /*header*/) noexcept {}
    void on_frame(const nghttp2_frame& frame);
    void on_invalid_frame() noexcept {}
    void on_block_begin(const nghttp2_frame& frame);
    void on_content(std::int32_t number, std::string_view bytes);
    void on_stream_end(std::int32_t number, std::uint32_t error);
    void on_frame_sent(const nghttp2_frame& /*frame*/) noexcept {}
    [[nodiscard]] Http2TargetStream* find(std::int32_t number);

    void shake_hands();
    void become_ready();
    void take_turn();
    void collect();
    void settle();
    void on_time();
    void fail(TargetFault fault);
    void end();

    Engine& engine_;
    TargetPlace place_;
    balance::LegNote note_;     // until it is connected
    config::HttpLimits limits_; // of answers
    nghttp2_session* session_;
    std::vector<std::unique_ptr<Http2TargetStream>> streams_;
    Http2Turn<Http2Target> turn_{*this};
    Http2Block block_;
    Http2Message message_;
    Timer timer_;
    std::chrono::milliseconds connect_timeout_{0};
    Time last_read_{};
    State state_ = State::connecting;
    bool has_served_ = false;
    bool is_leaving_ = false; // no more requests
    bool wants_delivery_ = false;
    bool has_full_ = false;
    bool has_over_ = false;
};

} // namespace sallyport::serve
