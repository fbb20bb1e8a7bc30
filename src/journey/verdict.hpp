// SPDX-License-Identifier: Apache-2.0
// What appliances say about the rest of a flow: who may, and what holds.
#pragma once

#include "journey/steps.hpp"

#include <span>

namespace sallyport::journey {

[[nodiscard]] inline OffloadedHop offloaded_hop(const flow::FlowTable& flows, flow::FlowIndex flow,
                                                unsigned hop) noexcept {
    return {flow, flows.entry(flow).cookie, flows.hop(flow, hop), static_cast<std::uint8_t>(hop)};
}

/// What the appliance at `source` says with the options of a packet that it gave back, noted if it may say it. What is
/// to become of this very packet follows from it, granted or not: nobody has to be allowed to drop what it was shown,
/// and to forward it because its appliance hoped to be asked no more would turn a denial into its opposite.
[[nodiscard]] geneve::FlowVerdict hear_verdict(Round& round, const Packet& packet,
                                               std::span<const std::uint8_t> options, const IpAddress& source) noexcept;

/// The verdict that holds at the packet's hop, whose appliance may offload; uses up the packet's bytes of it.
[[nodiscard]] geneve::FlowVerdict verdict_of_hop(Round& round, const Packet& packet) noexcept;

} // namespace sallyport::journey
