// SPDX-License-Identifier: Apache-2.0
#include "control/anomalies.hpp"

#include "config/lookup.hpp"

namespace sallyport::control {
namespace {

constexpr std::uint64_t interval_ns = 1'000'000'000;

bool takes_part(const balance::TargetPlace& place) {
    return !place.is_free && place.is_configured && place.standing.health == chain::Health::healthy &&
           place.standing.registration == chain::Registration::registered;
}

} // namespace

bool Anomalies::look(const config::Config& config, balance::TargetSlots& slots, const OutcomesAt& outcomes,
                     Instant now) {
    if (looked_at_ && now.nanoseconds - looked_at_->nanoseconds < interval_ns) return false;
    looked_at_ = now;
    std::map<std::string_view, std::vector<health::AnomalyDetector::Seen>> seen;
    for (std::size_t i = 0; i < slots.targets.size(); ++i) {
        const balance::TargetPlace& place = slots.targets[i];
        const config::TargetGroup* const group = config::find_target_group(config, place.group);
        if (group == nullptr || !group->http || !takes_part(place)) continue;
        const auto index = static_cast<TargetIndex>(i);
        seen[group->name].push_back({index, outcomes(index)});
    }
    std::erase_if(groups_, [&](const auto& watched) { return !seen.contains(watched.first); });
    for (const auto& [name, targets] : seen)
        detector_of(*config::find_target_group(config, name)).see(targets, now);
    bool is_changed = false;
    for (std::size_t i = 0; i < slots.targets.size(); ++i) {
        static const health::AnomalyDetector nobody;
        const auto watched = groups_.find(slots.targets[i].group);
        const auto& detector = watched == groups_.end() ? nobody : watched->second.detector;
        if (note(slots.targets[i], detector, static_cast<TargetIndex>(i))) is_changed = true;
    }
    return is_changed;
}

/// A new one when a reload has switched mitigation.
health::AnomalyDetector& Anomalies::detector_of(const config::TargetGroup& group) {
    const bool mitigates = group.http->anomaly_mitigation;
    auto found = groups_.find(group.name);
    if (found == groups_.end() || found->second.mitigates != mitigates)
        found = groups_.insert_or_assign(group.name, Watched{mitigates, health::AnomalyDetector({}, mitigates)}).first;
    return found->second.detector;
}

bool Anomalies::note(balance::TargetPlace& place, const health::AnomalyDetector& detector, TargetIndex target) {
    const health::Anomaly now = detector.of(target);
    const health::Anomaly before{std::exchange(place.is_anomalous, now.is_anomalous),
                                 std::exchange(place.mitigated_percent, now.percent)};
    if (now == before) return false;
    const std::string name = "target " + place.group + "/" + place.name;
    if (now.is_anomalous && !before.is_anomalous) {
        news_.push_back(
            name + " is anomalous: " + detector.sentence(target) +
            (now.percent < 100 ? "; it is left with " + std::to_string(now.percent) + " % of its weight" : ""));
    } else if (!now.is_anomalous && now.percent == 100) {
        news_.push_back(name + (before.percent < 100 ? " has all of its weight again" : " is anomalous no more"));
    }
    return now.percent != before.percent;
}

} // namespace sallyport::control
