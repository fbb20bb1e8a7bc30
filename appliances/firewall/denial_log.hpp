// SPDX-License-Identifier: Apache-2.0
// How many denials are worth a line: an attacker must not fill the disk, or slow the firewall down, with packets.
#pragma once

#include "support/clock.hpp"

#include <cstdint>
#include <optional>

namespace sallyport::appliances {

/// At most `lines_per_second`; the first line of a second says how many were left out before.
class DenialLog {
public:
    static constexpr std::uint32_t lines_per_second = 10;

    /// Whether to write a line now: nothing for no, else the number of denials without a line since the last one.
    [[nodiscard]] std::optional<std::uint64_t> admit(Instant now) noexcept {
        constexpr std::uint64_t second_ns = 1'000'000'000;
        if (!begun_ || now.nanoseconds - second_began_ns_ >= second_ns) {
            begun_ = true;
            second_began_ns_ = now.nanoseconds;
            lines_ = 0;
        }
        if (lines_ >= lines_per_second) {
            ++left_out_;
            return std::nullopt;
        }
        ++lines_;
        const std::uint64_t left_out = left_out_;
        left_out_ = 0;
        return left_out;
    }

private:
    bool begun_ = false;
    std::uint64_t second_began_ns_ = 0;
    std::uint32_t lines_ = 0;
    std::uint64_t left_out_ = 0;
};

} // namespace sallyport::appliances
