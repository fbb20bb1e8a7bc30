// SPDX-License-Identifier: Apache-2.0
// What is asked of the registry; what reloads do to it is in registry_reload.cpp, how its members come and go in
// roll.cpp and membership.cpp.
#include "control/registry.hpp"

#include "balance/l4/build_directory.hpp"
#include "config/scalar.hpp"

#include <algorithm>

namespace sallyport::control {
namespace {

constexpr RollWords appliance_words{"appliance", "no chain uses its group"};
constexpr RollWords target_words{"target", "no listener uses its group"};

/// Positions are below no_index.
Room room_for(const chain::Slots& slots, const balance::TargetSlots& targets) {
    const auto with_spare = [](std::size_t count, std::size_t spare) {
        return std::min<std::size_t>(count + spare, no_index);
    };
    return {.appliances = with_spare(slots.appliances.size(), spare_appliances),
            .groups = with_spare(slots.groups.size(), spare_groups),
            .chains = with_spare(slots.chains.size(), spare_chains),
            .targets = with_spare(targets.targets.size(), spare_targets),
            .target_groups = with_spare(targets.groups.size(), spare_target_groups),
            .listeners = with_spare(targets.listeners.size(), spare_listeners)};
}

std::optional<Error> wrong_delay(std::optional<std::chrono::milliseconds> delay) {
    if (!delay || (delay->count() >= 0 && *delay <= max_drain_delay)) return std::nullopt;
    return Error{"the delay of a drain is from 0 s to " + config::to_text(max_drain_delay)};
}

} // namespace

Registry::Registry(config::Config config, Instant now)
    : config_(std::move(config)), slots_(chain::first_slots(config_)),
      target_slots_(balance::first_target_slots(config_)),
      appliances_(appliance_words, slots_.appliances, appliance_terms(config_), now),
      targets_(target_words, target_slots_.targets, target_terms(config_), now),
      room_(room_for(slots_, target_slots_)) {}

Result<std::vector<ApplianceIndex>> Registry::drain(const MemberChoice& choice,
                                                    std::optional<std::chrono::milliseconds> delay, Instant now) {
    if (auto error = wrong_delay(delay)) return tl::unexpected(std::move(*error));
    auto chosen = find_appliances(config_, slots_, choice);
    if (!chosen) return chosen;
    for (const ApplianceIndex appliance : *chosen)
        appliances_.drain(appliance, delay, now);
    appliances_.settle(now);
    return chosen;
}

Result<std::vector<ApplianceIndex>> Registry::undrain(const MemberChoice& choice, Instant now) {
    auto chosen = find_appliances(config_, slots_, choice);
    if (!chosen) return chosen;
    for (const ApplianceIndex appliance : *chosen)
        appliances_.undrain(appliance, now);
    appliances_.settle(now);
    return chosen;
}

Result<std::vector<TargetIndex>> Registry::drain_targets(const MemberChoice& choice,
                                                         std::optional<std::chrono::milliseconds> delay, Instant now) {
    if (auto error = wrong_delay(delay)) return tl::unexpected(std::move(*error));
    auto chosen = find_targets(config_, target_slots_, choice);
    if (!chosen) return chosen;
    for (const TargetIndex target : *chosen)
        targets_.drain(target, delay, now);
    targets_.settle(now);
    return chosen;
}

Result<std::vector<TargetIndex>> Registry::undrain_targets(const MemberChoice& choice, Instant now) {
    auto chosen = find_targets(config_, target_slots_, choice);
    if (!chosen) return chosen;
    for (const TargetIndex target : *chosen)
        targets_.undrain(target, now);
    targets_.settle(now);
    return chosen;
}

Result<Members> Registry::shift_zone(const std::string& zone, bool away, Instant now) {
    auto chosen = find_zone(slots_, target_slots_, zone);
    // What was shifted away may come back even when nobody is left there.
    if (!chosen && (away || !shifted_zones_.contains(zone))) return chosen;
    if (away) {
        shifted_zones_.insert(zone);
    } else {
        shifted_zones_.erase(zone);
    }
    appliances_.shift_zone(zone, away);
    targets_.shift_zone(zone, away);
    appliances_.settle(now);
    targets_.settle(now);
    return chosen ? *chosen : Members{};
}

void Registry::note_health(ApplianceIndex appliance, HealthNote note, Instant now) {
    appliances_.note_health(appliance, std::move(note), now);
}

void Registry::note_target_health(TargetIndex target, HealthNote note, Instant now) {
    targets_.note_health(target, std::move(note), now);
}

void Registry::tick(Instant now, const Activity& activity) {
    const bool has_settled = activity.has_settled && !roster_is_due();
    appliances_.tick(activity.flows, has_settled, now);
    targets_.tick(activity.target_flows, has_settled, now);
    if (activity.outcomes && anomalies_.look(config_, target_slots_, activity.outcomes, now)) is_changed_ = true;
}

std::shared_ptr<const chain::Roster> Registry::roster() {
    if (roster_is_due())
        roster_ = std::make_shared<const chain::Roster>(balance::build_roster(config_, slots_, target_slots_));
    is_changed_ = false;
    appliances_.now_known();
    targets_.now_known();
    return roster_;
}

std::vector<std::string> Registry::take_news() {
    std::vector<std::string> news = appliances_.take_news();
    std::ranges::move(targets_.take_news(), std::back_inserter(news));
    std::ranges::move(anomalies_.take_news(), std::back_inserter(news));
    return news;
}

} // namespace sallyport::control
