// SPDX-License-Identifier: Apache-2.0
// Slow start: how much of its weight does an appliance, or a target, get so long after it became healthy? ALB's linear
// rise, in steps, because each step is a new roster.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace sallyport::select {

inline constexpr std::uint16_t slow_start_step_percent = 5;

/// 5 to 100; 100 when `duration` is over or 0.
[[nodiscard]] constexpr std::uint16_t slow_start_share(std::chrono::milliseconds since,
                                                       std::chrono::milliseconds duration) noexcept {
    if (since >= duration) return 100;
    const auto percent = static_cast<std::uint16_t>(std::max<std::int64_t>(since.count(), 0) * 100 / duration.count());
    return std::max(slow_start_step_percent,
                    static_cast<std::uint16_t>(percent / slow_start_step_percent * slow_start_step_percent));
}

/// The weight, 0 to 999, that a share of it comes to, in halves of a percent, so that 5 % of a weight of 1 is not
/// nothing, and 100 % of 999 has room. For all members of a group, or for none: it is another unit than the weight's.
[[nodiscard]] constexpr std::uint16_t weight_at_share(std::uint16_t weight, std::uint16_t share_percent) noexcept {
    if (weight == 0) return 0;
    return static_cast<std::uint16_t>(std::max(weight * share_percent / 2, 1));
}

} // namespace sallyport::select
