// SPDX-License-Identifier: Apache-2.0
// Positions in the roster's arrays. Sixteen bits each, so that a flow entry holds eight appliances in two cache lines.
#pragma once

#include <cstdint>

namespace sallyport {

using PortIndex = std::uint16_t;
using EndpointIndex = std::uint16_t;
using ApplianceIndex = std::uint16_t;
using GroupIndex = std::uint16_t;
using ChainIndex = std::uint16_t;
using ListenerIndex = std::uint16_t;
using TargetGroupIndex = std::uint16_t;
using TargetIndex = std::uint16_t;

/// No such thing; for every index type above.
inline constexpr std::uint16_t no_index = 0xffff;

/// A chain visits at most so many appliances.
inline constexpr unsigned max_hops = 8;

} // namespace sallyport
