// SPDX-License-Identifier: Apache-2.0
// Weighted target groups: which of the few groups of a forward action (ALB and NLB: 5 at most, weights 0 to 999) gets a
// flow? By the flow's hash, so that every gateway chooses alike, and a group whose share grows takes flows from its
// neighbours in the list only.
#pragma once

#include "support/index.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace sallyport::select {

/// The position in whose part of 0 to 2^32 the hash lies; no_index when no weight is set. By the hash's high half, as a
/// place on a line: its remainder would send flows anywhere as soon as the sum of the weights changed, and goes on to
/// a Maglev slot in the group.
[[nodiscard]] constexpr std::uint16_t pick_weighted(std::span<const std::uint16_t> weights,
                                                    std::uint64_t hash) noexcept {
    std::uint64_t total = 0;
    for (const std::uint16_t weight : weights)
        total += weight;
    std::uint64_t place = (hash >> 32) * total >> 32;
    for (std::size_t position = 0; position < weights.size(); ++position) {
        if (place < weights[position]) return static_cast<std::uint16_t>(position);
        place -= weights[position];
    }
    return no_index;
}

} // namespace sallyport::select
