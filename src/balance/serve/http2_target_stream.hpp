// SPDX-License-Identifier: Apache-2.0
// One request on a target's connection with HTTP/2: what its user sends waits until the target's windows let it go, and
// what the target answers is given at the pace that the user takes it.
//
// Lives until nghttp2's stream has ended; the user may be gone earlier.
#pragma once

#include "balance/http/message.hpp"
#include "balance/http/text_arena.hpp"
#include "balance/serve/http2_content.hpp"
#include "balance/serve/target_stream.hpp"
#include "balance/serve/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace sallyport::serve {

class Http2Block;
class Http2Target;

class Http2TargetStream final : public TargetStream {
public:
    Http2TargetStream(Http2Target& target, TargetUser& user);
    Http2TargetStream(const Http2TargetStream&) = delete;
    Http2TargetStream& operator=(const Http2TargetStream&) = delete;

    // TargetStream
    void send_head(const http::RequestHead& head) override;
    void send_body(std::string_view bytes) override;
    void send_end(const http::Fields& trailers) override;
    [[nodiscard]] bool is_congested() const override { return content_.is_full(); }
    void resume() override;
    void cancel() override;

    // For the connection.
    void become_ready();
    [[nodiscard]] http::TextArena* arena() noexcept { return user_ == nullptr ? nullptr : &arena_; }
    void take_head(Http2Block& block, bool ends);
    void take_content(std::string_view bytes);
    void take_end(Http2Block* trailers);
    void deliver_held();
    void tell_drained();
    void fail(TargetFault fault);
    /// The connection is gone. What had come to its end is given at once, whatever the user wants.
    void lose(TargetFault fault);
    /// nghttp2 has closed it.
    void close(std::uint32_t error);
    /// Nobody waits for it, and nghttp2 does not know it.
    [[nodiscard]] bool is_over() const noexcept { return user_ == nullptr && number_ == 0; }
    /// The head that counts has come: another block of fields is trailers.
    [[nodiscard]] bool has_head() const noexcept { return has_head_; }

private:
    void deliver(std::string_view bytes);
    void give_end();
    void give_back(std::size_t bytes);
    void reset(std::uint32_t error);

    Http2Target& target_;
    TargetUser* user_; // null: it is over
    std::int32_t number_ = 0;
    http::TextArena arena_;
    http::ResponseHead head_;
    http::Fields trailers_;
    std::string method_;
    Http2Content content_; // of the request
    std::string held_;     // came while the user had enough
    Time sent_{};          // the head
    std::size_t owed_ = 0; // taken, and not given back to the target's windows
    bool has_head_ = false;
    bool is_paused_ = false;
    bool end_held_ = false;
    bool is_unsent_ = false; // nghttp2 has no number for it
};

} // namespace sallyport::serve
