// SPDX-License-Identifier: Apache-2.0
#include "select/round_robin.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace sallyport::select {
namespace {

/// How many turns of a cycle each member has: its weight, in the smallest numbers that say the same or nearly so.
std::vector<std::uint32_t> turns_of_each(std::span<const std::uint16_t> weights) {
    std::vector<std::uint32_t> turns(weights.begin(), weights.end());
    std::uint32_t common = 0;
    std::uint64_t total = 0;
    for (const std::uint32_t weight : turns) {
        common = std::gcd(common, weight);
        total += weight;
    }
    if (total == 0) return turns;
    const bool fits = total / common <= max_turns;
    for (std::uint32_t& weight : turns) {
        if (weight == 0) continue;
        const std::uint64_t rounded = (std::uint64_t{weight} * max_turns + total / 2) / total;
        weight = fits ? weight / common : static_cast<std::uint32_t>(std::max<std::uint64_t>(rounded, 1));
    }
    return turns;
}

} // namespace

std::vector<std::uint16_t> build_round_robin(std::span<const std::uint16_t> weights) {
    const std::vector<std::uint32_t> turns = turns_of_each(weights);
    const auto total = std::accumulate(turns.begin(), turns.end(), std::int64_t{0});
    std::vector<std::int64_t> credit(turns.size());
    std::vector<std::uint16_t> cycle(static_cast<std::size_t>(total));
    for (std::uint16_t& turn : cycle) {
        // Everyone earns its weight; the richest has the turn, the first of several, and pays for all.
        std::size_t richest = 0;
        for (std::size_t member = 0; member < turns.size(); ++member) {
            credit[member] += turns[member];
            if (credit[member] > credit[richest]) richest = member;
        }
        credit[richest] -= total;
        turn = static_cast<std::uint16_t>(richest);
    }
    return cycle;
}

} // namespace sallyport::select
