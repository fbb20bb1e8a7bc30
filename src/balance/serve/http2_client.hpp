// SPDX-License-Identifier: Apache-2.0
// A client's connection with HTTP/2 (RFC 9113), by nghttp2: requests side by side, each an Http2Stream with an exchange
// of its own.
//
// Windows are ours to give: 256 KiB a request and 1 MiB a connection may be on their way to exchanges that want no
// more. It ends gracefully (GOAWAY twice, RFC 9113 6.8: what the client has sent until it hears of it is served), but
// for a client that makes work for nothing (Http2Calm), which is told so with ENHANCE_YOUR_CALM. PING and SETTINGS that
// are not waited for nghttp2 limits by what it owes in answers, CONTINUATION by the frames of one block.
#pragma once

#include "balance/serve/client_stream.hpp"
#include "balance/serve/engine.hpp"
#include "balance/serve/http2_callbacks.hpp"
#include "balance/serve/http2_calm.hpp"
#include "balance/serve/http2_fields.hpp"
#include "balance/serve/http2_stream.hpp"
#include "balance/serve/http2_turn.hpp"
#include "balance/serve/link.hpp"

#include <memory>
#include <nghttp2/nghttp2.h>
#include <vector>

namespace sallyport::serve {

class Http2Client final : public Link {
public:
    Http2Client(Engine& engine, Transport transport, std::unique_ptr<ClientConnection> connection);
    ~Http2Client() override;

    /// Once, when it has been adopted: with what was read of the connection before, the preface included.
    void start(std::string_view first);
    [[nodiscard]] std::uint16_t listener_number() const noexcept override { return connection_->listener->number; }
    void close_soon() override { go_away(); }
    void close_now() override;

    // For its streams.
    [[nodiscard]] Engine& engine() noexcept { return engine_; }
    [[nodiscard]] nghttp2_session* session() noexcept { return session_; }
    [[nodiscard]] const ClientConnection& connection() const noexcept { return *connection_; }
    [[nodiscard]] Time now() noexcept { return reactor().now(); }
    /// Room to make fields in, for whoever submits them next.
    [[nodiscard]] Http2Message& message() noexcept { return message_; }
    void turn_soon();
    /// Who has the texts of the block that is read just now lets them go.
    void forget_block_of(const http::TextArena& arena) noexcept { block_.forget(arena); }
    /// Something held can be delivered; somebody's answer waits for the client's windows.
    void deliver_soon() { wants_delivery_ = true, turn_soon(); }
    void note_full() noexcept { has_full_ = true; }

private:
    friend class Http2Turn<Http2Client>;
    friend struct Http2Callbacks<Http2Client>;

    // Link
    void on_readable() override;
    void on_drained() override;
    void on_broken() override;
    void on_peer_ended() override;

    // nghttp2, by Http2Callbacks.
    void on_frame_begin(const nghttp2_frame_hd& header);
    void on_frame(const nghttp2_frame& frame);
    void on_invalid_frame() noexcept { in_block_ = false; }
    void on_block_begin(const nghttp2_frame& frame);
    void on_headers(const nghttp2_frame& frame);
    void on_content(std::int32_t number, std::string_view bytes);
    void on_stream_end(std::int32_t number, std::uint32_t error);
    void on_frame_sent(const nghttp2_frame& frame);
    [[nodiscard]] Http2Stream* find(std::int32_t number);

    void begin_stream(std::int32_t number);
    void introduce();
    void feed(std::string_view bytes);
    void take_turn();
    void collect();
    void settle();
    void go_away();
    void last_goaway();
    void complain(std::uint32_t error);
    void linger();
    void say_goodbye();
    void forget_streams();
    void on_age();
    void on_idle();
    void on_slow_head();
    void on_tick();
    void end();

    Engine& engine_;
    std::unique_ptr<ClientConnection> connection_;
    nghttp2_session* session_ = nullptr;
    std::vector<std::unique_ptr<Http2Stream>> streams_;
    Http2Turn<Http2Client> turn_{*this};
    Http2Block block_;
    Http2Message message_;
    Http2Calm calm_;
    Timer age_timer_;  // then: until the second GOAWAY
    Timer idle_timer_; // no request lives; then: for lingering
    Timer head_timer_; // a block of fields that is not complete, or the preface
    Timer tick_timer_; // while requests live
    std::uint32_t requests_ = 0;
    bool wants_delivery_ = false;
    bool has_full_ = false;
    bool has_settings_ = false; // the client's preface is complete
    bool in_block_ = false;
    bool is_leaving_ = false;       // the first GOAWAY is sent
    std::size_t linger_unsent_ = 0; // when it was looked at last
    bool is_lingering_ = false;     // all is said; until the client closes as well
    bool has_ended_ = false;        // counted
};

} // namespace sallyport::serve
