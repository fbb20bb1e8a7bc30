// SPDX-License-Identifier: Apache-2.0
// The bytes of one TCP connection, plain or in TLS, without waiting. Knows when the kernel has no more, so that nobody
// asks it in vain.
#pragma once

#include "balance/proxy/sealed_channel.hpp"
#include "support/descriptor.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

namespace sallyport::serve {

using balance::Io;
using balance::IoState;

class Transport {
public:
    Transport() = default;
    explicit Transport(Descriptor socket) noexcept : socket_(std::move(socket)) {}

    /// From now on TLS, in the state (accept, connect) that `session` is in, whose owner it becomes.
    void start_tls(SSL* session);
    /// TLS: done when the handshake is complete.
    [[nodiscard]] IoState handshake() { return tls_->handshake(); }

    [[nodiscard]] Io read(char* to, std::size_t room);
    /// Both, one behind the other, or a part of them.
    [[nodiscard]] Io write(std::string_view one, std::string_view two = {});
    /// Sends what TLS has sealed already, if that was too much for the kernel.
    [[nodiscard]] IoState flush() { return tls_ ? tls_->flush() : IoState::done; }
    /// Whether something waits for flush().
    [[nodiscard]] bool holds_unsent() const noexcept { return tls_ && tls_->holds_unsent(); }
    /// Says the end of what is sent, in TLS and in TCP.
    void end_write() noexcept;
    /// Its end will be a RST.
    void reset_at_end() noexcept;

    /// Whether a read would find nothing, as far as is known without asking the kernel.
    [[nodiscard]] bool is_drained() const noexcept { return tls_ ? tls_->is_drained() : drained_; }
    /// The kernel says that there is something again.
    void refill() noexcept;
    /// The kernel says that an end stands behind what there is, which it will not say again: a short read is not the
    /// last one any more.
    void expect_end() noexcept;

    [[nodiscard]] int descriptor() const noexcept { return socket_.number(); }
    [[nodiscard]] bool is_open() const noexcept { return static_cast<bool>(socket_); }
    [[nodiscard]] SSL* tls() const noexcept { return tls_ ? tls_->session() : nullptr; }
    /// errno of the failure, or 0 when it was TLS's.
    [[nodiscard]] int error() const noexcept { return tls_ ? tls_->error() : error_; }
    void close() noexcept;

private:
    Descriptor socket_;
    std::unique_ptr<balance::SealedChannel> tls_;
    int error_ = 0;
    bool drained_ = false;
    bool expects_end_ = false;
};

} // namespace sallyport::serve
