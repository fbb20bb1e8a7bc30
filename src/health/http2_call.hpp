// SPDX-License-Identifier: Apache-2.0
// One request over HTTP/2 on a connection of its own, as far as a health check wants its answer (RFC 9113). Bytes in,
// bytes out, no sockets; whatever comes, memory and the bytes that are taken are bounded.
#pragma once

#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::health {

/// A GET, or, when there is content, a call of gRPC: a POST.
struct Http2Request {
    std::string scheme;
    std::string authority;
    std::string path;
    std::string content; // of gRPC: a message in its frame

    [[nodiscard]] bool is_grpc() const noexcept { return !content.empty(); }
};

struct Http2Answer {
    unsigned status = 0;
    std::optional<unsigned> grpc_status; // of the trailers, or of a head that is all (trailers-only)
    std::string content;                 // of gRPC: as much as is kept
};

/// Not movable: nghttp2 knows where it is.
class Http2Call {
public:
    /// Throws what the lack of memory throws.
    explicit Http2Call(Http2Request request);
    Http2Call(const Http2Call&) = delete;
    Http2Call& operator=(const Http2Call&) = delete;

    /// What has to be sent by now, once.
    [[nodiscard]] std::vector<std::uint8_t> to_send();
    /// What came. Once the call is over nothing more is taken.
    void take(std::span<const std::uint8_t> bytes);

    /// The answer is there, as far as it is wanted, or will not come. A farewell may have to be sent yet.
    [[nodiscard]] bool is_over() const noexcept { return is_over_; }
    /// Why no answer will come, in a sentence without a full stop; empty: answer() it is.
    [[nodiscard]] const std::string& fault() const noexcept { return fault_; }
    [[nodiscard]] const Http2Answer& answer() const noexcept { return answer_; }

private:
    struct Deleted {
        void operator()(nghttp2_session* session) const noexcept { nghttp2_session_del(session); }
    };

    static Http2Call& self(void* user) noexcept { return *static_cast<Http2Call*>(user); }
    static int on_begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user);
    static int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_size,
                         const std::uint8_t* value, std::size_t value_size, std::uint8_t flags, void* user);
    static int on_data(nghttp2_session*, std::uint8_t flags, std::int32_t stream, const std::uint8_t* data,
                       std::size_t size, void* user);
    static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user);
    static int on_invalid_frame(nghttp2_session*, const nghttp2_frame* frame, int why, void* user);
    static int on_stream_close(nghttp2_session*, std::int32_t stream, std::uint32_t code, void* user);
    static ssize_t on_content(nghttp2_session*, std::int32_t stream, std::uint8_t* buffer, std::size_t room,
                              std::uint32_t* flags, nghttp2_data_source*, void* user);

    void open_session();
    void submit();
    void collect();
    /// What comes once the call is over changes nothing, whether it came with the rest or later.
    [[nodiscard]] bool hears(std::int32_t stream) const noexcept { return stream == stream_ && !is_over_; }
    [[nodiscard]] int take_field(std::string_view name, std::string_view value) noexcept;
    void end_block(bool is_last) noexcept;
    void note_end(bool is_sound);

    Http2Request request_;
    std::unique_ptr<nghttp2_session, Deleted> session_;
    std::int32_t stream_ = 0;
    std::size_t sent_ = 0; // of the request's content
    std::size_t bytes_taken_ = 0;
    std::vector<std::uint8_t> outgoing_;

    // The block of fields that is being read.
    unsigned block_status_ = 0; // trailers have none, and leave that of before
    std::size_t block_bytes_ = 0;

    unsigned interim_answers_ = 0;
    bool is_head_too_long_ = false;
    std::optional<std::uint32_t> reset_code_;
    bool is_over_ = false;
    std::string fault_;
    Http2Answer answer_;
};

} // namespace sallyport::health
