// SPDX-License-Identifier: Apache-2.0
// What nghttp2 asks and tells a connection, a client's or a target's, as calls of that connection.
#pragma once

#include "balance/serve/http2_content.hpp"
#include "balance/serve/http2_fields.hpp"

#include <memory>
#include <nghttp2/nghttp2.h>
#include <string_view>

namespace sallyport::serve {

/// Peer is an Http2Client or an Http2Target.
template <typename Peer>
struct Http2Callbacks {
    static Peer& peer(void* user) { return *static_cast<Peer*>(user); }
    static std::string_view text(const std::uint8_t* bytes, std::size_t size) {
        return {reinterpret_cast<const char*>(bytes), size};
    }

    static int begin_frame(nghttp2_session*, const nghttp2_frame_hd* header, void* user) {
        peer(user).on_frame_begin(*header);
        return 0;
    }
    static int frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
        peer(user).on_frame(*frame);
        return 0;
    }
    static int invalid_frame(nghttp2_session*, const nghttp2_frame*, int, void* user) {
        peer(user).on_invalid_frame();
        return 0;
    }
    static int begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user) {
        peer(user).on_block_begin(*frame);
        return 0;
    }
    static int header(nghttp2_session* session, const nghttp2_frame* frame, const std::uint8_t* name,
                      std::size_t name_size, const std::uint8_t* value, std::size_t value_size, std::uint8_t,
                      void* user) {
        if (peer(user).block_.add(text(name, name_size), text(value, value_size))) return 0;
        nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, frame->hd.stream_id, NGHTTP2_ENHANCE_YOUR_CALM);
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    static int content(nghttp2_session*, std::uint8_t, std::int32_t number, const std::uint8_t* bytes, std::size_t size,
                       void* user) {
        peer(user).on_content(number, text(bytes, size));
        return 0;
    }
    static int stream_close(nghttp2_session*, std::int32_t number, std::uint32_t error, void* user) {
        peer(user).on_stream_end(number, error);
        return 0;
    }
    static int frame_sent(nghttp2_session*, const nghttp2_frame* frame, void* user) {
        peer(user).on_frame_sent(*frame);
        return 0;
    }
    static int frame_not_sent(nghttp2_session* session, const nghttp2_frame* frame, int, void*) {
        // A head that cannot be sent: nobody shall wait for it.
        if (frame->hd.type == NGHTTP2_HEADERS)
            nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, frame->hd.stream_id, NGHTTP2_INTERNAL_ERROR);
        return 0;
    }
    static int send_data(nghttp2_session*, nghttp2_frame*, const std::uint8_t* header, std::size_t size,
                         nghttp2_data_source* source, void* user) {
        constexpr std::size_t frame_header_bytes = 9;
        Peer& to = peer(user);
        if (to.is_congested()) return NGHTTP2_ERR_WOULDBLOCK;
        to.out().append(text(header, frame_header_bytes));
        static_cast<Http2Content*>(source->ptr)->append_offered(to.out(), size);
        return 0;
    }

    static nghttp2_session_callbacks* make() {
        nghttp2_session_callbacks* made = nullptr;
        if (nghttp2_session_callbacks_new(&made) != 0) return nullptr;
        nghttp2_session_callbacks_set_on_begin_frame_callback(made, begin_frame);
        nghttp2_session_callbacks_set_on_frame_recv_callback(made, frame);
        nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(made, invalid_frame);
        nghttp2_session_callbacks_set_on_begin_headers_callback(made, begin_headers);
        nghttp2_session_callbacks_set_on_header_callback(made, header);
        // What nghttp2 would leave out silently makes a message malformed (RFC 9113 8.2.1), as our own readers find.
        nghttp2_session_callbacks_set_on_invalid_header_callback(made, header);
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, content);
        nghttp2_session_callbacks_set_on_stream_close_callback(made, stream_close);
        nghttp2_session_callbacks_set_on_frame_send_callback(made, frame_sent);
        nghttp2_session_callbacks_set_on_frame_not_send_callback(made, frame_not_sent);
        nghttp2_session_callbacks_set_send_data_callback(made, send_data);
        return made;
    }
};

/// Of all sessions. Null: no memory.
[[nodiscard]] nghttp2_option* make_http2_options();

enum class Http2Side : std::uint8_t { server, client };

/// Null: no memory. Callbacks and options are made once for the process.
template <typename Peer>
[[nodiscard]] nghttp2_session* new_http2_session(Peer& peer, Http2Side side) {
    static const nghttp2_session_callbacks* const callbacks = Http2Callbacks<Peer>::make();
    static const nghttp2_option* const options = make_http2_options();
    if (callbacks == nullptr || options == nullptr) return nullptr;
    const auto make = side == Http2Side::server ? nghttp2_session_server_new2 : nghttp2_session_client_new2;
    nghttp2_session* session = nullptr;
    return make(&session, callbacks, &peer, options) == 0 ? session : nullptr;
}

} // namespace sallyport::serve
