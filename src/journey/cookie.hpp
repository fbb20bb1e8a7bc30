// SPDX-License-Identifier: Apache-2.0
// The flow cookie on the wire. Its top four bits name the worker that owns the flow; the rest can not be guessed. Hop n
// of a flow sees the flow's cookie with n xored into its lowest three bits, so that a packet shows which visit it
// returns from, and an appliance that serves in two groups is told apart from itself.
#pragma once

#include "journey/worker.hpp"
#include "support/siphash.hpp"

#include <cstdint>

namespace sallyport::journey {

inline constexpr unsigned cookie_worker_shift = 28;
inline constexpr std::uint32_t cookie_hop_mask = max_hops - 1;
static_assert(max_workers == 1U << (32 - cookie_worker_shift) && (max_hops & (max_hops - 1)) == 0);

/// A new one for every flow, also for one that takes the 5-tuple of another: `sequence` counts a worker's flows.
[[nodiscard]] inline std::uint32_t make_cookie(const SipKey& key, unsigned worker, std::uint64_t sequence) noexcept {
    const std::uint64_t random = siphash13<2>(key, {worker, sequence});
    return worker << cookie_worker_shift | (static_cast<std::uint32_t>(random) & ((1U << cookie_worker_shift) - 1));
}

[[nodiscard]] inline std::uint32_t cookie_of_hop(std::uint32_t cookie, unsigned hop) noexcept {
    return cookie ^ hop;
}

/// What a copy of a packet carries that goes on without its appliance. Another cookie than that of the visits before,
/// so that what was on its way to the appliance when the copies began is told from what comes back of them.
[[nodiscard]] inline std::uint32_t cookie_of_copy(std::uint32_t cookie, unsigned hop) noexcept {
    return cookie ^ (max_hops | hop);
}
/// Of the difference between a cookie that came back and the flow's own; its lowest bits name the hop.
[[nodiscard]] inline bool is_of_copy(std::uint32_t difference, unsigned hop_count) noexcept {
    return (difference ^ max_hops) < hop_count;
}

[[nodiscard]] inline unsigned worker_of_cookie(std::uint32_t cookie) noexcept {
    return cookie >> cookie_worker_shift;
}

} // namespace sallyport::journey
