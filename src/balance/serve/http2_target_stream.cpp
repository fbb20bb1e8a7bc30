// SPDX-License-Identifier: Apache-2.0
#include "balance/serve/http2_target_stream.hpp"

#include "balance/http/h2_request.hpp"
#include "balance/http/h2_response.hpp"
#include "balance/serve/http2_fields.hpp"
#include "balance/serve/http2_target.hpp"

#include <utility>

namespace sallyport::serve {

Http2TargetStream::Http2TargetStream(Http2Target& target, TargetUser& user)
    : target_(target), user_(&user), content_(target.session(), target.message()) {}

// What its user sends.

void Http2TargetStream::send_head(const http::RequestHead& head) {
    method_ = head.method;
    if (head.body.framing == http::Framing::none) content_.close();
    Http2Message& fields = target_.message();
    fields.read(head, target_.place().group->tls ? "https" : "http", arena_);
    const nghttp2_data_provider content = content_.provider();
    number_ = nghttp2_submit_request(target_.session(), nullptr, fields.data(), fields.size(),
                                     content_.is_ended() ? nullptr : &content, this);
    sent_ = target_.now();
    if (number_ > 0) return target_.turn_soon();
    // Its user hears of it when the connection has its turn.
    number_ = 0;
    is_unsent_ = true;
    target_.deliver_soon();
}

void Http2TargetStream::send_body(std::string_view bytes) {
    content_.append(number_, bytes);
    if (content_.is_full()) target_.note_full();
    target_.turn_soon();
}

void Http2TargetStream::send_end(const http::Fields& trailers) {
    content_.end(number_, trailers);
    target_.turn_soon();
}

void Http2TargetStream::cancel() {
    user_ = nullptr;
    if (number_ != 0 && !has_head_) target_.doubt(sent_);
    give_back(std::exchange(owed_, 0) + held_.size());
    held_ = {};
    if (number_ != 0) reset(NGHTTP2_CANCEL);
    target_.note_over();
}

void Http2TargetStream::resume() {
    if (!is_paused_) return;
    is_paused_ = false;
    give_back(std::exchange(owed_, 0));
    // What is held follows when the connection has its turn: the user is at work just now.
    target_.deliver_soon();
}

void Http2TargetStream::reset(std::uint32_t error) {
    nghttp2_submit_rst_stream(target_.session(), NGHTTP2_FLAG_NONE, number_, error);
    target_.turn_soon();
}

// What the target answers.

void Http2TargetStream::become_ready() {
    if (user_ != nullptr) user_->on_target_ready();
}

void Http2TargetStream::take_head(Http2Block& block, bool ends) {
    if (user_ == nullptr) return;
    if (block.excess() != 0) return fail(TargetFault::header_size);
    if (!http::read_h2_response(block.fields(), ends, method_, head_).empty()) return fail(TargetFault::malformed);
    has_head_ = head_.status >= 200;
    user_->on_response_head(head_);
    if (has_head_ && ends) take_end(nullptr);
}

void Http2TargetStream::take_content(std::string_view bytes) {
    // Others' answers do not wait for this one's user.
    nghttp2_session_consume_connection(target_.session(), bytes.size());
    if (user_ == nullptr) return give_back(bytes.size());
    if (is_paused_ || !held_.empty()) {
        held_.append(bytes);
    } else {
        deliver(bytes);
    }
}

void Http2TargetStream::deliver(std::string_view bytes) {
    const bool has_room = user_->on_response_body(bytes);
    if (has_room || user_ == nullptr) return give_back(bytes.size());
    is_paused_ = true;
    owed_ += bytes.size();
}

void Http2TargetStream::take_end(Http2Block* trailers) {
    if (user_ == nullptr) return;
    if (trailers != nullptr) {
        if (trailers->excess() != 0) return fail(TargetFault::header_size);
        if (!http::read_h2_trailers(trailers->fields())) return fail(TargetFault::malformed);
        trailers_ = trailers->fields();
    }
    end_held_ = true;
    if (!is_paused_ && held_.empty()) give_end();
}

void Http2TargetStream::give_end() {
    end_held_ = false;
    TargetUser* const user = std::exchange(user_, nullptr);
    target_.note_over();
    // A request that was answered before its end: nobody wants the rest of it.
    if (number_ != 0 && !content_.is_ended()) reset(NGHTTP2_CANCEL);
    user->on_response_end(trailers_);
}

void Http2TargetStream::deliver_held() {
    if (is_unsent_) return fail(TargetFault::unprocessed);
    if (is_paused_ || user_ == nullptr) return;
    if (!held_.empty()) {
        const std::string held = std::exchange(held_, {});
        deliver(held);
    }
    if (end_held_ && !is_paused_ && user_ != nullptr) give_end();
}

void Http2TargetStream::tell_drained() {
    if (content_.has_drained()) {
        if (user_ != nullptr) user_->on_target_drained();
    } else if (content_.is_full()) {
        target_.note_full();
    }
}

void Http2TargetStream::give_back(std::size_t bytes) {
    if (bytes == 0 || number_ == 0) return;
    nghttp2_session_consume_stream(target_.session(), number_, bytes);
    target_.turn_soon();
}

void Http2TargetStream::fail(TargetFault fault) {
    TargetUser* const user = std::exchange(user_, nullptr);
    if (user == nullptr) return;
    target_.note_over();
    if (number_ != 0) reset(NGHTTP2_CANCEL);
    user->on_target_fault(fault);
}

void Http2TargetStream::lose(TargetFault fault) {
    number_ = 0;
    if (user_ == nullptr || !end_held_) return fail(fault);
    const std::string held = std::exchange(held_, {});
    if (!held.empty()) static_cast<void>(user_->on_response_body(held));
    if (user_ != nullptr) give_end();
}

void Http2TargetStream::close(std::uint32_t error) {
    number_ = 0;
    if (user_ == nullptr) return;
    // All has come; the user has not taken it yet, and lives on without nghttp2's stream.
    if (end_held_) return;
    switch (error) {
    case NGHTTP2_REFUSED_STREAM:
        return fail(TargetFault::unprocessed); // RFC 9113 8.7
    case NGHTTP2_PROTOCOL_ERROR:
        return fail(TargetFault::malformed);
    case NGHTTP2_ENHANCE_YOUR_CALM:
        // Of ours, for a block of fields that was far too large.
        return fail(has_head_ ? TargetFault::closed : TargetFault::header_size);
    default:
        return fail(TargetFault::closed);
    }
}

} // namespace sallyport::serve
