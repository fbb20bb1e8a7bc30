// SPDX-License-Identifier: Apache-2.0
// Is a spread as even as chance would have it? Pearson's chi-square test, with the exact tail for whole degrees of
// freedom (Abramowitz and Stegun 26.4.4 and 26.4.5).
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

namespace sallyport::select::test {

/// How probable it is that a chi-square variable of so many degrees of freedom is at least `statistic`.
inline double chi_square_tail(double statistic, unsigned degrees) {
    const double half = statistic / 2;
    double tail = degrees % 2 == 0 ? 0 : std::erfc(std::sqrt(half));
    for (double order = degrees % 2 == 0 ? 0 : 0.5; order < degrees / 2.0; order += 1)
        tail += std::exp(order * std::log(half) - half - std::lgamma(order + 1));
    return tail;
}

/// The probability that so uneven a spread comes from members that are met as often as their weights say. 0 when one
/// without a weight was met.
inline double chance_of(std::span<const std::uint64_t> counts, std::span<const std::uint16_t> weights) {
    double total_count = 0;
    double total_weight = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (weights[i] == 0 && counts[i] != 0) return 0;
        total_count += static_cast<double>(counts[i]);
        total_weight += weights[i];
    }
    double statistic = 0;
    unsigned degrees = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (weights[i] == 0) continue;
        const double expected = total_count * weights[i] / total_weight;
        statistic +=
            (static_cast<double>(counts[i]) - expected) * (static_cast<double>(counts[i]) - expected) / expected;
        ++degrees;
    }
    return chi_square_tail(statistic, degrees - 1);
}

/// So rare a spread is not taken for chance. The numbers in the tests are fixed, so a test does not fail now and then.
inline constexpr double too_rare = 0.001;

} // namespace sallyport::select::test
