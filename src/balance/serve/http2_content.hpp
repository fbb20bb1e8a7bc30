// SPDX-License-Identifier: Apache-2.0
// A stream's content that waits until the peer's windows let it go, and the trailers behind it.
#pragma once

#include "balance/http/message.hpp"

#include <cstddef>
#include <cstdint>
#include <nghttp2/nghttp2.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sallyport::serve {

class Http2Message;

/// More than this of one stream waits: its source shall stop.
inline constexpr std::size_t stream_high_water_bytes = 65'536;

class Http2Content {
public:
    /// `session` and `answer` (room to make fields in) are the connection's.
    Http2Content(nghttp2_session* session, Http2Message& message) noexcept : session_(session), message_(message) {}

    /// For nghttp2_submit_…(), which asks for the content when there is room for it.
    [[nodiscard]] nghttp2_data_provider provider() noexcept;

    void append(std::int32_t number, std::string_view bytes);
    void end(std::int32_t number, const http::Fields& trailers);
    /// Nothing comes behind the head, or what waits is given up.
    void close() noexcept { is_ended_ = true; }

    [[nodiscard]] bool is_ended() const noexcept { return is_ended_; }
    [[nodiscard]] bool is_full() const noexcept { return is_full_; }
    /// It was full, and there is room again. Once.
    [[nodiscard]] bool has_drained() noexcept;
    [[nodiscard]] std::size_t unsent() const noexcept { return bytes_.size() - sent_; }

    /// nghttp2_data_source_read_callback: at most `room` bytes for the next DATA frame.
    [[nodiscard]] ssize_t offer(std::int32_t number, std::size_t room, std::uint32_t& flags);
    void append_offered(std::string& out, std::size_t size);

private:
    void wake(std::int32_t number);

    nghttp2_session* session_;
    Http2Message& message_;
    std::string bytes_;
    std::size_t sent_ = 0; // of them
    std::vector<std::pair<std::string, std::string>> trailers_;
    bool is_full_ = false;
    bool is_deferred_ = false; // nghttp2 waits for more
    bool is_ended_ = false;
};

} // namespace sallyport::serve
