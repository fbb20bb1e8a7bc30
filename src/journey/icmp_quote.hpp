// SPDX-License-Identifier: Apache-2.0
// ICMP errors by the packet that they quote: that packet's flow is theirs, in the other direction.
#pragma once

#include "flow/flow_key.hpp"
#include "journey/packet.hpp"
#include "journey/wire.hpp"
#include "telemetry/drop_reason.hpp"

#include <cstddef>
#include <optional>

namespace sallyport::journey {

/// Of protocol ICMP or ICMPv6, in the family that it belongs to, and an error.
[[nodiscard]] bool is_icmp_error(const Packet& packet) noexcept;

/// After the addresses have been read into `tuple`: puts there the fields of the quoted packet's flow as its receiver
/// sends, and sets packet.kind. An error about a fragment but the first leaves the ports open. What quotes no packet
/// that its receiver could have sent is of no flow: IcmpUnrelated (RFC 5927 section 4).
[[nodiscard]] std::optional<DropReason> parse_icmp_error(Packet& packet, flow::Tuple& tuple) noexcept;

/// Where the quoted packet's IP header stands.
[[nodiscard]] inline std::size_t quote_at(const Packet& packet) noexcept {
    return packet.l4 + sizeof(IcmpErrorHeader);
}

struct QuotedTransport {
    std::size_t at = 0;
    std::uint8_t protocol = 0; // TCP or UDP
};
/// Of a packet that parse_icmp_error has taken: the quoted packet's ports and what is there behind them. Nothing when
/// it has none: another protocol, or a fragment but the first.
[[nodiscard]] std::optional<QuotedTransport> quoted_transport(const Packet& packet) noexcept;

} // namespace sallyport::journey
