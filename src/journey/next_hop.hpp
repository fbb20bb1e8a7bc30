// SPDX-License-Identifier: Apache-2.0
// Where a packet goes at a hop: to its appliance as nearly always, or by a detour.
#pragma once

#include "journey/steps.hpp"

namespace sallyport::journey {

/// The hop that comes after packet.hop in the packet's direction; false when the chain is done.
[[nodiscard]] inline bool pass_hop(Packet& packet, unsigned hop_count) noexcept {
    const bool forward = packet.direction == flow::Direction::forward;
    if (forward ? packet.hop + 1U == hop_count : packet.hop == 0) return false;
    packet.hop = static_cast<std::uint8_t>(forward ? packet.hop + 1 : packet.hop - 1);
    return true;
}

/// To the visit that packet.hop names; sets packet.appliance when it is a plain one.
inline void go_to_hop(Round& round, Packet* packet, const flow::FlowEntry& entry) noexcept {
    if (entry.has_detours) [[unlikely]]
        return round.detour.push(packet);
    packet->appliance = round.worker.flows.hop(packet->flow, packet->hop);
    if (round.around.roster.appliances[packet->appliance].flows_meet != chain::Meets::visit) [[unlikely]]
        return round.detour.push(packet);
    round.hop_out.push(packet);
}

} // namespace sallyport::journey
