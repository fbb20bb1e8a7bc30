// SPDX-License-Identifier: Apache-2.0
// A token bucket over the caller's clock; for the ICMP errors that a gateway sends (RFC 1812 4.3.2.8, RFC 4443 2.4 f).
#pragma once

#include "support/clock.hpp"

#include <algorithm>
#include <cstdint>

namespace sallyport::journey {

class RateLimit {
public:
    RateLimit(std::uint32_t tokens_per_second, std::uint32_t burst) noexcept
        : nanoseconds_per_token_(1'000'000'000U / tokens_per_second), burst_(burst), tokens_(burst) {}

    [[nodiscard]] bool take(Instant now) noexcept {
        const std::uint64_t earned = (now.nanoseconds - refilled_.nanoseconds) / nanoseconds_per_token_;
        if (earned != 0) {
            tokens_ = std::min<std::uint64_t>(burst_, tokens_ + earned);
            refilled_.nanoseconds += earned * nanoseconds_per_token_;
        }
        if (tokens_ == 0) return false;
        --tokens_;
        return true;
    }

private:
    std::uint64_t nanoseconds_per_token_;
    std::uint64_t burst_;
    std::uint64_t tokens_;
    Instant refilled_;
};

} // namespace sallyport::journey
