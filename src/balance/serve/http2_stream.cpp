// SPDX-License-Identifier: Apache-2.0
#include "balance/serve/http2_stream.hpp"

#include "balance/http/h2_request.hpp"
#include "balance/serve/exchange.hpp"
#include "balance/serve/http2_client.hpp"
#include "balance/serve/http2_fields.hpp"

#include <utility>

namespace sallyport::serve {

Http2Stream::Http2Stream(Http2Client& client, std::int32_t number)
    : client_(client), exchange_(client.engine().new_exchange()), opened_(client.now()), progress_(opened_),
      number_(number), content_(client.session(), client.message()) {}

Http2Stream::~Http2Stream() = default;

http::TextArena* Http2Stream::arena() noexcept {
    return exchange_ ? &exchange_->arena() : nullptr;
}

// What the client sends.

void Http2Stream::take_head(Http2Block& block, bool ends) {
    http::RequestHead& head = exchange_->request();
    const http::H2RequestReading reading = http::read_h2_request(block.fields(), ends, exchange_->arena(), head);
    has_begun_ = true;
    // Of a head beyond limits a part was read, for the log.
    if (block.excess() != 0) return exchange_->refuse(*this, client_.connection(), block.excess(), {});
    if (reading.status != 0) return exchange_->refuse(*this, client_.connection(), reading.status, reading.desync);
    is_tunnel_ = !head.upgrade.empty();
    is_paused_ = is_tunnel_; // until it is granted
    awaits_end_ = is_tunnel_ || head.body.framing != http::Framing::none;
    exchange_->begin(*this, client_.connection(), reading.desync);
    if (ends) take_end(nullptr);
}

void Http2Stream::take_content(std::string_view bytes) {
    if (!exchange_ || !awaits_end_) return give_back(bytes.size());
    if (is_paused_ || !held_.empty()) {
        held_.append(bytes);
    } else {
        deliver(bytes);
    }
}

void Http2Stream::deliver(std::string_view bytes) {
    const bool has_room = exchange_->on_body(bytes);
    if (has_room || !exchange_) return give_back(bytes.size());
    is_paused_ = true;
    owed_ += bytes.size();
}

void Http2Stream::take_end(Http2Block* trailers) {
    if (!exchange_ || !awaits_end_) return;
    if (trailers != nullptr) {
        const bool is_read = http::read_h2_trailers(trailers->fields());
        if (!is_read || trailers->excess() != 0) {
            awaits_end_ = false;
            http::DesyncReport desync;
            if (!is_read) desync.note(http::DesyncClass::severe, http::DesyncReason::bad_header);
            return exchange_->on_client_fault(is_read ? 431 : 400, desync);
        }
        held_trailers_ = trailers->fields();
    }
    end_held_ = true;
    if (!is_paused_ && held_.empty()) give_end();
}

void Http2Stream::give_end() {
    awaits_end_ = false;
    end_held_ = false;
    exchange_->on_end(held_trailers_);
}

void Http2Stream::deliver_held() {
    if (is_paused_ || !exchange_ || !awaits_end_) return;
    if (!held_.empty()) {
        const std::string held = std::exchange(held_, {});
        deliver(held);
    }
    if (end_held_ && !is_paused_ && exchange_) give_end();
}

void Http2Stream::resume() {
    if (!is_paused_) return;
    is_paused_ = false;
    give_back(std::exchange(owed_, 0));
    // What is held follows when the connection has its turn: the exchange is at work just now.
    client_.deliver_soon();
}

void Http2Stream::give_back(std::size_t bytes) {
    if (bytes == 0) return;
    nghttp2_session_consume(client_.session(), number_, bytes);
    client_.turn_soon();
}

void Http2Stream::close() {
    if (exchange_) {
        if (has_begun_) exchange_->on_client_gone();
        let_exchange_go();
    }
    nghttp2_session_consume_connection(client_.session(), owed_ + held_.size());
}

// What the exchange answers.

void Http2Stream::send_continue() {
    http::ResponseHead head;
    head.status = 100;
    Http2Message& message = client_.message();
    message.read(head);
    nghttp2_submit_headers(client_.session(), NGHTTP2_FLAG_NONE, number_, nullptr, message.data(), message.size(),
                           nullptr);
    client_.turn_soon();
}

void Http2Stream::send_head(const http::ResponseHead& head) {
    const bool begins_tunnel = !head.upgrade.empty();
    const bool is_whole = !begins_tunnel && (head.body.framing == http::Framing::none ||
                                             (head.body.framing == http::Framing::length && head.body.length == 0));
    if (is_tunnel_ && is_paused_) {
        is_paused_ = false;
        awaits_end_ = begins_tunnel;
        client_.deliver_soon();
    }
    Http2Message& message = client_.message();
    message.read(head);
    if (is_whole) content_.close();
    const nghttp2_data_provider content = content_.provider();
    if (nghttp2_submit_response(client_.session(), number_, message.data(), message.size(),
                                is_whole ? nullptr : &content) != 0)
        reset(NGHTTP2_INTERNAL_ERROR);
    client_.turn_soon();
}

void Http2Stream::send_body(std::string_view bytes) {
    content_.append(number_, bytes);
    if (content_.is_full()) client_.note_full();
    client_.turn_soon();
}

void Http2Stream::send_end(const http::Fields& trailers) {
    content_.end(number_, trailers);
    client_.turn_soon();
}

void Http2Stream::abort() {
    let_exchange_go();
    reset(NGHTTP2_INTERNAL_ERROR);
}

/// Asked for where nobody knows any more where a connection's next request begins. Here its frame says so, and a fault
/// is one stream's own (RFC 9113 5.4.2).
void Http2Stream::close_afterwards() {}

void Http2Stream::finished() {
    let_exchange_go();
    give_back(std::exchange(owed_, 0) + held_.size());
    held_ = {};
    progress_ = client_.now();
    seen_unsent_ = content_.unsent();
    if (!content_.is_ended()) {
        reset(NGHTTP2_INTERNAL_ERROR);
    } else if (end_sent_) {
        stop_reading();
    }
}

void Http2Stream::let_exchange_go() {
    if (exchange_) client_.forget_block_of(exchange_->arena());
    client_.engine().recycle(std::move(exchange_));
}

void Http2Stream::reset(std::uint32_t error) {
    aborted_ = true;
    nghttp2_submit_rst_stream(client_.session(), NGHTTP2_FLAG_NONE, number_, error);
    client_.turn_soon();
}

void Http2Stream::note_end_sent() {
    end_sent_ = true;
    if (!exchange_) stop_reading();
}

/// The answer is complete: what the client goes on to send of its request is of no use (RFC 9113 8.1).
void Http2Stream::stop_reading() {
    if (nghttp2_session_get_stream_remote_close(client_.session(), number_) == 0) reset(NGHTTP2_NO_ERROR);
}

void Http2Stream::tell_drained() {
    if (content_.has_drained()) {
        if (exchange_) exchange_->on_client_drained();
    } else if (content_.is_full()) {
        client_.note_full();
    }
}

void Http2Stream::check_pace(Time now) {
    if (exchange_ || is_settled()) return;
    if (content_.unsent() != seen_unsent_) {
        seen_unsent_ = content_.unsent();
        progress_ = now;
    } else if (now - progress_ >= client_.connection().listener->http.timeouts.idle) {
        reset(NGHTTP2_CANCEL);
    }
}

} // namespace sallyport::serve
