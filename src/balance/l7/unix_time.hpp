// SPDX-License-Identifier: Apache-2.0
// The time of day as the L7 stage is given it: for cookies, dates, trace ids and log lines. Nothing here asks a clock.
#pragma once

#include <chrono>
#include <cstdint>

namespace sallyport::l7 {

/// Since 1970 in UTC, as POSIX counts.
using UnixTime = std::chrono::sys_time<std::chrono::microseconds>;

[[nodiscard]] inline std::chrono::sys_seconds whole_seconds(UnixTime at) noexcept {
    return std::chrono::floor<std::chrono::seconds>(at);
}

} // namespace sallyport::l7
