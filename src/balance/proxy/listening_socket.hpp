// SPDX-License-Identifier: Apache-2.0
// A TCP socket that listens, as proxies of listeners need it, and what errors of accept(2) mean to them.
#pragma once

#include "balance/proxy/socket_address.hpp"
#include "support/descriptor.hpp"
#include "support/result.hpp"

namespace sallyport::balance {

enum class Listeners : std::uint8_t {
    one,    // at that address
    several // the kernel spreads connections over them (SO_REUSEPORT)
};

/// Non-blocking. The address need not be there yet (IP_FREEBIND); what is accepted sends without delay (TCP_NODELAY).
/// Fails with the kernel's reason.
[[nodiscard]] Result<Descriptor> open_listening_socket(const SocketAddress& address, Listeners listeners);

/// Of accept(2): the connection's own error, or of the moment; the next one may be fine.
[[nodiscard]] bool is_of_the_connection(int error) noexcept;

} // namespace sallyport::balance
