// SPDX-License-Identifier: Apache-2.0
#include "balance/serve/http2_callbacks.hpp"

#include "balance/serve/http2_client.hpp"

namespace sallyport::serve {

namespace {

/// Answers to PING and SETTINGS that wait to be sent; more are a flood (CVE-2019-9512, -9515).
constexpr std::size_t owed_acknowledgements = 256;
constexpr std::size_t settings_of_one_frame = 32;
/// Of answers. What targets may send is limited by the listener; this is beyond all that it can be told to let through.
constexpr std::size_t answer_block_bytes = std::size_t{1} << 24U;

std::string_view text(const std::uint8_t* bytes, std::size_t size) {
    return {reinterpret_cast<const char*>(bytes), size};
}

} // namespace

struct Http2Callbacks {
    static Http2Client& client(void* user) { return *static_cast<Http2Client*>(user); }

    static int begin_frame(nghttp2_session*, const nghttp2_frame_hd* header, void* user) {
        client(user).on_frame_begin(*header);
        return 0;
    }
    static int frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
        client(user).on_frame(*frame);
        return 0;
    }
    static int invalid_frame(nghttp2_session*, const nghttp2_frame*, int, void* user) {
        client(user).in_block_ = false;
        return 0;
    }
    static int begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user) {
        Http2Client& to = client(user);
        if (frame->headers.cat == NGHTTP2_HCAT_REQUEST) to.on_request_begin(frame->hd.stream_id);
        Http2Stream* const stream = to.find(frame->hd.stream_id);
        to.block_.begin(stream != nullptr ? stream->arena() : nullptr);
        return 0;
    }
    static int header(nghttp2_session* session, const nghttp2_frame* frame, const std::uint8_t* name,
                      std::size_t name_size, const std::uint8_t* value, std::size_t value_size, std::uint8_t,
                      void* user) {
        if (client(user).block_.add(text(name, name_size), text(value, value_size))) return 0;
        nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, frame->hd.stream_id, NGHTTP2_ENHANCE_YOUR_CALM);
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    static int content(nghttp2_session*, std::uint8_t, std::int32_t number, const std::uint8_t* bytes, std::size_t size,
                       void* user) {
        client(user).on_content(number, text(bytes, size));
        return 0;
    }
    static int stream_close(nghttp2_session*, std::int32_t number, std::uint32_t error, void* user) {
        client(user).on_stream_end(number, error);
        return 0;
    }
    static int frame_sent(nghttp2_session*, const nghttp2_frame* frame, void* user) {
        client(user).on_frame_sent(*frame);
        return 0;
    }
    static int frame_not_sent(nghttp2_session* session, const nghttp2_frame* frame, int, void*) {
        // An answer's head that cannot be sent: the client shall not wait for it.
        if (frame->hd.type == NGHTTP2_HEADERS)
            nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, frame->hd.stream_id, NGHTTP2_INTERNAL_ERROR);
        return 0;
    }
    static int send_data(nghttp2_session*, nghttp2_frame* frame, const std::uint8_t* header, std::size_t size,
                         nghttp2_data_source*, void* user) {
        constexpr std::size_t frame_header_bytes = 9;
        return client(user).append_content(*frame, text(header, frame_header_bytes), size);
    }
};

namespace {

nghttp2_session_callbacks* make_callbacks() {
    nghttp2_session_callbacks* made = nullptr;
    if (nghttp2_session_callbacks_new(&made) != 0) return nullptr;
    nghttp2_session_callbacks_set_on_begin_frame_callback(made, Http2Callbacks::begin_frame);
    nghttp2_session_callbacks_set_on_frame_recv_callback(made, Http2Callbacks::frame);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(made, Http2Callbacks::invalid_frame);
    nghttp2_session_callbacks_set_on_begin_headers_callback(made, Http2Callbacks::begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(made, Http2Callbacks::header);
    // What nghttp2 would leave out silently makes the request malformed (RFC 9113 8.2.1), as our own reader finds.
    nghttp2_session_callbacks_set_on_invalid_header_callback(made, Http2Callbacks::header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, Http2Callbacks::content);
    nghttp2_session_callbacks_set_on_stream_close_callback(made, Http2Callbacks::stream_close);
    nghttp2_session_callbacks_set_on_frame_send_callback(made, Http2Callbacks::frame_sent);
    nghttp2_session_callbacks_set_on_frame_not_send_callback(made, Http2Callbacks::frame_not_sent);
    nghttp2_session_callbacks_set_send_data_callback(made, Http2Callbacks::send_data);
    return made;
}

nghttp2_option* make_options() {
    nghttp2_option* made = nullptr;
    if (nghttp2_option_new(&made) != 0) return nullptr;
    nghttp2_option_set_no_auto_window_update(made, 1);
    nghttp2_option_set_no_closed_streams(made, 1);
    nghttp2_option_set_max_outbound_ack(made, owed_acknowledgements);
    nghttp2_option_set_max_settings(made, settings_of_one_frame);
    nghttp2_option_set_max_send_header_block_length(made, answer_block_bytes);
    return made;
}

} // namespace

nghttp2_session* new_http2_session(Http2Client& client) {
    static const nghttp2_session_callbacks* const callbacks = make_callbacks();
    static const nghttp2_option* const options = make_options();
    nghttp2_session* session = nullptr;
    if (callbacks == nullptr || options == nullptr) return nullptr;
    return nghttp2_session_server_new2(&session, callbacks, &client, options) == 0 ? session : nullptr;
}

} // namespace sallyport::serve
