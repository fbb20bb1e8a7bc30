// SPDX-License-Identifier: Apache-2.0
// Least connections: which member has the fewest connections for its weight? Asked anew for every flow, for the counts
// change with each; what is counted, and over which workers, is the caller's.
#pragma once

#include "support/index.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace sallyport::select {

/// The position with the smallest (connections + 1) / weight, which is the load that it would have with this flow;
/// no_index when no member has a weight. `connections` tells the count of a position, and is asked once for each that
/// has a weight. Of several that are equal the first from the cursor on: the cursor is the caller's own, a worker's,
/// and stands behind the last choice, so that equals take turns.
template <typename Connections>
[[nodiscard]] std::uint16_t pick_least_connections(std::span<const std::uint16_t> weights,
                                                   const Connections& connections, std::uint32_t& cursor) noexcept {
    static_assert(std::is_nothrow_invocable_r_v<std::uint32_t, const Connections&, std::size_t>);
    std::uint16_t best = no_index;
    std::uint64_t best_load = 0;
    std::size_t position = weights.empty() ? 0 : cursor % weights.size();
    for (std::size_t seen = 0; seen < weights.size(); ++seen) {
        const std::uint64_t weight = weights[position];
        if (weight != 0) {
            const std::uint64_t load = std::uint64_t{connections(position)} + 1;
            // a / b < c / d as a * d < c * b: 33 bits times 16 bits at most.
            if (best == no_index || load * weights[best] < best_load * weight) {
                best = static_cast<std::uint16_t>(position);
                best_load = load;
            }
        }
        if (++position == weights.size()) position = 0;
    }
    if (best != no_index) cursor = std::uint32_t{best} + 1;
    return best;
}

} // namespace sallyport::select
