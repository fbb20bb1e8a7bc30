// SPDX-License-Identifier: Apache-2.0
#include "health/passive_connections.hpp"

#include <algorithm>

namespace sallyport::health {
namespace {

std::uint64_t ns(std::chrono::nanoseconds duration) {
    return static_cast<std::uint64_t>(duration.count());
}

} // namespace

void ConnectionDetector::see(const Connections& connections, Instant now) {
    const Connections before = last_.value_or(connections);
    last_ = connections;
    const bool is_comparable = connections.refused >= before.refused && connections.unanswered >= before.unanswered &&
                               connections.answered >= before.answered;
    if (!is_comparable) {
        row_.reset();
        return;
    }
    const std::uint64_t refused = connections.refused - before.refused;
    // Who speaks is not silent: a client can send SYNs that no target answers (a wrong checksum is enough), and may not
    // take it from the others that way.
    const bool is_silent = connections.packets == before.packets;
    const std::uint64_t unanswered = is_silent ? connections.unanswered - before.unanswered : 0;
    if (connections.answered != before.answered) {
        // It may have accepted one and refused the next: which was last is not known, so the row begins anew.
        try_again();
        back_off_ = rule_.first_back_off;
    } else if (is_failing_) {
        if (!is_checked_ && now.nanoseconds >= try_again_ns_) try_again();
    } else if (refused + unanswered > 0) {
        count(refused, unanswered, now);
        judge(now);
    }
}

void ConnectionDetector::note_passed_check(unsigned healthy_threshold) noexcept {
    if (is_failing_ && ++checks_passed_ >= healthy_threshold) try_again();
}

void ConnectionDetector::try_again() noexcept {
    is_failing_ = false;
    checks_passed_ = 0;
    row_.reset();
}

void ConnectionDetector::count(std::uint64_t refused, std::uint64_t unanswered, Instant now) noexcept {
    if (!row_ || now.nanoseconds - row_->began_ns > ns(rule_.window)) row_ = Row{now.nanoseconds, 0, 0};
    row_->refused += refused;
    row_->unanswered += unanswered;
}

void ConnectionDetector::judge(Instant now) {
    const std::uint64_t failures = row_->refused + row_->unanswered;
    if (failures < rule_.failures) return;
    is_failing_ = true;
    checks_passed_ = 0;
    sentence_ = "The last " + std::to_string(failures) + " connections failed: " + std::to_string(row_->refused) +
                " refused, " + std::to_string(row_->unanswered) + " not answered";
    if (!is_checked_) {
        try_again_ns_ = now.nanoseconds + ns(back_off_);
        sentence_ += "; new ones may try it again after " + std::to_string(ns(back_off_) / 1'000'000'000U) + " s";
        back_off_ = std::min(back_off_ * 2, rule_.longest_back_off);
    }
    row_.reset();
}

} // namespace sallyport::health
