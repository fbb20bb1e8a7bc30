// SPDX-License-Identifier: Apache-2.0
// Times the visits of flows, for the flow log: what hop_out and hop_return tell the flows' clocks. Both look once a
// burst whether anybody wants to know. Time is that of the round, so nothing is told apart that is closer together than
// two rounds.
#pragma once

#include "journey/steps.hpp"
#include "journey/wire.hpp"

namespace sallyport::journey {

namespace detail {

[[nodiscard]] inline std::uint32_t wrapped_us(Instant now) noexcept {
    return static_cast<std::uint32_t>(now.nanoseconds / 1000U);
}

/// What an appliance leaves as it is, and what differs between most packets of a flow: length and transport checksum.
[[nodiscard]] inline flow::TimedPacket timed(const Packet& packet) noexcept {
    unsigned checksum_at = 2; // ICMP's
    if (packet.protocol == protocol_tcp) checksum_at = 16;
    if (packet.protocol == protocol_udp) checksum_at = 6;
    const auto* checksum = packet.header<be16>(packet.l4 + checksum_at);
    const auto length = static_cast<std::uint32_t>(packet.end - packet.l3);
    return {.fingerprint = length << 16 | (checksum == nullptr ? 0U : checksum->raw()),
            .hop = packet.hop,
            .is_forward = packet.direction == flow::Direction::forward};
}

} // namespace detail

/// Packets that leave on the visit that packet.hop names, not yet encapsulated.
[[gnu::noinline]] inline void note_leaving(Round& round, std::span<Packet* const> packets) noexcept {
    flow::FlowTable& flows = round.worker.flows;
    const std::uint32_t now_us = detail::wrapped_us(round.around.now);
    for (const Packet* packet : packets)
        flows.prefetch_hop_clock(packet->flow);
    for (const Packet* packet : packets) {
        if (packet->kind == Kind::whole) flows.hop_clock(packet->flow).leave(detail::timed(*packet), now_us);
    }
}

/// A packet that is back from the visit that packet.hop names.
[[gnu::noinline]] inline void note_return(Round& round, const Packet& packet) noexcept {
    if (packet.kind != Kind::whole) return;
    round.worker.flows.hop_clock(packet.flow).come_back(detail::timed(packet), detail::wrapped_us(round.around.now));
}

} // namespace sallyport::journey
