// SPDX-License-Identifier: Apache-2.0
// Why a flow ended.
#pragma once

#include "flow/flow_entry.hpp"

#include <cstdint>
#include <string_view>

namespace sallyport::flow {

/// `none`: it lives. The words of name() are those of the flow log.
enum class EndReason : std::uint8_t {
    none,
    idle,              // nothing came for as long as its timeout
    closed,            // FIN from both sides
    reset_by_client,   // a RST from who began it, and nobody talked on
    reset_by_target,   // the same from who was spoken to
    handshake_timeout, // the handshake was never completed
    half_open_dropped, // the same, and as the oldest such flow of its listener it made room for another one
    reset_by_gateway,  // its appliance or target was lost, and it was not to be moved
    replaced,          // a new flow has the same addresses and ports
    shutdown,          // the gateway ended
};

[[nodiscard]] std::string_view name(EndReason reason) noexcept;

/// Of a flow whose timer has run out.
[[nodiscard]] inline EndReason reason_of_timeout(const FlowEntry& entry) noexcept {
    switch (entry.timed_as()) {
    case FlowState::tcp_half_open:
        return EndReason::handshake_timeout;
    case FlowState::tcp_reset:
        return EndReason::reset_by_gateway;
    case FlowState::tcp_closing:
        if (entry.fin_from_low && entry.fin_from_high) return EndReason::closed;
        return entry.direction(entry.reset_from_high) == Direction::forward ? EndReason::reset_by_client
                                                                            : EndReason::reset_by_target;
    default:
        return EndReason::idle;
    }
}

/// Of a flow whose entry a new flow takes, because its first packet has the same addresses and ports.
[[nodiscard]] inline EndReason reason_of_restart(const FlowEntry& entry) noexcept {
    const EndReason reason = reason_of_timeout(entry);
    return reason == EndReason::idle || reason == EndReason::handshake_timeout ? EndReason::replaced : reason;
}

} // namespace sallyport::flow
