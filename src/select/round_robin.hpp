// SPDX-License-Identifier: Apache-2.0
// Smooth weighted round robin, nginx's algorithm: members take turns in proportion to their weights, and a heavy one's
// turns are spread over the cycle. The cycle is unrolled on the control thread; whose turn it is is one look at it.
#pragma once

#include "support/index.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace sallyport::select {

/// So many turns in a cycle, or nearly so, where the weights need as many or more: then each member has its share to
/// half a turn, and one turn at least. A cycle is never longer than this and one turn a member.
inline constexpr std::uint32_t max_turns = 8192;

/// The positions of members by turn, by their weights; empty when no member has a weight. A member of weight 0 has no
/// turn. Takes time in proportion to turns times members: some 10 ms for 500 members that need all turns.
[[nodiscard]] std::vector<std::uint16_t> build_round_robin(std::span<const std::uint16_t> weights);

/// Whose turn it is; no_index when the cycle is empty. The cursor is its caller's own, a worker's: workers that begin
/// at different ones do not begin with the same member.
[[nodiscard]] inline std::uint16_t next_in_turn(std::span<const std::uint16_t> cycle, std::uint32_t& cursor) noexcept {
    if (cycle.empty()) return no_index;
    // Back to the start and not on to 2^32, which is no multiple of a cycle.
    const std::size_t turn = cursor < cycle.size() ? cursor : cursor % cycle.size();
    cursor = static_cast<std::uint32_t>(turn) + 1;
    return cycle[turn];
}

} // namespace sallyport::select
