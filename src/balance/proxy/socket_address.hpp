// SPDX-License-Identifier: Apache-2.0
// Where one side of a TCP connection is: an address and a port, and how the kernel writes that.
#pragma once

#include "support/address.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <sys/socket.h>

namespace sallyport::balance {

struct SocketAddress {
    IpAddress address;
    std::uint16_t port = 0;

    /// "192.0.2.1:80", "[2001:db8::1]:80".
    [[nodiscard]] std::string to_string() const;
    friend bool operator==(const SocketAddress&, const SocketAddress&) = default;
    friend auto operator<=>(const SocketAddress&, const SocketAddress&) = default;
};

/// What bind() and connect() want.
struct KernelAddress {
    sockaddr_storage storage = {};
    socklen_t size = sizeof(sockaddr_storage);

    KernelAddress() = default; // room for accept() and getsockname()
    explicit KernelAddress(const SocketAddress& address) noexcept;
    [[nodiscard]] sockaddr* get() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
    [[nodiscard]] const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&storage); }
    /// Nothing: neither IPv4 nor IPv6.
    [[nodiscard]] std::optional<SocketAddress> read() const noexcept;
};

} // namespace sallyport::balance
