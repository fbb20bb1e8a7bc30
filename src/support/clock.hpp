// SPDX-License-Identifier: Apache-2.0
// Time as an input. Nothing below src/io and src/replay asks a clock; it is handed an Instant.
#pragma once

#include <cstdint>

namespace sallyport {

/// A point on the gateway's one time line, in nanoseconds since an epoch of the caller's choice (boot for a running
/// gateway, 1970 for a trace). Never goes back: whoever feeds it sees to that.
struct Instant {
    std::uint64_t nanoseconds = 0;

    /// Milliseconds on a circle of 49 days; compare with age_ms(), never with <.
    [[nodiscard]] std::uint32_t wrapped_ms() const noexcept {
        return static_cast<std::uint32_t>(nanoseconds / 1'000'000U);
    }
};

/// How long ago `then` was, both being wrapped milliseconds. Right for ages below 49 days.
[[nodiscard]] inline std::uint32_t age_ms(std::uint32_t now, std::uint32_t then) noexcept {
    return now - then;
}

} // namespace sallyport
