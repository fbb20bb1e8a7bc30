// SPDX-License-Identifier: Apache-2.0
// What a stream listener is to do, as plain data.
#pragma once

#include "balance/proxy/socket_address.hpp"
#include "balance/proxy/stream_end.hpp"
#include "balance/proxy/target_chooser.hpp"
#include "balance/tls/server_context.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace sallyport::balance {

struct StreamListener {
    std::string name; // for sentences
    ListenerId id = 0;
    SocketAddress address;
    std::vector<IpPrefix> trusted; // upstreams whose connections begin with a PROXY header (v1 or v2), and have to
    std::vector<IpPrefix> allow;   // clients; empty: all. With a PROXY header the client that it names
    std::vector<IpPrefix> deny;    // goes before allow
    bool needs_sni = false;        // read the ClientHello before a target is chosen
    std::shared_ptr<const tls::ServerContext> tls; // who we are for clients, whose TLS ends here; null: it does not
    std::chrono::milliseconds handshake_timeout = std::chrono::seconds(10); // of that TLS
    std::chrono::milliseconds idle_timeout = std::chrono::seconds(350);     // no byte in either direction
    std::uint32_t max_connections = 100'000;
};

struct ListenerCounters {
    std::uint64_t accepted = 0; // with those that were denied or over the limit
    std::uint64_t pauses = 0;   // no descriptor or memory for a connection: accepting stopped for a moment
    std::uint64_t open = 0;     // now
    std::uint64_t bytes_from_clients = 0;
    std::uint64_t bytes_from_targets = 0;
    std::array<std::uint64_t, stream_end_count> ended = {}; // by StreamEnd
};

[[nodiscard]] bool contains(const std::vector<IpPrefix>& prefixes, const IpAddress& address) noexcept;
[[nodiscard]] bool allows(const StreamListener& listener, const IpAddress& client) noexcept;

} // namespace sallyport::balance
