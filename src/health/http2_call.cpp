// SPDX-License-Identifier: Apache-2.0
#include "health/http2_call.hpp"

#include "health/http_limits.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <new>
#include <utility>

namespace sallyport::health {
namespace {

/// All that is taken of a connection, frames that say nothing included.
constexpr std::size_t max_bytes = 128U * 1024;
/// Of a call's answer; the health service's has seven bytes.
constexpr std::size_t kept_content_bytes = 4096;
/// RFC 9113 section 6.5.2 counts 32 more for each field.
constexpr std::size_t field_overhead = 32;

nghttp2_nv field(std::string_view name, std::string_view value) {
    const auto bytes = [](std::string_view text) {
        return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data())); // nghttp2 copies, and changes nothing
    };
    return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

std::string_view text(const std::uint8_t* bytes, std::size_t size) noexcept {
    return {reinterpret_cast<const char*>(bytes), size};
}

std::optional<unsigned> number(std::string_view digits) noexcept {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return value;
}

struct Freed {
    void operator()(nghttp2_session_callbacks* callbacks) const noexcept { nghttp2_session_callbacks_del(callbacks); }
};

void require(bool is_done) {
    if (!is_done) throw std::bad_alloc(); // nothing else is refused of what is asked for here
}

} // namespace

Http2Call::Http2Call(Http2Request request) : request_(std::move(request)) {
    answer_.content.reserve(kept_content_bytes); // so that callbacks, which must not throw, need no memory
    open_session();
    submit();
    collect();
}

