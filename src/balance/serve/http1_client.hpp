// SPDX-License-Identifier: Apache-2.0
// A client's connection with HTTP/1 (RFC 9112): requests one after the other, pipelined ones in their order, and what
// they upgrade to. Reads no faster than its requests are worked on.
#pragma once

#include "balance/http/chunked.hpp"
#include "balance/http/head_finder.hpp"
#include "balance/serve/client_stream.hpp"
#include "balance/serve/engine.hpp"
#include "balance/serve/link.hpp"
#include "balance/serve/stash.hpp"

#include <memory>
#include <string>

namespace sallyport::serve {

class Http1Client final : public Link, private ClientStream {
public:
    Http1Client(Engine& engine, Transport transport, std::unique_ptr<ClientConnection> connection);
    ~Http1Client() override;

    /// Once, when it has been adopted: with what was read of the connection before.
    void start(std::string_view first);
    [[nodiscard]] std::uint16_t listener_number() const noexcept override { return connection_->listener->number; }
    void close_soon() override;
    void close_now() override;

private:
    enum class State : std::uint8_t {
        head,    // of the next request
        body,    // of the current one
        waiting, // for the answer's end; what comes meanwhile is the next request's
        tunnel,
        lingering, // all is said; until the client closes as well (RFC 9112 9.6)
    };

    // Link
    void on_readable() override;
    void on_drained() override;
    void on_broken() override;
    void on_peer_ended() override;
    // ClientStream
    void send_continue() override;
    void send_head(const http::ResponseHead& head) override;
    void send_body(std::string_view bytes) override;
    void send_end(const http::Fields& trailers) override;
    void abort() override;
    void close_afterwards() override { closes_ = true; }
    [[nodiscard]] bool is_congested() const override { return Link::is_congested(); }
    void resume() override;
    void finished() override;

    void take(std::string_view bytes);
    [[nodiscard]] std::size_t take_head(std::string_view bytes);
    [[nodiscard]] bool take_preface(std::string_view bytes);
    [[nodiscard]] std::size_t take_body(std::string_view bytes);
    [[nodiscard]] std::size_t take_chunks(std::string_view bytes);
    void end_request(const http::Fields& trailers);
    void go_on();
    void wait_for_request();
    void on_time();
    void linger();
    void say_goodbye();
    void end();

    Engine& engine_;
    std::unique_ptr<ClientConnection> connection_;
    std::unique_ptr<Exchange> exchange_;
    http::HeadFinder finder_;
    std::unique_ptr<http::ChunkReader> chunks_; // made with the first body in chunks
    Stash stash_;
    Timer timer_;
    Time opened_;
    std::uint64_t left_ = 0;        // of the request's content, when its length is known
    std::size_t linger_unsent_ = 0; // when it was looked at last
    std::uint32_t requests_ = 0;
    State state_ = State::head;
    http::Version version_ = http::Version::http11; // of the current request
    http::Framing framing_ = http::Framing::none;   // of the answer
    bool is_chunked_ = false;                       // the request
    bool keeps_alive_ = true;                       // as far as the client says
    bool closes_ = false;
    bool is_paused_ = false; // the exchange has enough
    bool is_taking_ = false;
    bool has_ended_ = false; // counted
};

} // namespace sallyport::serve
