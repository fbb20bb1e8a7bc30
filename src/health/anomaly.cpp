// SPDX-License-Identifier: Apache-2.0
#include "health/anomaly.hpp"

#include <algorithm>
#include <optional>

namespace sallyport::health {
namespace {

std::uint64_t ns(std::chrono::nanoseconds duration) {
    return static_cast<std::uint64_t>(duration.count());
}

unsigned percent_of(std::uint64_t part, std::uint64_t all) {
    return all == 0 ? 0 : static_cast<unsigned>(part * 100 / all);
}

/// The lower one of two in the middle: half of the others are no better than this.
unsigned median_of(std::vector<unsigned>& numbers) {
    const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>((numbers.size() - 1) / 2);
    std::nth_element(numbers.begin(), middle, numbers.end());
    return *middle;
}

} // namespace

Anomaly AnomalyDetector::of(TargetIndex target) const noexcept {
    const auto found = std::ranges::find(members_, target, &Member::target);
    return found == members_.end() ? Anomaly{} : found->anomaly;
}

std::string AnomalyDetector::sentence(TargetIndex target) const {
    const auto found = std::ranges::find(members_, target, &Member::target);
    if (found == members_.end()) return {};
    const auto window = std::chrono::duration_cast<std::chrono::seconds>(rule_.window);
    return std::to_string(found->failed) + " of " + std::to_string(found->requests) + " requests failed within " +
           std::to_string(window.count()) + " s, of the others' " + std::to_string(found->others_percent) + " %";
}

void AnomalyDetector::see(std::span<const Seen> targets, Instant now) {
    follow(targets, now);
    std::vector<Member*> anomalous;
    for (Member& member : members_) {
        member.anomaly.is_anomalous = false;
        if (members_.size() < rule_.targets) {
            member.anomaly.percent = 100; // nobody can take its part
        } else if (stands_out(member)) {
            anomalous.push_back(&member);
        }
    }
    // Half of them at most, the worst ones: the rest would not bear it.
    std::ranges::stable_sort(anomalous, std::greater{},
                             [](const Member* each) { return percent_of(each->failed, each->requests); });
    anomalous.resize(std::min(anomalous.size(), members_.size() / 2));
    for (Member* const each : anomalous)
        each->anomaly.is_anomalous = true;
    for (Member& member : members_)
        weigh(member, now);
}

void AnomalyDetector::follow(std::span<const Seen> targets, Instant now) {
    std::erase_if(members_, [&](const Member& member) {
        return std::ranges::find(targets, member.target, &Seen::target) == targets.end();
    });
    for (const Seen& seen : targets) {
        auto member = std::ranges::find(members_, seen.target, &Member::target);
        if (member == members_.end()) member = members_.insert(members_.end(), Member{.target = seen.target});
        count(*member, {now.nanoseconds, seen.outcomes});
    }
}

void AnomalyDetector::count(Member& member, const Sample& sample) const {
    std::deque<Sample>& samples = member.samples;
    const bool is_comparable = samples.empty() || (sample.outcomes.failed >= samples.back().outcomes.failed &&
                                                   sample.outcomes.succeeded >= samples.back().outcomes.succeeded);
    if (!is_comparable) samples.clear();
    samples.push_back(sample);
    while (samples.size() > 2 && sample.at_ns - samples[1].at_ns >= ns(rule_.window))
        samples.pop_front();
    const Outcomes& before = samples.front().outcomes;
    member.failed = sample.outcomes.failed - before.failed;
    member.requests = member.failed + sample.outcomes.succeeded - before.succeeded;
}

/// Who has little of its weight left has few requests: those that come are enough, or it would be let off untried.
bool AnomalyDetector::stands_out(Member& member) const {
    const bool is_mitigated = member.anomaly.percent < 100;
    if (member.requests < (is_mitigated ? 1 : rule_.requests)) return false;
    std::vector<unsigned> others;
    for (const Member& each : members_)
        if (&each != &member && each.requests >= rule_.requests)
            others.push_back(percent_of(each.failed, each.requests));
    // As many of them are known as are not.
    if (others.empty() || others.size() * 2 < members_.size() - 1) return false;
    member.others_percent = median_of(others);
    const unsigned own = percent_of(member.failed, member.requests);
    return own >= member.others_percent + rule_.margin_percent && own >= member.others_percent * 2;
}

void AnomalyDetector::weigh(Member& member, Instant now) const {
    if (!mitigates_) return;
    if (member.anomaly.is_anomalous) {
        member.anomaly.percent = rule_.lowest_percent;
        member.changed_ns = now.nanoseconds;
    } else if (member.anomaly.percent < 100 && now.nanoseconds - member.changed_ns >= ns(rule_.step)) {
        member.anomaly.percent = static_cast<std::uint16_t>(std::min(member.anomaly.percent * 2, 100));
        member.changed_ns = now.nanoseconds;
    }
}

} // namespace sallyport::health
