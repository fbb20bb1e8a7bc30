// SPDX-License-Identifier: Apache-2.0
// When is an appliance checked? At random parts of the interval, so that the checks of many appliances, and of many
// gateways, do not march in step.
#pragma once

#include <chrono>
#include <random>

namespace sallyport::health {

using Random = std::mt19937_64;

/// From the start of the watch to the first check: anything from nothing to the whole interval.
[[nodiscard]] inline std::chrono::microseconds first_delay(std::chrono::microseconds interval, Random& random) {
    return std::chrono::microseconds(std::uniform_int_distribution<std::int64_t>(0, interval.count())(random));
}

/// From the start of one check to the start of the next: the interval, 10 % more or less.
[[nodiscard]] inline std::chrono::microseconds next_delay(std::chrono::microseconds interval, Random& random) {
    const std::int64_t tenth = interval.count() / 10;
    return interval + std::chrono::microseconds(std::uniform_int_distribution<std::int64_t>(-tenth, tenth)(random));
}

} // namespace sallyport::health
