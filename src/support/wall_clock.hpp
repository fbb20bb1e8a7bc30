// SPDX-License-Identifier: Apache-2.0
// From the gateway's own time line to the time of day, for what people and other programs read.
#pragma once

#include "support/clock.hpp"

#include <cstdint>
#include <string>

namespace sallyport {

/// How far apart the two were when somebody looked; whoever keeps one of these for long misses it when the time of day
/// is set.
struct WallClock {
    std::int64_t offset_ns = 0; // from an Instant to nanoseconds since 1970; 0 for a trace

    /// RFC 3339 in UTC with milliseconds: "2026-11-21T09:30:50.123Z". From 1970 to 9999.
    [[nodiscard]] std::string text(Instant at) const;
};

} // namespace sallyport
