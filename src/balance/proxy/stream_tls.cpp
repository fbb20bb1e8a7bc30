// SPDX-License-Identifier: Apache-2.0
// A proxied connection whose client's TLS ends here, or whose target is spoken TLS to: handshakes, and what breaks it.
#include "balance/proxy/stream.hpp"
#include "balance/tls/facts.hpp"

#include <cerrno>

namespace sallyport::balance {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

std::string_view text_of(std::span<const std::uint8_t> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The target is asked for what the client will speak, for its bytes are passed on.
tls::Offer offer_for(const SealedChannel* client) {
    const std::string_view agreed = client != nullptr ? tls::alpn(client->session()) : std::string_view();
    if (agreed == "h2") return tls::Offer::http2;
    return agreed == "http/1.1" ? tls::Offer::http1 : tls::Offer::nothing;
}

tls::FailedHandshake failure_of(const SealedChannel& channel) {
    errno = channel.error();
    return tls::why_failed(channel.session(), channel.ssl_error());
}

} // namespace

void Stream::begin_client_tls() {
    const StreamListener& config = listener_->config;
    tls::Session session = config.tls->accept();
    if (!session) return end(StreamEnd::no_resources);
    client_tls_ = std::make_unique<SealedChannel>(client_.native_handle(), std::move(session));
    client_tls_->feed(text_of(setup_->intake.payload()));
    arm(std::chrono::steady_clock::now() + config.handshake_timeout);
    shake_hands(From::client);
}

void Stream::begin_target_tls() {
    tls::Session session = setup_->target_tls->connect(target_address_.address, offer_for(client_tls_.get()));
    if (!session) return end(StreamEnd::no_resources);
    target_tls_ = std::make_unique<SealedChannel>(target_.native_handle(), std::move(session));
    target_tls_->send_first(text_of(header_for_target()));
    arm(std::chrono::steady_clock::now() + world_->settings.connect_timeout);
    shake_hands(From::target);
}

void Stream::shake_hands(From from) {
    SealedChannel& channel = *end_of(from).tls;
    channel.refill();
    switch (channel.handshake()) {
    case IoState::done:
        return on_handshake(from);
    case IoState::would_block:
        return await_handshake(from);
    case IoState::ended:
    case IoState::failed:
        return on_failed_handshake(from, failure_of(channel));
    }
}

void Stream::await_handshake(From from) {
    const bool has_to_send = end_of(from).tls->holds_unsent();
    const auto again = [self = shared_from_this(), from, attempt = attempts_](const error_code& error) {
        if (error || attempt != self->attempts_) return; // of an attempt that has been given up
        self->guarded([&self, from] { self->shake_hands(from); });
    };
    side(from).source.async_wait(has_to_send ? asio::socket_base::wait_write : asio::socket_base::wait_read, again);
}

void Stream::on_handshake(From from) {
    if (from == From::target) {
        world_->observer.target_tls_agreed(listener_id_, target_id_);
        return begin_relay();
    }
    const SSL* const session = client_tls_->session();
    server_name_ = tls::server_name(session);
    world_->observer.client_tls_agreed(listener_id_, tls::resumed(session));
    choose_target();
}

void Stream::on_failed_handshake(From from, tls::FailedHandshake why) {
    sentence_ = why.sentence;
    if (from == From::client) {
        world_->observer.client_tls_failed(listener_id_, why);
        return end(StreamEnd::client_tls_failed);
    }
    world_->observer.target_tls_failed(listener_id_, target_id_, why);
    give_up_attempt(ConnectFailure::tls);
}

/// Of the client, as long as there is no target.
void Stream::on_late_handshake() {
    const From whose = target_tls_ ? From::target : From::client;
    tls::FailedHandshake why;
    why.kind = tls::HandshakeFailure::timeout;
    why.sentence = std::string(target_tls_ ? "The target" : "The client") + " took too long for the TLS handshake";
    on_failed_handshake(whose, std::move(why));
}

/// It was agreed on, and then came what is none, or an alert that ends it.
void Stream::on_broken_tls(From from) {
    const tls::FailedHandshake why = failure_of(*end_of(from).tls);
    sentence_ = why.sentence;
    if (from == From::client) {
        world_->observer.client_tls_failed(listener_id_, why);
        return end(StreamEnd::client_tls_failed);
    }
    world_->observer.target_tls_failed(listener_id_, target_id_, why);
    end(StreamEnd::target_tls_failed);
}

/// What TLS answers while it is read (to a key update) leaves, though nothing else goes that way.
void Stream::flush_answers(From from) {
    SealedChannel* const channel = end_of(from).tls;
    if (is_over() || channel == nullptr || !channel->holds_unsent()) return;
    const std::size_t number = from == From::client ? 0 : 1;
    if (std::exchange(is_flushing_[number], true)) return;
    const auto again = [self = shared_from_this(), from, number](const error_code& error) {
        if (error) return;
        self->guarded([&self, from, number] {
            self->is_flushing_[number] = false;
            // A connection that is broken says so when it is read.
            if (self->end_of(from).tls->flush() != IoState::failed) self->flush_answers(from);
        });
    };
    side(from).source.async_wait(asio::socket_base::wait_write, again);
}

} // namespace sallyport::balance
