// SPDX-License-Identifier: Apache-2.0
// TCP segments that fit: what a SYN allows its receiver to send is lowered to what the flow's way carries, so that
// nobody depends on path MTU discovery (RFC 4821 1, RFC 2923 2.1: where ICMP is blocked it makes black holes).
#pragma once

#include "journey/steps.hpp"

namespace sallyport::journey {

/// Of a SYN or SYN-ACK whose flow is known: lowers its maximum segment size option (RFC 9293 3.7.1) to what the
/// endpoint's configuration says. Never raises it; a SYN without the option keeps its 536 bytes (IPv6: 1220).
void clamp_mss(Round& round, Packet& packet) noexcept;

} // namespace sallyport::journey
