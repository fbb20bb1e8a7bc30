// SPDX-License-Identifier: Apache-2.0
// Fields between nghttp2 and ourselves: those of a message as they come one by one, within the listener's limits, and
// those of a message in the form that nghttp2 sends.
#pragma once

#include "balance/http/message.hpp"
#include "balance/http/text_arena.hpp"
#include "config/http.hpp"

#include <array>
#include <cstdint>
#include <nghttp2/nghttp2.h>
#include <vector>

namespace sallyport::serve {

/// One block of fields (RFC 9113 4.3). A connection has one at a time.
class Http2Block {
public:
    explicit Http2Block(const config::HttpLimits& limits) : limits_(limits) {}

    /// `arena` is where the texts are copied to; null: nobody wants them, but they are to be decoded.
    void begin(http::TextArena* arena);
    /// False: it is twice as much as is allowed, and no answer is owed any more.
    [[nodiscard]] bool add(std::string_view name, std::string_view value);
    /// 0: within the limits; else the answer, 414 or 431. What came before the excess is in fields().
    [[nodiscard]] std::uint16_t excess() const noexcept { return excess_; }
    [[nodiscard]] http::Fields& fields() noexcept { return fields_; }
    /// The arena is not this message's any more, in the midst of a block perhaps.
    void forget(const http::TextArena& arena) noexcept {
        if (arena_ != &arena) return;
        arena_ = nullptr;
        fields_.clear();
    }

private:
    [[nodiscard]] std::uint16_t excess_with(std::string_view name, std::string_view value) const noexcept;

    const config::HttpLimits& limits_;
    http::Fields fields_;
    http::TextArena* arena_ = nullptr;
    std::uint64_t bytes_ = 0; // as RFC 9113 6.5.2 counts them: names, values, and 32 for each
    std::uint32_t count_ = 0;
    std::uint32_t line_bytes_ = 0; // the method, and the path with the query
    std::uint16_t excess_ = 0;
};

/// For nghttp2_submit_…(), which copies them and makes the names' letters small. Good as long as what it was made of.
class Http2Message {
public:
    /// `arena`: for texts that are made here.
    void read(const http::RequestHead& head, std::string_view scheme, http::TextArena& arena);
    /// Without fields of HTTP/1 connections, and those that cannot be written.
    void read(const http::ResponseHead& head);
    void read(const http::Fields& trailers);

    [[nodiscard]] const nghttp2_nv* data() const noexcept { return list_.data(); }
    [[nodiscard]] std::size_t size() const noexcept { return list_.size(); }

private:
    void add(std::string_view name, std::string_view value, std::uint8_t flags = NGHTTP2_NV_FLAG_NONE);
    void add_all(const http::Fields& fields);
    void add_length(std::uint64_t length);

    std::vector<nghttp2_nv> list_;
    std::array<char, 5> status_{};
    std::array<char, 20> length_{};
};

} // namespace sallyport::serve
