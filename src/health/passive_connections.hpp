// SPDX-License-Identifier: Apache-2.0
// Does a target accept connections? From nothing but the counters of those that clients opened: NLB's passive check,
// whose figures AWS does not tell. For TCP; of UDP nothing can be said.
#pragma once

#include "support/clock.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace sallyport::health {

struct ConnectionRule {
    std::uint64_t failures = 5; // in a row, with no connection accepted in between
    /// All of them within this time: a refused connection now and then, over a day, is no sign of anything.
    std::chrono::nanoseconds window = std::chrono::seconds(60);
    // Without an active check: how long until new connections may try it again; twice as long each time.
    std::chrono::nanoseconds first_back_off = std::chrono::seconds(30);
    std::chrono::nanoseconds longest_back_off = std::chrono::minutes(5);
};

/// A target's counters, since a start of the caller's choice.
struct Connections {
    std::uint64_t refused = 0;    // answered with RST
    std::uint64_t unanswered = 0; // not answered in time
    std::uint64_t answered = 0;   // accepted
    std::uint64_t packets = 0;    // that it sent, of whatever connection
};

class ConnectionDetector {
public:
    /// `is_checked`: it has active checks, and is healthy again when enough of them have passed.
    explicit ConnectionDetector(const ConnectionRule& rule = {}, bool is_checked = false)
        : rule_(rule), is_checked_(is_checked), back_off_(rule.first_back_off) {}

    /// To be called about every second; `now` is not before the last one.
    void see(const Connections& connections, Instant now);
    /// An active check passed; so many in a row make a target healthy again.
    void note_passed_check(unsigned healthy_threshold) noexcept;
    void note_failed_check() noexcept { checks_passed_ = 0; }
    [[nodiscard]] bool is_failing() const noexcept { return is_failing_; }
    /// Why it is taken for failing; of the last time, when it is no more.
    [[nodiscard]] const std::string& sentence() const noexcept { return sentence_; }

private:
    struct Row {
        std::uint64_t began_ns = 0;
        std::uint64_t refused = 0;
        std::uint64_t unanswered = 0;
    };
    void try_again() noexcept;
    void count(std::uint64_t refused, std::uint64_t unanswered, Instant now) noexcept;
    void judge(Instant now);

    ConnectionRule rule_;
    bool is_checked_;
    std::optional<Connections> last_;
    std::optional<Row> row_; // of failures, since the last connection that was accepted
    std::chrono::nanoseconds back_off_;
    std::uint64_t try_again_ns_ = 0;
    unsigned checks_passed_ = 0; // in a row, since it fails
    bool is_failing_ = false;
    std::string sentence_;
};

} // namespace sallyport::health
