// SPDX-License-Identifier: Apache-2.0
// Connections that the gateway ends: RST segments that the two stations accept (RFC 9293 3.10.7.1, RFC 5961 3).
#pragma once

#include "journey/steps.hpp"

namespace sallyport::journey {

/// Counts the packet under `reason`, and answers its sender with a RST in the same buffer: what it acknowledged is the
/// number that it takes next, so no window holds the RST off. Nothing is sent for what is no whole TCP segment, for a
/// RST, or over the rate limit.
void answer_with_reset(Round& round, Packet* packet, DropReason reason) noexcept;

/// Ends the packet's TCP flow: a RST to its sender, and one to the other side as if the sender had sent it in place of
/// this segment. The flow stays as `tcp_reset`, so that a station that takes its RST for a forged one and asks back
/// (RFC 5961 3.2) is answered with one that fits.
void reset_flow(Round& round, Packet* packet) noexcept;

/// Ends a listener's TCP flow although no packet of it is at hand: RST to both sides where the last acknowledgments say
/// that each expects it (RFC 5961 3.2); what either still sends is answered with RST.
void end_connection(Round& round, flow::FlowIndex flow) noexcept;

} // namespace sallyport::journey
