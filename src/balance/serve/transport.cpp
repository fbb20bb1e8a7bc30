// SPDX-License-Identifier: Apache-2.0
#include "balance/serve/transport.hpp"

#include <sys/socket.h>

namespace sallyport::serve {

void Transport::start_tls(SSL* session) {
    tls_ = std::make_unique<balance::SealedChannel>(socket_.number(), tls::Session(session));
    if (expects_end_) tls_->expect_end();
}

void Transport::refill() noexcept {
    drained_ = false;
    if (tls_) tls_->refill();
}

void Transport::expect_end() noexcept {
    drained_ = false;
    expects_end_ = true;
    if (tls_) tls_->expect_end();
}

Io Transport::read(char* to, std::size_t room) {
    if (tls_) return tls_->read(to, room);
    const Io got = balance::receive_from(socket_.number(), to, room, error_);
    if (got.state == IoState::done) drained_ = got.bytes < room && !expects_end_;
    if (got.state == IoState::would_block) drained_ = true;
    return got;
}

Io Transport::write(std::string_view one, std::string_view two) {
    return tls_ ? tls_->write(one, two) : balance::send_to(socket_.number(), one, two, error_);
}

void Transport::end_write() noexcept {
    if (tls_) tls_->say_end();
    if (socket_) ::shutdown(socket_.number(), SHUT_WR);
}

void Transport::reset_at_end() noexcept {
    const linger hard = {.l_onoff = 1, .l_linger = 0};
    if (socket_) ::setsockopt(socket_.number(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
}

void Transport::close() noexcept {
    tls_.reset();
    socket_ = Descriptor();
}

} // namespace sallyport::serve
