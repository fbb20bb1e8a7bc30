// SPDX-License-Identifier: Apache-2.0
// TCP, as far as timers need it: is it opening, open or closing? Sequence numbers are the appliances' business.
#pragma once

#include "flow/flow_entry.hpp"
#include "journey/wire.hpp"

#include <cstdint>

namespace sallyport::journey {

/// A segment that opens a connection (RFC 9293 3.5): SYN without ACK, and nothing that contradicts it.
[[nodiscard]] inline bool opens(std::uint8_t tcp_flags) noexcept {
    constexpr std::uint8_t relevant = TcpHeader::syn | TcpHeader::ack | TcpHeader::rst | TcpHeader::fin;
    return (tcp_flags & relevant) == TcpHeader::syn;
}

/// Follows one segment of a known flow.
inline void follow(flow::FlowEntry& entry, std::uint8_t tcp_flags, bool from_high) noexcept {
    using flow::FlowState;
    if (entry.state == FlowState::tcp_established && (tcp_flags & (TcpHeader::fin | TcpHeader::rst)) == 0) [[likely]] {
        return;
    }
    if (entry.state == FlowState::tcp_reset) return;
    if ((tcp_flags & TcpHeader::rst) != 0) {
        // The answers to a RST may be RSTs again; who sent the first one ended it.
        if (entry.state != FlowState::tcp_closing || entry.talks_after_reset) entry.reset_from_high = from_high;
        entry.state = FlowState::tcp_closing;
        entry.talks_after_reset = false;
        return;
    }
    if ((tcp_flags & TcpHeader::fin) != 0) {
        if (from_high) {
            entry.fin_from_high = true;
        } else {
            entry.fin_from_low = true;
        }
        // Half-closed connections may live for long: only the second FIN begins the end.
        if (entry.fin_from_high && entry.fin_from_low) entry.state = FlowState::tcp_closing;
        return;
    }
    // Endpoints pass over a RST that does not fit their window, and anybody may forge one. Who goes on talking after it
    // keeps the time of an open flow; a SYN begins anew all the same.
    if (entry.state == FlowState::tcp_closing && !(entry.fin_from_high && entry.fin_from_low)) {
        entry.talks_after_reset = (tcp_flags & TcpHeader::ack) != 0;
        return;
    }
    // The initiator's first ACK completes the handshake, also when the reply took a way around the gateway.
    const bool initiators = entry.direction(from_high) == flow::Direction::forward;
    if (entry.state == FlowState::tcp_half_open && initiators && (tcp_flags & TcpHeader::ack) != 0) {
        entry.state = FlowState::tcp_established;
    }
}

} // namespace sallyport::journey
