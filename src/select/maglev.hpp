// SPDX-License-Identifier: Apache-2.0
// Maglev consistent hashing (Eisenbud et al., NSDI 2016, section 3.4): a table in which every member has slots in
// proportion to its weight, and which changes little when a member comes or goes. Building is slow and done on the
// control thread; choosing is one look at the table.
#pragma once

#include "support/index.hpp"
#include "support/siphash.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace sallyport::select {

struct MaglevMember {
    std::string identity;     // what makes the member's place in the table: never empty
    std::uint16_t weight = 1; // 0: no slots
};

/// A prime, over a hundred times the members that a group sensibly has, so that shares are even to 1 %.
inline constexpr std::uint32_t maglev_slots = 65537;

/// By slot the position of a member; empty when no member has a weight.
[[nodiscard]] std::vector<std::uint16_t> build_maglev(std::span<const MaglevMember> members,
                                                      std::uint32_t slots = maglev_slots);

/// What stands in the hash's slot of such a table, or of one made from it; no_index when it is empty.
[[nodiscard]] inline std::uint16_t member_at(std::span<const std::uint16_t> table, std::uint64_t hash) noexcept {
    return table.empty() ? no_index : table[hash % table.size()];
}

} // namespace sallyport::select
