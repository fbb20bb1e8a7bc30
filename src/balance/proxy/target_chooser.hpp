// SPDX-License-Identifier: Apache-2.0
// What the stream proxy asks of the gateway (which target?), and what it tells it. Implemented by whoever knows
// targets; called on the proxy's thread, and neither throws nor waits.
#pragma once

#include "balance/proxy/client_hello.hpp"
#include "balance/proxy/connect_failure.hpp"
#include "balance/proxy/proxy_protocol.hpp"
#include "balance/proxy/stream_end.hpp"
#include "balance/tls/client_context.hpp"
#include "balance/tls/error_words.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sallyport::balance {

/// The owner's number of a target; the proxy only compares it.
using TargetId = std::uint32_t;
/// The owner's number of a listener.
using ListenerId = std::uint32_t;

/// What is known of a client when a target is chosen.
struct ClientFacts {
    ListenerId listener = 0;
    ClientRoute route;                  // as a trusted upstream's PROXY header told, or else the connection's own ends
    SocketAddress peer;                 // whom the connection comes from in truth
    const ClientHello* hello = nullptr; // nullptr: not looked at (needs_sni is off, or its TLS ends here), or not TLS
};

struct OwnedTlv {
    TlvType type = TlvType::noop;
    std::vector<std::uint8_t> value;
};

/// The PROXY v2 header for a target.
struct HeaderChoice {
    std::vector<OwnedTlv> tlvs;  // ours; what would make the header longer than max_proxy_header_size is left out
    bool sends_authority = true; // the SNI, if it was looked at; and what was agreed on by ALPN
    bool passes_tlvs = true;     // what a trusted upstream's header had and ours has not
};

struct TargetChoice {
    TargetId target = 0;
    SocketAddress address;
    std::optional<IpAddress> source; // connect from this address; nothing: the kernel's choice
    std::optional<HeaderChoice> header;
    std::shared_ptr<const tls::ClientContext> tls =
        nullptr;               // behind the header TLS is spoken; null: what the client sends
    bool notes_client = false; // somebody on the way is told for whom the connection is
};

class TargetChooser {
public:
    virtual ~TargetChooser() = default;
    /// Nothing: no target for this client, which is reset. `failed` are those that could not be connected to, for this
    /// client; one of them again ends the attempts.
    virtual std::optional<TargetChoice> choose(const ClientFacts& client, std::span<const TargetId> failed) = 0;
};

/// A connection, living or ended.
struct StreamReport {
    ListenerId listener = 0;
    ClientRoute route;
    SocketAddress peer;
    std::optional<TargetId> target; // the last one that was tried
    SocketAddress target_address;
    std::string server_name; // the SNI, if it was looked at and there was one
    unsigned attempts = 0;   // connects
    bool is_connected = false;
    std::uint64_t bytes_from_client = 0; // payload: without PROXY headers
    std::uint64_t bytes_from_target = 0;
    std::chrono::steady_clock::time_point accepted;
    std::chrono::steady_clock::duration age{};
    std::optional<StreamEnd> end; // nothing: it lives
    std::string sentence;         // what was wrong with header, hello or TLS; else empty
};

class StreamObserver {
public:
    virtual ~StreamObserver() = default;
    /// A connection is the target's from its choice to the end of the attempt, or of the connection: one `left` for
    /// each `joined`.
    virtual void joined(TargetId) noexcept {}
    virtual void left(TargetId) noexcept {}
    virtual void connected(TargetId, std::chrono::steady_clock::duration /*took*/) {}
    virtual void connect_failed(TargetId, ConnectFailure) {}
    /// TLS that ends here: its handshakes, and once more what broke it later.
    virtual void client_tls_agreed(ListenerId, bool /*is_resumed*/) {}
    virtual void client_tls_failed(ListenerId, const tls::FailedHandshake&) {}
    virtual void target_tls_agreed(ListenerId, TargetId) {}
    virtual void target_tls_failed(ListenerId, TargetId, const tls::FailedHandshake&) {}
    /// Payload that went over, as it goes.
    virtual void carried(TargetId, std::uint64_t /*to_target*/, std::uint64_t /*from_target*/) noexcept {}
    /// Once for each connection that a listener accepted and took (denied and over_limit ones are only counted).
    virtual void ended(const StreamReport&) {}
};

} // namespace sallyport::balance
