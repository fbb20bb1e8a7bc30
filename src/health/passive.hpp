// SPDX-License-Identifier: Apache-2.0
// Does anything come back from an appliance? The 30-second rule, from nothing but the counters of its traffic: what is
// sent packets for 30 s and returns none is not passing traffic, whatever its health check's port says.
#pragma once

#include "health/state.hpp"
#include "support/clock.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace sallyport::health {

struct PassiveRule {
    std::chrono::nanoseconds window = std::chrono::seconds(30); // since the first packet, without an answer
    std::uint64_t packets = 10;                                 // at least, in the window
    /// So long without a packet to the appliance, and the window begins anew: a denied packet now and then, over a
    /// day, is no sign of anything.
    std::chrono::nanoseconds pause = std::chrono::seconds(60);
    std::chrono::nanoseconds first_back_off = std::chrono::seconds(30);
    std::chrono::nanoseconds longest_back_off = std::chrono::minutes(5);
};

/// An appliance's counters, since a start of the caller's choice.
struct Traffic {
    std::uint64_t packets_sent = 0;
    std::uint64_t packets_returned = 0;
};

class PassiveDetector {
public:
    explicit PassiveDetector(const PassiveRule& rule = {}) : rule_(rule), back_off_(rule.first_back_off) {}

    /// To be called about every second; `now` is not before the last one.
    void see(const Traffic& traffic, Instant now);
    [[nodiscard]] bool is_silent() const noexcept { return is_silent_; }
    /// Why it is taken for silent; of the last time, when it is no more.
    [[nodiscard]] const std::string& sentence() const noexcept { return sentence_; }
    /// Other evidence speaks for the appliance: let it have traffic again, and see.
    void try_again() noexcept;

private:
    struct Window {
        std::uint64_t first_sent_ns = 0;
        std::uint64_t last_sent_ns = 0;
        std::uint64_t packets = 0;
    };
    void restart(const Traffic& traffic) noexcept;
    void count(std::uint64_t packets, Instant now) noexcept;
    void judge(Instant now);

    PassiveRule rule_;
    std::optional<Traffic> last_;
    std::optional<Window> window_; // from the first packet after which nothing came back
    std::chrono::nanoseconds back_off_;
    std::uint64_t try_again_ns_ = 0;
    bool is_silent_ = false;
    std::string sentence_;
};

/// Whether the checks of an appliance go through it, as the GENEVE probe does, or only to one of its ports.
enum class CheckReach : std::uint8_t { port, through };

/// What checks and silence together say of an appliance. Checks that fail outrank everything. A GENEVE probe that
/// passes outranks silence: the data path was just seen to work, so a firewall from which nothing else comes back
/// denies it all, and that is its task. A port that answers does not. Without checks the silence alone decides.
[[nodiscard]] Verdict overall(const Verdict& checks, CheckReach reach, const PassiveDetector& passive);

} // namespace sallyport::health
