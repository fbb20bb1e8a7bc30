// SPDX-License-Identifier: Apache-2.0
#include "balance/serve/transport.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace sallyport::serve {
namespace {

/// What TLS seals during one call, before it is sent at once. One for a thread: nothing stays here between calls.
std::string& sealing_room() {
    thread_local std::string room;
    return room;
}

} // namespace

struct Transport::Tls {
    explicit Tls(SSL* of) : session(of) {}
    Tls(const Tls&) = delete;
    Tls& operator=(const Tls&) = delete;
    ~Tls() { SSL_free(session); }

    SSL* session;
    int descriptor = -1;
    std::string waiting; // sealed, and the kernel would not take it yet
    bool drained = false;
    bool expects_end = false;
    int error = 0;
};

// OpenSSL's way to the socket (BIO_METHOD): reads go straight to it, writes are collected.
namespace {

struct Channel {
    int* descriptor;
    bool* drained;
    const bool* expects_end;
    int* error;
};

int read_sealed(BIO* bio, char* to, int room) {
    auto* const channel = static_cast<Channel*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    const ssize_t count = ::recv(*channel->descriptor, to, static_cast<std::size_t>(room), 0);
    if (count > 0) {
        *channel->drained = count < room && !*channel->expects_end;
        return static_cast<int>(count);
    }
    if (count == 0) return 0;
    if (errno == EAGAIN || errno == EINTR) {
        *channel->drained = errno == EAGAIN;
        BIO_set_retry_read(bio);
    } else {
        *channel->error = errno;
    }
    return -1;
}

int write_sealed(BIO* /*bio*/, const char* bytes, int size) {
    sealing_room().append(bytes, static_cast<std::size_t>(size));
    return size;
}

long control(BIO* /*bio*/, int what, long /*number*/, void* /*pointer*/) {
    return what == BIO_CTRL_FLUSH ? 1 : 0;
}

int destroy(BIO* bio) {
    delete static_cast<Channel*>(BIO_get_data(bio));
    return 1;
}

BIO_METHOD* socket_method() {
    static BIO_METHOD* const method = [] {
        BIO_METHOD* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "reactor socket");
        BIO_meth_set_read(made, read_sealed);
        BIO_meth_set_write(made, write_sealed);
        BIO_meth_set_ctrl(made, control);
        BIO_meth_set_destroy(made, destroy);
        return made;
    }();
    return method;
}

} // namespace

Transport::Transport() noexcept = default;
Transport::Transport(Descriptor socket) noexcept : socket_(std::move(socket)) {}
Transport::Transport(Transport&&) noexcept = default;
Transport& Transport::operator=(Transport&&) noexcept = default;
Transport::~Transport() = default;

void Transport::start_tls(SSL* session) {
    tls_ = std::make_unique<Tls>(session);
    tls_->descriptor = socket_.number();
    tls_->expects_end = expects_end_;
    BIO* const bio = BIO_new(socket_method());
    BIO_set_data(bio, new Channel{&tls_->descriptor, &tls_->drained, &tls_->expects_end, &tls_->error});
    BIO_set_init(bio, 1);
    SSL_set_bio(session, bio, bio);
    SSL_set_read_ahead(session, 1);
}

SSL* Transport::tls() const noexcept {
    return tls_ ? tls_->session : nullptr;
}

bool Transport::is_drained() const noexcept {
    if (!tls_) return drained_;
    return tls_->drained && drained_ && SSL_has_pending(tls_->session) == 0;
}

void Transport::refill() noexcept {
    drained_ = false;
    if (tls_) tls_->drained = false;
}

void Transport::expect_end() noexcept {
    refill();
    expects_end_ = true;
    if (tls_) tls_->expects_end = true;
}

IoState Transport::state_of(int result) {
    switch (SSL_get_error(tls_->session, result)) {
    case SSL_ERROR_NONE:
        return IoState::done;
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return IoState::would_block;
    case SSL_ERROR_ZERO_RETURN:
        return IoState::ended;
    default:
        error_ = tls_->error;
        return IoState::failed;
    }
}

IoState Transport::handshake() {
    ERR_clear_error();
    const IoState state = state_of(SSL_do_handshake(tls_->session));
    // An alert that says what was wrong leaves even when the handshake has failed.
    const IoState sent = flush_sealed();
    return state == IoState::done && sent == IoState::failed ? IoState::failed : state;
}

