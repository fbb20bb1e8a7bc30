// SPDX-License-Identifier: Apache-2.0
#include "health/passive.hpp"

#include <algorithm>

namespace sallyport::health {
namespace {

std::uint64_t ns(std::chrono::nanoseconds duration) {
    return static_cast<std::uint64_t>(duration.count());
}

std::string seconds(std::uint64_t nanoseconds) {
    return std::to_string(nanoseconds / 1'000'000'000U) + " s";
}

} // namespace

void PassiveDetector::see(const Traffic& traffic, Instant now) {
    const bool is_comparable =
        last_ && traffic.packets_sent >= last_->packets_sent && traffic.packets_returned >= last_->packets_returned;
    if (!is_comparable) return restart(traffic);
    const std::uint64_t sent = traffic.packets_sent - last_->packets_sent;
    const bool something_returned = traffic.packets_returned != last_->packets_returned;
    last_ = traffic;

    if (something_returned) {
        window_.reset();
        is_silent_ = false;
        back_off_ = rule_.first_back_off;
    } else if (is_silent_) {
        if (now.nanoseconds >= try_again_ns_) try_again();
    } else if (sent > 0) {
        count(sent, now);
        judge(now);
    }
}

void PassiveDetector::try_again() noexcept {
    is_silent_ = false;
    window_.reset();
}

void PassiveDetector::restart(const Traffic& traffic) noexcept {
    last_ = traffic;
    window_.reset();
}

void PassiveDetector::count(std::uint64_t packets, Instant now) noexcept {
    const bool begins = !window_ || now.nanoseconds - window_->last_sent_ns >= ns(rule_.pause);
    if (begins) window_ = Window{now.nanoseconds, now.nanoseconds, 0};
    window_->last_sent_ns = now.nanoseconds;
    window_->packets += packets;
}

void PassiveDetector::judge(Instant now) {
    const std::uint64_t age_ns = now.nanoseconds - window_->first_sent_ns;
    if (age_ns < ns(rule_.window) || window_->packets < rule_.packets) return;
    is_silent_ = true;
    try_again_ns_ = now.nanoseconds + ns(back_off_);
    sentence_ = "Nothing came back of " + std::to_string(window_->packets) + " packets in " + seconds(age_ns) +
                "; new flows may try it again after " + seconds(ns(back_off_));
    back_off_ = std::min(back_off_ * 2, rule_.longest_back_off);
    window_.reset();
}

Verdict overall(const Verdict& checks, CheckReach reach, const PassiveDetector& passive) {
    const bool silence_counts = checks.health == chain::Health::healthy && reach != CheckReach::through;
    if (!silence_counts || !passive.is_silent()) return checks;
    return {chain::Health::unhealthy, Reason::no_return_traffic, passive.sentence()};
}

} // namespace sallyport::health
