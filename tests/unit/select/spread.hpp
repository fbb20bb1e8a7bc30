// SPDX-License-Identifier: Apache-2.0
// What several tests of selection need: members with weights, their Maglev table, counts by position.
#pragma once

#include "select/maglev.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace sallyport::select::test {

inline constexpr SipKey fixed_key = {0x0123456789abcdefU, 0xfedcba9876543210U};

inline std::vector<MaglevMember> members(std::span<const std::uint16_t> weights) {
    std::vector<MaglevMember> all;
    for (const std::uint16_t weight : weights)
        all.push_back({"group/target-" + std::to_string(all.size()), weight});
    return all;
}

/// How often each position is picked in `times`, by a function of 0, 1, 2, ...
template <typename Pick>
std::vector<std::uint64_t> count_picks(std::size_t positions, std::uint64_t times, const Pick& pick) {
    std::vector<std::uint64_t> counts(positions);
    for (std::uint64_t number = 0; number < times; ++number)
        ++counts.at(pick(number));
    return counts;
}

/// How many of a hundred numbers are hashed to another member, by name, of `after` than of `before`, when neither is
/// `exempt`.
template <typename Hash>
double moved_percent(const std::vector<MaglevMember>& before, const std::vector<MaglevMember>& after,
                     const std::string& exempt, const Hash& hash) {
    constexpr unsigned times = 100'000;
    const std::vector<std::uint16_t> was = build_maglev(before);
    const std::vector<std::uint16_t> is = build_maglev(after);
    unsigned moved = 0;
    for (std::uint64_t number = 0; number < times; ++number) {
        const std::string& first = before[member_at(was, hash(number))].identity;
        const std::string& then = after[member_at(is, hash(number))].identity;
        if (first != then && first != exempt && then != exempt) ++moved;
    }
    return moved * 100.0 / times;
}

} // namespace sallyport::select::test
