// SPDX-License-Identifier: Apache-2.0
// The ICMP errors that a router owes the sender of a packet that it can not forward (RFC 792, RFC 1812 4.3, RFC 4443).
#pragma once

#include "journey/steps.hpp"

namespace sallyport::journey {

enum class IcmpError { time_exceeded, no_route, host_unreachable, too_big };

/// Counts the packet as dropped, and sends its sender an error in the same buffer, unless one of the rules against it
/// holds (RFC 1122 3.2.2, RFC 4443 2.4 e), the rate limit is used up, or there is no address to send it from.
/// `mtu` is the IP MTU that too_big tells.
void answer_with_error(Round& round, Packet* packet, IcmpError error, DropReason reason,
                       std::uint16_t mtu = 0) noexcept;

} // namespace sallyport::journey
