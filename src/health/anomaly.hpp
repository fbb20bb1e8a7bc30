// SPDX-License-Identifier: Apache-2.0
// Does a target fail more of its requests than the others of its group, and how much of its weight is it left with?
// ALB's anomaly detection and mitigation, whose figures AWS does not tell but one: three healthy targets at least.
//
// What a target fails is held against what the others fail, so that an application that fails everywhere costs nobody
// their weight. Who is anomalous is left with a tenth, goes on being judged by what still comes, and has its weight
// doubled back step by step once it is well.
#pragma once

#include "support/clock.hpp"
#include "support/index.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

namespace sallyport::health {

struct AnomalyRule {
    std::size_t targets = 3;      // that are healthy: with fewer nobody is judged
    std::uint64_t requests = 20;  // of a target within the window, before it is judged
    unsigned margin_percent = 10; // of requests more than the others' median, and twice that at least
    std::chrono::nanoseconds window = std::chrono::seconds(10);
    std::chrono::nanoseconds step = std::chrono::seconds(5); // well for so long, before its weight is doubled
    std::uint16_t lowest_percent = 10;
};

/// Of a target, since a start of the caller's choice.
struct Outcomes {
    std::uint64_t succeeded = 0;
    std::uint64_t failed = 0;
};

struct Anomaly {
    bool is_anomalous = false;
    std::uint16_t percent = 100; // of its weight
    [[nodiscard]] bool operator==(const Anomaly&) const noexcept = default;
};

/// Of one target group.
class AnomalyDetector {
public:
    /// Without `mitigates` who is anomalous is known, and keeps all of its weight.
    explicit AnomalyDetector(const AnomalyRule& rule = {}, bool mitigates = true)
        : rule_(rule), mitigates_(mitigates) {}

    struct Seen {
        TargetIndex target = no_index;
        Outcomes outcomes;
    };
    /// All that are healthy and registered, each once. To be called about every second; `now` is not before the last
    /// one. Who is not among them any more begins anew.
    void see(std::span<const Seen> targets, Instant now);

    [[nodiscard]] Anomaly of(TargetIndex target) const noexcept;
    /// "57 of 60 requests failed within 10 s, of the others' 2 %": of who is anomalous, when it was last seen.
    [[nodiscard]] std::string sentence(TargetIndex target) const;

private:
    struct Sample {
        std::uint64_t at_ns = 0;
        Outcomes outcomes;
    };
    struct Member {
        TargetIndex target = no_index;
        std::deque<Sample> samples; // the first one is where the window begins
        std::uint64_t failed = 0;   // within it
        std::uint64_t requests = 0;
        unsigned others_percent = 0; // their median
        Anomaly anomaly;
        std::uint64_t changed_ns = 0; // its weight, or when it was last anomalous
    };

    void follow(std::span<const Seen> targets, Instant now);
    void count(Member& member, const Sample& sample) const;
    [[nodiscard]] bool stands_out(Member& member) const;
    void weigh(Member& member, Instant now) const;

    AnomalyRule rule_;
    bool mitigates_;
    std::vector<Member> members_;
};

} // namespace sallyport::health
