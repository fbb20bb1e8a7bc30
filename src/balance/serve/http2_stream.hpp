// SPDX-License-Identifier: Apache-2.0
// One request of a client that speaks HTTP/2: what comes of it goes to its exchange at the pace that the exchange
// takes it, and what the exchange answers waits here until the client's windows let it go.
//
// Lives as long as nghttp2's stream; the exchange may be over earlier, or have begun later. While the exchange wants no
// more content, none is given back to the client's windows, and what had been sent before is held.
#pragma once

#include "balance/serve/client_stream.hpp"
#include "balance/serve/http2_content.hpp"
#include "balance/serve/time.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <nghttp2/nghttp2.h>
#include <string>
#include <string_view>

namespace sallyport::serve {

class Exchange;
class Http2Client;
class Http2Block;

class Http2Stream final : private ClientStream {
public:
    Http2Stream(Http2Client& client, std::int32_t number);
    Http2Stream(const Http2Stream&) = delete;
    Http2Stream& operator=(const Http2Stream&) = delete;
    ~Http2Stream();

    // From the client.
    /// Where texts of its fields are to be copied to; null: nobody wants them any more.
    [[nodiscard]] http::TextArena* arena() noexcept;
    void take_head(Http2Block& block, bool ends);
    void take_content(std::string_view bytes);
    /// With fields, if there was a block of them.
    void take_end(Http2Block* trailers);
    /// nghttp2 has closed it, or the connection ends: the exchange hears of it unless it was over.
    void close();

    // For the connection, when it has its turn to send.
    /// What was held because the exchange had enough, once it has asked for more.
    void deliver_held();
    void tell_drained();
    /// The end of the answer has gone out.
    void note_end_sent();

    /// Now and then: an answer that its exchange is done with, and that the client does not fetch, is reset.
    void check_pace(Time now);

    [[nodiscard]] std::int32_t number() const noexcept { return number_; }
    [[nodiscard]] Time opened() const noexcept { return opened_; }
    [[nodiscard]] bool is_answered() const noexcept { return end_sent_; }
    /// Answered, or the gateway itself broke it off.
    [[nodiscard]] bool is_settled() const noexcept { return end_sent_ || aborted_; }
    std::size_t place = 0; // in the connection's list

private:
    // ClientStream
    void send_continue() override;
    void send_head(const http::ResponseHead& head) override;
    void send_body(std::string_view bytes) override;
    void send_end(const http::Fields& trailers) override;
    void abort() override;
    void close_afterwards() override;
    [[nodiscard]] bool is_congested() const override { return content_.is_full(); }
    void resume() override;
    void finished() override;

    void deliver(std::string_view bytes);
    void give_end();
    void give_back(std::size_t bytes);
    void let_exchange_go();
    void reset(std::uint32_t error);
    void stop_reading();

    Http2Client& client_;
    std::unique_ptr<Exchange> exchange_; // null: it is over
    Time opened_;
    Time progress_;               // of the answer, since the exchange is over
    std::size_t seen_unsent_ = 0; // then
    std::int32_t number_;
    Http2Content content_; // of the answer
    std::string held_;
    std::size_t owed_ = 0; // taken, and not given back to the client's windows
    http::Fields held_trailers_;
    bool has_begun_ = false;  // the exchange
    bool awaits_end_ = false; // of the content or the tunnel
    bool end_held_ = false;
    bool is_paused_ = false; // the exchange has enough
    bool is_tunnel_ = false;
    bool end_sent_ = false;
    bool aborted_ = false;
};

} // namespace sallyport::serve
