// SPDX-License-Identifier: Apache-2.0
// What the gateway knows of a flow that it rewrites or accepts for itself: who it was given to, and its second key, as
// the target's side shows it. One cache line, beside the flow's entry, touched for such flows only.
#pragma once

#include "flow/flow_key.hpp"

#include <cstdint>

namespace sallyport::flow {

/// What becomes of a balanced flow's packets behind the chain.
enum class Leads : std::uint8_t {
    to_target, // addresses and ports are rewritten
    unwritten, // to the target's station, as they are (direct server return)
    to_host,   // into the gateway's own IP stack, to a proxy
    from_host, // a decrypted leg: it came from there, and what is sent back goes there
};

struct alignas(64) Translation {
    FlowKey key;                       // the target's side of it; of to_target only. Of from_host: see set_client()
    ListenerIndex listener = no_index; // of from_host: none
    TargetIndex target = no_index;     // no_index: the proxy chooses
    Leads leads = Leads::to_target;
    bool is_source_replaced : 1 = false; // the client's address is one of the gateway's towards the target
    bool target_asked : 1 = false;       // some packet has passed the chain, and gone there
    bool target_answered : 1 = false;    // some packet came back
    bool client_is_high = false;         // in `key`
    /// What rewriting from the client's side to the target's adds to the ones' complement sum of what a transport
    /// checksum covers, and of the IPv4 header; the other way round subtracts it. Memory order, as checksum.hpp has it.
    std::uint16_t transport_delta = 0;
    std::uint16_t header_delta = 0;
    /// While the handshake is not complete: neighbours among the listener's half-open flows. After that: the last
    /// acknowledgment numbers, so that a RST can stand where each side expects it.
    std::uint32_t older_or_client_ack = 0;
    std::uint32_t newer_or_target_ack = 0;

    /// For whom a leg was opened, where its second key would be, which it has none of.
    void set_client(const IpAddress& address, std::uint16_t port) noexcept {
        key = {};
        key.low = {address.high(), address.low()};
        key.rest = std::uint64_t{port} << 48 | static_cast<std::uint64_t>(address.family());
    }
    [[nodiscard]] bool has_client() const noexcept { return leads == Leads::from_host && key.rest != 0; }
    [[nodiscard]] IpAddress client_address() const noexcept { return key.low_address(); }
    [[nodiscard]] std::uint16_t client_port() const noexcept { return key.low_port(); }
};
static_assert(sizeof(Translation) == 64);

} // namespace sallyport::flow
