// SPDX-License-Identifier: Apache-2.0
// A connection to a target with HTTP/1 (RFC 9112): opened, with TLS where the group says so, used by one request at a
// time, and kept for the next one.
#pragma once

#include "balance/http/chunked.hpp"
#include "balance/http/head_finder.hpp"
#include "balance/serve/engine.hpp"
#include "balance/serve/link.hpp"
#include "balance/serve/stash.hpp"
#include "balance/serve/target_pools.hpp"
#include "balance/serve/target_stream.hpp"

#include <memory>
#include <string>

namespace sallyport::serve {

class Http1Target final : public Link, public TargetStream {
public:
    Http1Target(Engine& engine, TargetPlace place, const config::HttpLimits& limits, BegunTarget begun);
    ~Http1Target() override;

    [[nodiscard]] const TargetPlace& place() const noexcept { return place_; }
    /// After adoption: for its first user.
    void open(TargetUser& user, std::chrono::milliseconds connect_timeout);
    /// The next one's, of a connection that waited.
    void serve(TargetUser& user);
    void close_soon() override;
    void close_now() override { fail(TargetFault::closed); }

    // TargetStream
    void send_head(const http::RequestHead& head) override;
    void close_afterwards() override { closes_ = true; }
    void send_body(std::string_view bytes) override;
    void send_end(const http::Fields& trailers) override;
    [[nodiscard]] bool is_congested() const override { return Link::is_congested(); }
    void resume() override;
    void cancel() override;

private:
    enum class State : std::uint8_t { connecting, handshake, waiting, head, body, tunnel };

    void on_writable() override;
    void on_readable() override;
    void on_drained() override;
    void on_broken() override;
    void on_peer_ended() override;

    void shake_hands();
    void become_ready();
    void take(std::string_view bytes);
    [[nodiscard]] std::size_t take_head(std::string_view bytes);
    [[nodiscard]] std::size_t take_body(std::string_view bytes);
    [[nodiscard]] std::size_t take_chunks(std::string_view bytes);
    void end_response(const http::Fields& trailers);
    void on_end_of_stream();
    void on_time();
    void fail(TargetFault fault);
    void end();

    Engine& engine_;
    TargetPlace place_;
    balance::LegNote note_; // until it is connected
    TargetUser* user_ = nullptr;
    http::TextArena arena_;
    http::ResponseHead head_;
    http::HeadFinder finder_;
    std::unique_ptr<http::ChunkReader> chunks_;
    std::string method_; // of the request
    Stash stash_;
    Timer timer_;
    std::chrono::milliseconds connect_timeout_{0};
    std::uint64_t left_ = 0; // of the answer's content
    State state_ = State::connecting;
    http::Framing framing_ = http::Framing::none; // of the answer
    bool sends_chunks_ = false;
    bool closes_ = false; // after this request
    bool request_ended_ = false;
    bool is_paused_ = false;
    bool is_taking_ = false;
};

} // namespace sallyport::serve
