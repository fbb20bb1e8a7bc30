// SPDX-License-Identifier: Apache-2.0
// Why did a proxied connection end? One word each, for logs, metrics and docs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sallyport::balance {

enum class StreamEnd : std::uint8_t {
    client_closed, // both sides closed in order, the client first
    target_closed, // the same, the target first
    client_reset,
    target_reset,
    idle_timeout,
    client_left, // before a target was chosen
    denied,      // by the listener's prefixes
    over_limit,  // the listener has its most connections
    bad_proxy_header,
    bad_client_hello,
    client_tls_failed, // its handshake, or what came later is no TLS of it
    intake_timeout,    // PROXY header or ClientHello did not come in time
    no_target,         // the chooser had none
    connect_failed,    // no target that was tried took it
    target_tls_failed, // the same, the last one for its TLS; or what came of it later is no TLS
    terminated,        // terminate(): the target failed, or its deregistration delay is over
    listener_gone,     // its listener was taken away with its connections
    stopped,           // the proxy stops, and its time to drain is over
    no_resources,      // no descriptor, port or memory to be had
};
inline constexpr std::size_t stream_end_count = 19;

[[nodiscard]] std::string_view word(StreamEnd end) noexcept;
/// True: both sides were closed with FIN; in all other cases with RST, but a side whose TLS failed: its alert may be on
/// the way.
[[nodiscard]] constexpr bool is_orderly(StreamEnd end) noexcept {
    return end == StreamEnd::client_closed || end == StreamEnd::target_closed;
}

} // namespace sallyport::balance