void Http2Call::open_session() {
    nghttp2_session_callbacks* made = nullptr;
    require(nghttp2_session_callbacks_new(&made) == 0);
    const std::unique_ptr<nghttp2_session_callbacks, Freed> callbacks(made);
    nghttp2_session_callbacks_set_on_begin_headers_callback(made, on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(made, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(made, on_frame);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(made, on_invalid_frame);
    nghttp2_session_callbacks_set_on_stream_close_callback(made, on_stream_close);
    nghttp2_session* session = nullptr;
    require(nghttp2_session_client_new(&session, made, this) == 0);
    session_.reset(session);
}

void Http2Call::submit() {
    constexpr std::array settings = {nghttp2_settings_entry{NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
                                     nghttp2_settings_entry{NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, max_head_bytes}};
    require(nghttp2_submit_settings(session_.get(), NGHTTP2_FLAG_NONE, settings.data(), settings.size()) == 0);
    std::vector<nghttp2_nv> fields = {field(":method", request_.is_grpc() ? "POST" : "GET"),
                                      field(":scheme", request_.scheme), field(":authority", request_.authority),
                                      field(":path", request_.path), field("user-agent", "sallyport-health-check")};
    if (request_.is_grpc()) {
        fields.push_back(field("content-type", "application/grpc"));
        fields.push_back(field("te", "trailers")); // gRPC has its servers refuse what would not pass trailers on
    } else {
        fields.push_back(field("accept", "*/*"));
    }
    nghttp2_data_provider content{};
    content.read_callback = on_content;
    stream_ = nghttp2_submit_request(session_.get(), nullptr, fields.data(), fields.size(),
                                     request_.is_grpc() ? &content : nullptr, nullptr);
    require(stream_ > 0);
}

std::vector<std::uint8_t> Http2Call::to_send() {
    return std::exchange(outgoing_, {});
}

void Http2Call::collect() {
    for (;;) {
        const std::uint8_t* piece = nullptr;
        const ssize_t size = nghttp2_session_mem_send(session_.get(), &piece);
        if (size <= 0) return; // no memory: nothing is sent, and the deadline comes
        outgoing_.insert(outgoing_.end(), piece, piece + size);
    }
}

void Http2Call::take(std::span<const std::uint8_t> bytes) {
    if (is_over_) return;
    bytes_taken_ += bytes.size();
    const ssize_t taken = nghttp2_session_mem_recv(session_.get(), bytes.data(), bytes.size());
    collect(); // after a fault nghttp2 knows of the end once it has written GOAWAY
    note_end(taken >= 0);
    if (!is_over_) return;
    nghttp2_session_terminate_session(session_.get(), NGHTTP2_NO_ERROR); // GOAWAY; at worst none is sent
    collect();
}

/// Finds words for what the callbacks have seen, where memory may be had.
void Http2Call::note_end(bool is_sound) {
    const auto fail = [this](std::string sentence) {
        is_over_ = true;
        fault_ = std::move(sentence);
    };
    if (is_over_) return;
    if (is_head_too_long_) return fail("The answer's head is longer than " + std::to_string(max_head_bytes) + " bytes");
    if (!is_sound) return fail("The answer is not HTTP/2 as it should be");
    if (reset_code_) return fail(std::string("The stream was ended: ") + nghttp2_http2_strerror(*reset_code_));
    if (nghttp2_session_want_read(session_.get()) == 0) return fail("The answer is not HTTP/2 as it should be");
    if (bytes_taken_ > max_bytes) return fail("The answer is longer than " + std::to_string(max_bytes) + " bytes");
}

int Http2Call::on_begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    if (frame->hd.stream_id != self(user).stream_) return 0;
    self(user).block_bytes_ = 0;
    return 0;
}

int Http2Call::on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_size,
                         const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* user) {
    if (!self(user).hears(frame->hd.stream_id)) return 0;
    return self(user).take_field(text(name, name_size), text(value, value_size));
}

int Http2Call::take_field(std::string_view name, std::string_view value) noexcept {
    block_bytes_ += name.size() + value.size() + field_overhead;
    is_head_too_long_ = block_bytes_ > max_head_bytes;
    if (is_head_too_long_) return NGHTTP2_ERR_CALLBACK_FAILURE;
    if (name == ":status") block_status_ = number(value).value_or(0); // nghttp2 lets three digits pass
    if (name == "grpc-status") answer_.grpc_status = number(value);
    return 0;
}

int Http2Call::on_data(nghttp2_session*, std::uint8_t, std::int32_t stream, const std::uint8_t* data, std::size_t size,
                       void* user) {
    if (!self(user).hears(stream) || !self(user).request_.is_grpc()) return 0;
    std::string& content = self(user).answer_.content;
    content.append(text(data, std::min(size, kept_content_bytes - content.size())));
    return 0;
}

int Http2Call::on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    if (!self(user).hears(frame->hd.stream_id)) return 0;
    const bool is_last = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (frame->hd.type == NGHTTP2_HEADERS) self(user).end_block(is_last);
    if (frame->hd.type == NGHTTP2_DATA && is_last) self(user).is_over_ = true;
    return 0;
}

/// Interim answers are passed over (RFC 9110 section 15.2). Of gRPC an answer that is none of its own (another status
/// than 200) has nothing more to say.
void Http2Call::end_block(bool is_last) noexcept {
    const bool is_interim = block_status_ >= 100 && block_status_ < 200;
    if (is_interim && ++interim_answers_ <= max_interim_answers) return;
    if (answer_.status == 0) answer_.status = block_status_;
    if (is_last || !request_.is_grpc() || answer_.status != 200) is_over_ = true;
}

/// Even where nghttp2 would go on.
int Http2Call::on_invalid_frame(nghttp2_session*, const nghttp2_frame*, int, void*) {
    return NGHTTP2_ERR_CALLBACK_FAILURE;
}

int Http2Call::on_stream_close(nghttp2_session*, std::int32_t stream, std::uint32_t code, void* user) {
    if (stream == self(user).stream_) self(user).reset_code_ = code;
    return 0;
}

ssize_t Http2Call::on_content(nghttp2_session*, std::int32_t, std::uint8_t* buffer, std::size_t room,
                              std::uint32_t* flags, nghttp2_data_source*, void* user) {
    Http2Call& call = self(user);
    const std::size_t count = std::min(room, call.request_.content.size() - call.sent_);
    std::memcpy(buffer, call.request_.content.data() + call.sent_, count);
    call.sent_ += count;
    if (call.sent_ == call.request_.content.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(count);
}

} // namespace sallyport::health
