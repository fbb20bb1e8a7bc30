// SPDX-License-Identifier: Apache-2.0
// How long a flow's packets are away at each appliance of its chain. One packet of a flow is timed at a time, so that a
// cache line a flow is enough; which ones are timed depends on nothing but when the one before came back.
#pragma once

#include "support/index.hpp"

#include <array>
#include <cstdint>

namespace sallyport::flow {

/// One packet on one visit. Two that are alike in all of this and away together count for each other.
struct TimedPacket {
    std::uint32_t fingerprint = 0; // what appliances leave as it is
    std::uint8_t hop = 0;          // at most max_hops - 1
    bool is_forward = true;
};

class alignas(64) HopClock {
public:
    /// Longer than this a packet is given up: it was dropped there, most likely.
    static constexpr std::uint32_t patience_us = 1'000'000;

    /// The packet leaves. Times are microseconds on a circle of 71 minutes.
    void leave(const TimedPacket& packet, std::uint32_t now_us) noexcept {
        if (is_running_ && now_us - started_us_ <= patience_us) return;
        fingerprint_ = packet.fingerprint;
        hop_ = packet.hop & (max_hops - 1);
        is_forward_ = packet.is_forward;
        is_running_ = true;
        started_us_ = now_us;
    }
    /// The packet is back.
    void come_back(const TimedPacket& packet, std::uint32_t now_us) noexcept {
        if (!is_running_ || packet.fingerprint != fingerprint_ || packet.hop != hop_ ||
            packet.is_forward != is_forward_) {
            return;
        }
        is_running_ = false;
        if (now_us - started_us_ <= patience_us) add(hop_, now_us - started_us_);
    }
    /// The hop is another appliance's from now on.
    void forget(unsigned hop) noexcept {
        sums_us_[hop] = 0;
        visits_[hop] = 0;
        if (hop_ == hop) is_running_ = false;
    }

    /// How many visits were timed, at most 65,535: from then on older ones weigh less.
    [[nodiscard]] std::uint16_t visits(unsigned hop) const noexcept { return visits_[hop]; }
    /// 0 when none was timed.
    [[nodiscard]] std::uint32_t mean_us(unsigned hop) const noexcept {
        return visits_[hop] == 0 ? 0 : sums_us_[hop] / visits_[hop];
    }

private:
    void add(unsigned hop, std::uint32_t elapsed_us) noexcept {
        // Half of both is the same mean.
        if (visits_[hop] == 0xffff || sums_us_[hop] > 0xffff'ffffU - patience_us) {
            sums_us_[hop] /= 2;
            visits_[hop] /= 2;
        }
        sums_us_[hop] += elapsed_us;
        ++visits_[hop];
    }

    std::array<std::uint32_t, max_hops> sums_us_ = {};
    std::array<std::uint16_t, max_hops> visits_ = {};
    std::uint32_t started_us_ = 0;
    std::uint32_t fingerprint_ = 0;
    std::uint8_t hop_ = 0;
    bool is_forward_ = true;
    bool is_running_ = false;
};
static_assert(sizeof(HopClock) == 64);

} // namespace sallyport::flow
