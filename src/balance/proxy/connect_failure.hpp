// SPDX-License-Identifier: Apache-2.0
// Why is a target not connected, and is that its fault?
#pragma once

#include <cstdint>

namespace sallyport::balance {

enum class ConnectFailure : std::uint8_t {
    refused,
    timed_out,
    unreachable, // no route, or ICMP said so
    local,       // no port, address or memory here: says nothing of the target
    tls,         // it took the connection, and then there was no TLS with it
};

/// Of errno, as connect() and what comes before it leave it.
[[nodiscard]] ConnectFailure failure_of(int error) noexcept;

} // namespace sallyport::balance
