// SPDX-License-Identifier: Apache-2.0
// Which targets of HTTP fail more requests than the others of their group, and what is left to them of their weight
// (health/anomaly.hpp)? For all groups at once, by the places of the directory; time and numbers are arguments.
#pragma once

#include "balance/l4/slots.hpp"
#include "config/config.hpp"
#include "health/anomaly.hpp"
#include "support/clock.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::control {

class Anomalies {
public:
    using OutcomesAt = std::function<health::Outcomes(TargetIndex)>;

    /// Looks once a second, however often it is called, and notes at the places what it finds. True: a weight is
    /// another one, and the workers have to be told.
    bool look(const config::Config& config, balance::TargetSlots& slots, const OutcomesAt& outcomes, Instant now);
    /// A sentence for each target that became anomalous, or has all of its weight again, since the last call.
    [[nodiscard]] std::vector<std::string> take_news() { return std::exchange(news_, {}); }

private:
    struct Watched {
        bool mitigates = false;
        health::AnomalyDetector detector;
    };
    health::AnomalyDetector& detector_of(const config::TargetGroup& group);
    bool note(balance::TargetPlace& place, const health::AnomalyDetector& detector, TargetIndex target);

    std::map<std::string, Watched, std::less<>> groups_; // by name
    std::optional<Instant> looked_at_;
    std::vector<std::string> news_;
};

} // namespace sallyport::control
