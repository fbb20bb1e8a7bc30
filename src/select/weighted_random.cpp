// SPDX-License-Identifier: Apache-2.0
#include "select/weighted_random.hpp"

#include <cstddef>

namespace sallyport::select {
namespace {

/// `part` of a row that is `whole`, in 2^32ths. Only for less than the whole.
std::uint32_t fraction(std::uint64_t part, std::uint64_t whole) {
    // Both are below 2^32 (65535 members of weight 65535): the shift loses nothing.
    return static_cast<std::uint32_t>((part << 32) / whole);
}

} // namespace

std::vector<AliasRow> build_weighted_random(std::span<const std::uint16_t> weights) {
    std::vector<AliasRow> rows;
    std::uint64_t total = 0;
    for (std::size_t position = 0; position < weights.size(); ++position) {
        if (weights[position] == 0) continue;
        total += weights[position];
        const auto member = static_cast<std::uint16_t>(position);
        rows.push_back({0, member, member});
    }
    if (total == 0) return rows;
    // Whole numbers throughout: a row holds `total`, a member has its weight times the rows to give away.
    std::vector<std::uint64_t> left(rows.size());
    std::vector<std::size_t> small;
    std::vector<std::size_t> large;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        left[row] = std::uint64_t{weights[rows[row].member]} * rows.size();
        (left[row] < total ? small : large).push_back(row);
    }
    while (!small.empty()) {
        // What the small one leaves of its row, the large one fills. There is one: on average a row is full.
        const std::size_t poor = small.back();
        const std::size_t rich = large.back();
        small.pop_back();
        rows[poor].keep = fraction(left[poor], total);
        rows[poor].alias = rows[rich].member;
        left[rich] -= total - left[poor];
        if (left[rich] < total) {
            large.pop_back();
            small.push_back(rich);
        }
    }
    return rows;
}

} // namespace sallyport::select
