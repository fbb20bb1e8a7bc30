// SPDX-License-Identifier: Apache-2.0
#include "balance/proxy/sealed_channel.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <openssl/err.h>
#include <sys/socket.h>
#include <utility>

namespace sallyport::balance {
namespace {

/// Answers that the protocol wants (to key updates, say) and the peer does not take: who goes on asking means no good.
constexpr std::size_t most_answers_bytes = 16'384;
/// The room is given back when it has become larger.
constexpr std::size_t kept_room_bytes = std::size_t{1} << 20U;

/// What TLS seals during one call, before it is sent at once. One for a thread: nothing stays here between calls.
std::string& sealing_room() {
    thread_local std::string room;
    return room;
}

/// However a call ends: the next one is another channel's.
struct ClearedRoom {
    ClearedRoom() = default;
    ClearedRoom(const ClearedRoom&) = delete;
    ClearedRoom& operator=(const ClearedRoom&) = delete;
    ~ClearedRoom() {
        std::string& room = sealing_room();
        room.clear();
        if (room.capacity() > kept_room_bytes) std::string().swap(room);
    }
};

} // namespace

/// A BIO_METHOD: reads go straight to the socket, writes are collected.
struct SealedChannel::Bio {
    static int read(BIO* bio, char* to, int room) {
        auto& channel = *static_cast<SealedChannel*>(BIO_get_data(bio));
        BIO_clear_retry_flags(bio);
        if (!channel.fed_.empty()) return channel.take_fed(to, room);
        const ssize_t count = ::recv(channel.socket_, to, static_cast<std::size_t>(room), MSG_DONTWAIT);
        if (count > 0) {
            channel.is_empty_ = count < room && !channel.expects_end_;
            return static_cast<int>(count);
        }
        if (count == 0) {
            channel.was_cut_off_ = true;
            return 0;
        }
        if (errno == EAGAIN || errno == EINTR) {
            channel.is_empty_ = errno == EAGAIN;
            BIO_set_retry_read(bio);
        } else {
            channel.error_ = errno;
        }
        return -1;
    }
    static int write(BIO* /*bio*/, const char* bytes, int size) {
        try {
            sealing_room().append(bytes, static_cast<std::size_t>(size));
        } catch (...) { // no memory; OpenSSL knows no exceptions
            return -1;
        }
        return size;
    }
    static long control(BIO* /*bio*/, int what, long /*number*/, void* /*pointer*/) {
        return what == BIO_CTRL_FLUSH ? 1 : 0;
    }
    static BIO_METHOD* method() {
        static BIO_METHOD* const method = [] {
            BIO_METHOD* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket of a loop");
            BIO_meth_set_read(made, read);
            BIO_meth_set_write(made, write);
            BIO_meth_set_ctrl(made, control);
            return made;
        }();
        return method;
    }
};

SealedChannel::SealedChannel(int socket, tls::Session session) : session_(std::move(session)), socket_(socket) {
    BIO* const bio = BIO_new(Bio::method());
    if (bio == nullptr) throw std::bad_alloc();
    BIO_set_data(bio, this);
    BIO_set_init(bio, 1);
    SSL_set_bio(session_.get(), bio, bio);
    SSL_set_read_ahead(session_.get(), 1);
}

int SealedChannel::take_fed(char* to, int room) noexcept {
    const std::size_t count = std::min(fed_.size(), static_cast<std::size_t>(room));
    std::memcpy(to, fed_.data(), count);
    fed_.erase(0, count);
    if (fed_.empty()) std::string().swap(fed_);
    is_empty_ = false;
    return static_cast<int>(count);
}

bool SealedChannel::is_drained() const noexcept {
    return is_empty_ && is_drained_ && SSL_has_pending(session_.get()) == 0;
}

void SealedChannel::expect_end() noexcept {
    refill();
    expects_end_ = true;
}

IoState SealedChannel::state_of(int result) {
    ssl_error_ = SSL_get_error(session_.get(), result);
    switch (ssl_error_) {
    case SSL_ERROR_NONE:
        return IoState::done;
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return IoState::would_block;
    case SSL_ERROR_ZERO_RETURN:
        return IoState::ended;
    default:
        return IoState::failed;
    }
}

IoState SealedChannel::handshake() {
    ERR_clear_error();
    const IoState state = state_of(SSL_do_handshake(session_.get()));
    // An alert that says what was wrong leaves even when the handshake has failed.
    const IoState sent = flush_sealed();
    return state == IoState::done && sent == IoState::failed ? IoState::failed : state;
}

Io SealedChannel::read(char* to, std::size_t room) {
    std::size_t got = 0;
    IoState state = IoState::done;
    is_drained_ = false;
    while (got < room) {
        ERR_clear_error();
        const int wanted = static_cast<int>(std::min<std::size_t>(room - got, 1U << 30U));
        const int count = SSL_read(session_.get(), to + got, wanted);
        if (count <= 0) {
            state = state_of(count);
            is_drained_ = state == IoState::would_block;
            break;
        }
        got += static_cast<std::size_t>(count);
        // Nothing is left with OpenSSL, and the kernel had no more: asking again would only say so.
        if (is_empty_ && SSL_has_pending(session_.get()) == 0) {
            is_drained_ = true;
            break;
        }
    }
    if (const std::size_t answers = sealing_room().size(); answers > 0) {
        static_cast<void>(flush_sealed());
        answers_ = waiting_.empty() ? 0 : answers_ + answers;
        if (answers_ > most_answers_bytes) return {IoState::failed, 0};
    }
    if (got > 0) return {IoState::done, got};
    return {state, 0};
}

Io SealedChannel::write(std::string_view one, std::string_view two) {
    const IoState before = flush();
    if (before != IoState::done) return {before, 0};
    std::size_t sealed = 0;
    for (std::string_view part : {one, two}) {
        // A record at a time, where the context says so.
        while (!part.empty()) {
            ERR_clear_error();
            std::size_t count = 0;
            if (SSL_write_ex(session_.get(), part.data(), part.size(), &count) != 1) {
                sealing_room().clear();
                return {IoState::failed, 0};
            }
            part.remove_prefix(count);
            sealed += count;
        }
    }
    if (flush_sealed() == IoState::failed) return {IoState::failed, 0};
    return {IoState::done, sealed};
}

IoState SealedChannel::flush() {
    return waiting_.empty() ? IoState::done : flush_sealed();
}

IoState SealedChannel::flush_sealed() {
    std::string& fresh = sealing_room();
    const ClearedRoom cleared;
    IoState state = IoState::done;
    if (!waiting_.empty() || !fresh.empty()) {
        const Io sent = send_to(socket_, waiting_, fresh, error_);
        state = sent.state;
        const std::size_t all = waiting_.size() + fresh.size();
        if (state == IoState::done && sent.bytes < all) state = IoState::would_block;
        const std::size_t of_waiting = std::min(sent.bytes, waiting_.size());
        waiting_.erase(0, of_waiting);
        waiting_.append(fresh, sent.bytes - of_waiting);
        if (waiting_.empty() && waiting_.capacity() > 64) waiting_ = {};
    }
    if (waiting_.empty()) answers_ = 0;
    return state;
}

void SealedChannel::say_end() noexcept {
    if (SSL_is_init_finished(session_.get()) != 1) return;
    ERR_clear_error();
    SSL_shutdown(session_.get());
    try {
        static_cast<void>(flush_sealed());
    } catch (const std::bad_alloc&) { // the end of TCP has to do
    }
}

} // namespace sallyport::balance
