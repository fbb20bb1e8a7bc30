// SPDX-License-Identifier: Apache-2.0
// The other ends of proxied connections: sockets that wait, but not for ever.
#pragma once

#include "balance/proxy/socket_address.hpp"
#include "support/descriptor.hpp"

#include <catch2/catch.hpp>

#include <cerrno>
#include <fcntl.h>
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>

namespace sallyport::test {

inline constexpr int patience_s = 60;

inline const IpAddress local_v4 = IpAddress::v4(0x7f00'0001);
inline const IpAddress local_v6 = IpAddress::from_halves(Family::ipv6, 0, 1);

class Wire {
public:
    Wire() = default;
    explicit Wire(Descriptor descriptor) : descriptor_(std::move(descriptor)) {
        const timeval patience{patience_s, 0};
        ::setsockopt(number(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        ::setsockopt(number(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    }
    /// From `source` (nothing: the kernel's choice) to `to`.
    static Wire to(const balance::SocketAddress& to, const std::optional<IpAddress>& source = {}) {
        const balance::KernelAddress address(to);
        Wire wire(Descriptor(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0)));
        if (source) {
            const balance::KernelAddress from(balance::SocketAddress{*source, 0});
            REQUIRE(::bind(wire.number(), from.get(), from.size) == 0);
        }
        REQUIRE(::connect(wire.number(), address.get(), address.size) == 0);
        return wire;
    }

    [[nodiscard]] int number() const { return descriptor_.number(); }
    [[nodiscard]] balance::SocketAddress address() const {
        balance::KernelAddress local;
        REQUIRE(::getsockname(number(), local.get(), &local.size) == 0);
        return local.read().value();
    }
    void send(std::string_view bytes) const {
        REQUIRE(::send(number(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
    }
    /// As much as the other side takes without reading it, `most` bytes at most; what it was.
    [[nodiscard]] std::size_t send_until_full(std::string_view pattern, std::size_t most) const {
        std::size_t sent = 0;
        while (sent < most) {
            const ssize_t count = ::send(number(), pattern.data(), pattern.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (count <= 0) break;
            sent += static_cast<std::size_t>(count);
        }
        return sent;
    }
    [[nodiscard]] std::string receive(std::size_t size) const {
        std::string text(size, '\0');
        const ssize_t got = ::recv(number(), text.data(), size, MSG_WAITALL);
        INFO("errno " << errno);
        REQUIRE(got == static_cast<ssize_t>(size));
        return text;
    }
    [[nodiscard]] bool sees_end() const {
        char byte;
        return ::recv(number(), &byte, 1, 0) == 0;
    }
    [[nodiscard]] bool sees_reset() const {
        char byte;
        return ::recv(number(), &byte, 1, 0) < 0 && (errno == ECONNRESET || errno == EPIPE);
    }
    void finish() const { REQUIRE(::shutdown(number(), SHUT_WR) == 0); }
    void close() { descriptor_ = Descriptor(); }
    void reset() {
        const linger at_once{1, 0};
        ::setsockopt(number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        Descriptor gone(std::move(descriptor_));
    }

private:
    Descriptor descriptor_;
};

/// A target: listens, and hands out what connects.
class Server {
public:
    explicit Server(const IpAddress& address = local_v4, int backlog = 128) {
        const balance::KernelAddress wanted(balance::SocketAddress{address, 0});
        descriptor_ = Descriptor(::socket(wanted.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
        REQUIRE(::bind(descriptor_.number(), wanted.get(), wanted.size) == 0);
        if (backlog >= 0) REQUIRE(::listen(descriptor_.number(), backlog) == 0);
        const timeval patience{patience_s, 0};
        ::setsockopt(descriptor_.number(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        balance::KernelAddress local;
        REQUIRE(::getsockname(descriptor_.number(), local.get(), &local.size) == 0);
        address_ = local.read().value();
    }
    [[nodiscard]] const balance::SocketAddress& address() const { return address_; }
    [[nodiscard]] Wire accept() const {
        Descriptor accepted(::accept4(descriptor_.number(), nullptr, nullptr, SOCK_CLOEXEC));
        REQUIRE(accepted);
        return Wire(std::move(accepted));
    }

private:
    Descriptor descriptor_;
    balance::SocketAddress address_;
};

/// A port that refuses: bound, so that nobody else gets it, and nobody listens.
class ClosedPort : public Server {
public:
    ClosedPort() : Server(local_v4, -1) {}
};

} // namespace sallyport::test
