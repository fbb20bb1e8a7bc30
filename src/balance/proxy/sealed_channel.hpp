// SPDX-License-Identifier: Apache-2.0
// TLS on a TCP connection, without waiting. Knows when the kernel has no more, so that nobody asks it in vain; what TLS
// makes of one call leaves in one call.
#pragma once

#include "balance/proxy/socket_io.hpp"
#include "balance/tls/handles.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace sallyport::balance {

class SealedChannel {
public:
    /// The socket is somebody else's, does not block, and stays as long as this. `session` is in the state (accept,
    /// connect) that it shall begin in; not null. Throws std::bad_alloc.
    SealedChannel(int socket, tls::Session session);
    SealedChannel(const SealedChannel&) = delete;
    SealedChannel& operator=(const SealedChannel&) = delete;

    // Before the handshake.
    /// What has been read of the peer's TLS already.
    void feed(std::string_view bytes) { fed_.append(bytes); }
    /// Goes in front of all that is sealed, as it is.
    void send_first(std::string_view bytes) { waiting_.append(bytes); }

    /// Done when it is complete. An alert about its failure has left.
    [[nodiscard]] IoState handshake();
    [[nodiscard]] Io read(char* to, std::size_t room);
    /// Both, one behind the other, all of them; unless something waits still to be sent, and the socket would block.
    [[nodiscard]] Io write(std::string_view one, std::string_view two = {});
    /// Sends what has been sealed already, if that was too much for the kernel.
    [[nodiscard]] IoState flush();
    [[nodiscard]] bool holds_unsent() const noexcept { return !waiting_.empty(); }
    [[nodiscard]] std::size_t unsent() const noexcept { return waiting_.size(); }
    /// Once: says that nothing more is sent (close_notify), as far as it can be sent now. TCP's end is the caller's.
    void say_end() noexcept;

    /// Whether a read would find nothing, as far as is known without asking the kernel.
    [[nodiscard]] bool is_drained() const noexcept;
    /// The kernel says that there is something again.
    void refill() noexcept { is_empty_ = is_drained_ = false; }
    /// The kernel says that an end stands behind what there is, which it will not say again: a short read is not the
    /// last one any more.
    void expect_end() noexcept;

    [[nodiscard]] SSL* session() const noexcept { return session_.get(); }
    /// errno of the failure, or 0 when it was TLS's.
    [[nodiscard]] int error() const noexcept { return error_; }
    /// SSL_get_error() of the last call, for tls::why_failed().
    [[nodiscard]] int ssl_error() const noexcept { return ssl_error_; }
    /// The failure is that the connection ended without a word (RFC 8446 6.1): perhaps not all has come. Writing goes
    /// on.
    [[nodiscard]] bool was_cut_off() const noexcept { return was_cut_off_; }

private:
    struct Bio; // OpenSSL's way to the socket

    [[nodiscard]] int take_fed(char* to, int room) noexcept;
    [[nodiscard]] IoState state_of(int result);
    [[nodiscard]] IoState flush_sealed();

    tls::Session session_;
    std::string waiting_;     // sealed, and the kernel would not take it yet
    std::string fed_;         // read before, and not TLS's yet
    std::size_t answers_ = 0; // of what waits: the protocol's own answers
    int socket_;
    int error_ = 0;
    int ssl_error_ = 0;
    bool is_empty_ = false; // the kernel had no more
    bool is_drained_ = false;
    bool expects_end_ = false;
    bool was_cut_off_ = false;
};

} // namespace sallyport::balance
