// SPDX-License-Identifier: Apache-2.0
// Which of a forward action's target groups gets a request? By weight; those that nobody takes requests in are left out
// while others do, as with flows (balance/l4).
#pragma once

#include "balance/rules/rule_set.hpp"
#include "config/http_faults.hpp"
#include "select/weighted_choice.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace sallyport::rules {

/// The position among `rule.shares`, for 64 random bits. `takes(group)`: whether somebody in the group (a number of
/// RuleSet::group_names()) takes requests. no_index when no group with a weight does: the request is answered with 503.
template <typename Takes>
[[nodiscard]] std::uint16_t choose_group(const Rule& rule, std::uint64_t random, Takes&& takes) {
    std::array<std::uint16_t, config::max_shares> weights = {};
    const std::size_t count = std::min(rule.shares.size(), weights.size());
    for (std::size_t i = 0; i < count; ++i)
        if (takes(rule.shares[i].group)) weights[i] = rule.shares[i].weight;
    return select::pick_weighted({weights.data(), count}, random);
}

} // namespace sallyport::rules
