// SPDX-License-Identifier: Apache-2.0
// How the kernel spreads an interface's frames over the AF_PACKET sockets of DPDK's driver.
#pragma once

#include <cstdint>

namespace sallyport::io {

/// The value of PACKET_FANOUT that the gateway wants in place of the one that DPDK's driver asks for, which is
/// `wanted`: the same group, by the flow's hash alone.
///
/// DPDK 22.11 asks for two things besides that no gateway can do with, and has no argument against them
/// (docs/decisions/0004):
/// - PACKET_FANOUT_FLAG_ROLLOVER puts a flow's frames into another socket when its own fills up. Two workers then have
///   parts of one flow, and hand over out of order what is better lost: senders slow down for a loss.
/// - PACKET_FANOUT_FLAG_DEFRAG puts IPv4 fragments together, into packets larger than the link's MTU and the driver's
/// slots.
[[nodiscard]] std::uint32_t fanout_by_flow(std::uint32_t wanted) noexcept;

} // namespace sallyport::io
