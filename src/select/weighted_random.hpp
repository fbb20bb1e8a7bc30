// SPDX-License-Identifier: Apache-2.0
// Weighted random: each member as often as its weight says, without memory of the flow before. The alias method (Walker
// 1977, built as Vose 1991): one row a member, each with two members in it, so a pick costs the same for two and for
// 500.
#pragma once

#include "support/index.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace sallyport::select {

/// The part `keep` / 2^32 of a row is its own member's, the rest the alias'. A row without a rest has itself as alias.
struct AliasRow {
    std::uint32_t keep = 0;
    std::uint16_t member = no_index; // positions among the weights
    std::uint16_t alias = no_index;
};

/// A row for each member that has a weight; empty when none has. Shares are those of the weights to 2^-32.
[[nodiscard]] std::vector<AliasRow> build_weighted_random(std::span<const std::uint16_t> weights);

/// The position that 64 random bits stand for; no_index when there are no rows.
[[nodiscard]] inline std::uint16_t pick_weighted_random(std::span<const AliasRow> rows, std::uint64_t random) noexcept {
    if (rows.empty()) return no_index;
    // The high half chooses the row, the low half the place in it.
    const AliasRow& row = rows[(random >> 32) * rows.size() >> 32];
    return static_cast<std::uint32_t>(random) < row.keep ? row.member : row.alias;
}

} // namespace sallyport::select
