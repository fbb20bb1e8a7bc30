// SPDX-License-Identifier: Apache-2.0
// What do the results of checks, one after the other, make of an appliance? ELB's rules: the first success makes it
// healthy; afterwards it takes so many failures, or successes, in a row to change that.
#pragma once

#include "chain/slots.hpp"
#include "health/result.hpp"

#include <set>
#include <string>

namespace sallyport::health {

struct Thresholds {
    unsigned healthy = 5;   // successes in a row that make an unhealthy appliance healthy
    unsigned unhealthy = 2; // failures in a row that make an appliance unhealthy
};

struct Verdict {
    chain::Health health = chain::Health::healthy;
    Reason reason = Reason::none;
    std::string sentence; // empty when healthy, as in ELB

    [[nodiscard]] bool same_state(const Verdict& other) const noexcept {
        return health == other.health && reason == other.reason;
    }
};

/// Before the first check.
[[nodiscard]] Verdict initial_verdict();

class CheckState {
public:
    /// `start`: what is known of the appliance already, such as from the checks before a reload.
    CheckState(const Thresholds& thresholds, Verdict start) : thresholds_(thresholds), verdict_(std::move(start)) {}

    void take(const CheckResult& result);
    [[nodiscard]] const Verdict& verdict() const noexcept { return verdict_; }
    [[nodiscard]] unsigned failures_in_a_row() const noexcept { return failures_; }

private:
    void succeed();
    void fail(const CheckResult& result);
    [[nodiscard]] std::string sentence_of(const CheckResult& result) const;

    Thresholds thresholds_;
    Verdict verdict_;
    unsigned successes_ = 0;           // in a row
    unsigned failures_ = 0;            // in a row
    std::set<std::uint16_t> statuses_; // of the failures in a row
};

} // namespace sallyport::health
