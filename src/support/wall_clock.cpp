// SPDX-License-Identifier: Apache-2.0
#include "support/wall_clock.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace sallyport {

std::string WallClock::text(Instant at) const {
    constexpr std::int64_t last_ms = 253'402'300'799'999; // of the year 9999
    const std::int64_t ms =
        std::clamp<std::int64_t>((static_cast<std::int64_t>(at.nanoseconds) + offset_ns) / 1'000'000, 0, last_ms);
    const std::time_t seconds = ms / 1000;
    std::tm date = {};
    ::gmtime_r(&seconds, &date);
    std::array<char, 32> text = {};
    const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &date);
    std::snprintf(text.data() + length, text.size() - length, ".%03uZ", static_cast<unsigned>(ms % 1000));
    return text.data();
}

} // namespace sallyport
