// SPDX-License-Identifier: Apache-2.0
// The reactors' one time line: read once a round, and handed around.
#pragma once

#include "support/clock.hpp"

#include <chrono>

namespace sallyport::serve {

using Time = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;

/// As those count who share algorithms with the packet path.
[[nodiscard]] inline Instant instant_of(Time time) noexcept {
    return {static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count())};
}

} // namespace sallyport::serve
