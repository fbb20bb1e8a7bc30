// SPDX-License-Identifier: Apache-2.0
#include "balance/serve/http2_callbacks.hpp"

namespace sallyport::serve {
namespace {

/// Answers to PING and SETTINGS that wait to be sent; more are a flood (CVE-2019-9512, -9515).
constexpr std::size_t owed_acknowledgements = 256;
constexpr std::size_t settings_of_one_frame = 32;
/// Of what is sent. What may come is limited by the listener; this is beyond all that it can be told to let through.
constexpr std::size_t sent_block_bytes = std::size_t{1} << 24U;

} // namespace

nghttp2_option* make_http2_options() {
    nghttp2_option* made = nullptr;
    if (nghttp2_option_new(&made) != 0) return nullptr;
    nghttp2_option_set_no_auto_window_update(made, 1);
    nghttp2_option_set_no_closed_streams(made, 1);
    nghttp2_option_set_max_outbound_ack(made, owed_acknowledgements);
    nghttp2_option_set_max_settings(made, settings_of_one_frame);
    nghttp2_option_set_max_send_header_block_length(made, sent_block_bytes);
    return made;
}

} // namespace sallyport::serve