Io Transport::read(char* to, std::size_t room) {
    if (!tls_) return receive(to, room);
    std::size_t got = 0;
    IoState state = IoState::done;
    drained_ = false;
    while (got < room) {
        ERR_clear_error();
        const int wanted = static_cast<int>(std::min<std::size_t>(room - got, 1U << 30U));
        const int count = SSL_read(tls_->session, to + got, wanted);
        if (count <= 0) {
            state = state_of(count);
            drained_ = state == IoState::would_block;
            break;
        }
        got += static_cast<std::size_t>(count);
        // Nothing is left with OpenSSL, and the kernel had no more: asking again would only say so.
        if (tls_->drained && SSL_has_pending(tls_->session) == 0) {
            drained_ = true;
            break;
        }
    }
    // Answers of the protocol itself, such as to a key update.
    if (!sealing_room().empty()) static_cast<void>(flush_sealed());
    if (got > 0) return {IoState::done, got};
    return {state, 0};
}

Io Transport::receive(char* to, std::size_t room) noexcept {
    while (true) {
        const ssize_t count = ::recv(socket_.number(), to, room, 0);
        if (count > 0) {
            drained_ = static_cast<std::size_t>(count) < room && !expects_end_;
            return {IoState::done, static_cast<std::size_t>(count)};
        }
        if (count == 0) return {IoState::ended, 0};
        if (errno == EINTR) continue;
        if (errno == EAGAIN) {
            drained_ = true;
            return {IoState::would_block, 0};
        }
        error_ = errno;
        return {IoState::failed, 0};
    }
}

Io Transport::write(std::string_view one, std::string_view two) {
    if (!tls_) return send(one, two);
    const IoState before = flush();
    if (before != IoState::done) return {before, 0};
    std::size_t sealed = 0;
    for (std::string_view part : {one, two}) {
        // A record at a time, where the context says so.
        while (!part.empty()) {
            ERR_clear_error();
            std::size_t count = 0;
            if (SSL_write_ex(tls_->session, part.data(), part.size(), &count) != 1) {
                sealing_room().clear();
                error_ = tls_->error;
                return {IoState::failed, 0};
            }
            part.remove_prefix(count);
            sealed += count;
        }
    }
    if (flush_sealed() == IoState::failed) return {IoState::failed, 0};
    return {IoState::done, sealed};
}

Io Transport::send(std::string_view one, std::string_view two) noexcept {
    std::array<iovec, 2> parts;
    std::size_t count = 0;
    for (const std::string_view part : {one, two})
        if (!part.empty()) parts[count++] = {const_cast<char*>(part.data()), part.size()};
    if (count == 0) return {IoState::done, 0};
    while (true) {
        ssize_t sent = 0;
        if (count == 1) {
            sent = ::send(socket_.number(), parts[0].iov_base, parts[0].iov_len, MSG_NOSIGNAL);
        } else {
            msghdr message = {};
            message.msg_iov = parts.data();
            message.msg_iovlen = count;
            sent = ::sendmsg(socket_.number(), &message, MSG_NOSIGNAL);
        }
        if (sent >= 0) return {IoState::done, static_cast<std::size_t>(sent)};
        if (errno == EINTR) continue;
        if (errno == EAGAIN) return {IoState::would_block, 0};
        error_ = errno;
        return {IoState::failed, 0};
    }
}

bool Transport::holds_unsent() const noexcept {
    return tls_ && !tls_->waiting.empty();
}

IoState Transport::flush() {
    if (!tls_ || tls_->waiting.empty()) return IoState::done;
    return flush_sealed();
}

IoState Transport::flush_sealed() {
    std::string& fresh = sealing_room();
    std::string& waiting = tls_->waiting;
    IoState state = IoState::done;
    if (!waiting.empty() || !fresh.empty()) {
        const Io sent = send(waiting, fresh);
        state = sent.state;
        const std::size_t all = waiting.size() + fresh.size();
        if (state == IoState::done && sent.bytes < all) state = IoState::would_block;
        const std::size_t of_waiting = std::min(sent.bytes, waiting.size());
        waiting.erase(0, of_waiting);
        waiting.append(fresh, sent.bytes - of_waiting);
        if (waiting.empty() && waiting.capacity() > 64) waiting = {};
    }
    fresh.clear();
    if (fresh.capacity() > std::size_t{1} << 20U) fresh = {};
    return state;
}

void Transport::end_write() noexcept {
    if (tls_ && SSL_is_init_finished(tls_->session) == 1) {
        ERR_clear_error();
        SSL_shutdown(tls_->session);
        static_cast<void>(flush_sealed());
    }
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
