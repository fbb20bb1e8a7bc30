// SPDX-License-Identifier: Apache-2.0
// The bytes of one TCP connection, plain or in TLS, without waiting. Knows when the kernel has no more, so that nobody
// asks it in vain; what TLS makes of one call leaves in one call.
#pragma once

#include "support/descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <openssl/types.h>
#include <string>
#include <string_view>

namespace sallyport::serve {

enum class IoState : std::uint8_t {
    done,
    would_block,
    ended, // the peer sends no more
    failed // the connection is broken, or its TLS
};

struct Io {
    IoState state = IoState::done;
    std::size_t bytes = 0; // done
};

class Transport {
public:
    Transport() noexcept;
    explicit Transport(Descriptor socket) noexcept;
    Transport(Transport&&) noexcept;
    Transport& operator=(Transport&&) noexcept;
    ~Transport();

    /// From now on TLS, in the state (accept, connect) that `session` is in, whose owner it becomes.
    void start_tls(SSL* session);
    /// TLS: done when the handshake is complete.
    [[nodiscard]] IoState handshake();

    [[nodiscard]] Io read(char* to, std::size_t room);
    /// Both, one behind the other, or a part of them.
    [[nodiscard]] Io write(std::string_view one, std::string_view two = {});
    /// Sends what TLS has sealed already, if that was too much for the kernel.
    [[nodiscard]] IoState flush();
    /// Whether something waits for flush().
    [[nodiscard]] bool holds_unsent() const noexcept;
    /// Says the end of what is sent, in TLS and in TCP.
    void end_write() noexcept;
    /// Its end will be a RST.
    void reset_at_end() noexcept;

    /// Whether a read would find nothing, as far as is known without asking the kernel.
    [[nodiscard]] bool is_drained() const noexcept;
    /// The kernel says that there is something again.
    void refill() noexcept;
    /// The kernel says that an end stands behind what there is, which it will not say again: a short read is not the
    /// last one any more.
    void expect_end() noexcept;

    [[nodiscard]] int descriptor() const noexcept { return socket_.number(); }
    [[nodiscard]] bool is_open() const noexcept { return static_cast<bool>(socket_); }
    [[nodiscard]] SSL* tls() const noexcept;
    /// errno of the failure, or 0 when it was TLS's.
    [[nodiscard]] int error() const noexcept { return error_; }
    void close() noexcept;

private:
    struct Tls;
    [[nodiscard]] Io receive(char* to, std::size_t room) noexcept;
    [[nodiscard]] Io send(std::string_view one, std::string_view two) noexcept;
    [[nodiscard]] IoState state_of(int result);
    [[nodiscard]] IoState flush_sealed();

    Descriptor socket_;
    std::unique_ptr<Tls> tls_;
    int error_ = 0;
    bool drained_ = false;
    bool expects_end_ = false;
};

} // namespace sallyport::serve
