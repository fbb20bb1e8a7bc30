// SPDX-License-Identifier: Apache-2.0
// What is asked of the registry; what time and reloads do to it is in registry_tick.cpp and registry_reload.cpp.
#include "control/registry.hpp"

#include "config/lookup.hpp"
#include "config/scalar.hpp"

#include <algorithm>
#include <utility>

namespace sallyport::control {
namespace {

using chain::Health;
using chain::Place;
using chain::Registration;

std::chrono::milliseconds between(Instant now, Instant then) noexcept {
    const std::uint64_t past = now.nanoseconds > then.nanoseconds ? now.nanoseconds - then.nanoseconds : 0;
    return std::chrono::milliseconds(past / 1'000'000U);
}

State state_of_health(Health health) noexcept {
    switch (health) {
    case Health::initial:
        return State::initial;
    case Health::unhealthy:
        return State::unhealthy;
    case Health::healthy:
        break;
    }
    return State::healthy;
}

std::string drain_sentence(TakenOutBy by) {
    return by == TakenOutBy::reload ? "taken out of the configuration by a reload; flows that it has may finish"
                                    : "taken out by `sallyport drain`; flows that it has may finish";
}

} // namespace

Registry::Registry(config::Config config, Instant now)
    : config_(std::move(config)), slots_(chain::first_slots(config_)), controls_(slots_.appliances.size()),
      appliance_slots_(std::min<std::size_t>(slots_.appliances.size() + spare_appliances, no_index)),
      group_slots_(slots_.groups.size() + spare_groups), chain_slots_(slots_.chains.size() + spare_chains) {
    note_groups_in_use();
    for (std::size_t index = 0; index < controls_.size(); ++index) {
        begin(static_cast<ApplianceIndex>(index), now);
        controls_[index].starts_slowly = false; // when the gateway starts, everybody does
    }
}

const config::ApplianceGroup* Registry::group_of(ApplianceIndex appliance) const {
    return config::find_group(config_, slots_.appliances[appliance].group);
}

std::string Registry::full_name(ApplianceIndex appliance) const {
    const Place& place = slots_.appliances[appliance];
    return place.group + "/" + place.name;
}

void Registry::begin(ApplianceIndex appliance, Instant now) {
    const config::ApplianceGroup* group = group_of(appliance);
    Place& place = slots_.appliances[appliance];
    place.standing = {};
    place.standing.zone_is_shifted = shifted_zones_.contains(place.zone);
    Control control;
    control.starts_slowly = true;
    if (group != nullptr && group->health_check) {
        place.standing.health = Health::initial;
        control.note = {Health::initial, std::string(registration_in_progress), "its registration is in progress"};
    }
    controls_[appliance] = std::move(control);
    controls_[appliance].state = state_of(appliance);
    controls_[appliance].state_began = now;
}

Result<std::vector<ApplianceIndex>> Registry::drain(const ApplianceChoice& choice,
                                                    std::optional<std::chrono::milliseconds> delay, Instant now) {
    if (delay && (delay->count() < 0 || *delay > max_drain_delay))
        return failure("the delay of a drain is from 0 s to " + config::to_text(max_drain_delay));
    auto chosen = find_appliances(config_, slots_, choice);
    if (!chosen) return chosen;
    for (const ApplianceIndex appliance : *chosen) {
        if (slots_.appliances[appliance].standing.registration == Registration::deregistered) continue;
        begin_drain(appliance, TakenOutBy::command, delay.value_or(group_of(appliance)->deregistration_delay), now);
    }
    settle(now);
    return chosen;
}

Result<std::vector<ApplianceIndex>> Registry::undrain(const ApplianceChoice& choice, Instant now) {
    auto chosen = find_appliances(config_, slots_, choice);
    if (!chosen) return chosen;
    for (const ApplianceIndex appliance : *chosen) {
        chain::Standing& standing = slots_.appliances[appliance].standing;
        if (standing.registration == Registration::registered) continue;
        standing.registration = Registration::registered;
        controls_[appliance].taken_out_by = TakenOutBy::nobody;
        controls_[appliance].starts_slowly = true;
        start_slowly(appliance, now);
        is_changed_ = true;
    }
    settle(now);
    return chosen;
}

Result<std::vector<ApplianceIndex>> Registry::shift_zone(const std::string& zone, bool away, Instant now) {
    auto chosen = find_zone(slots_, zone);
    // What was shifted away may come back even when nobody is left there.
    if (!chosen && (away || !shifted_zones_.contains(zone))) return chosen;
    if (away) {
        shifted_zones_.insert(zone);
    } else {
        shifted_zones_.erase(zone);
    }
    for (Place& place : slots_.appliances) {
        if (place.is_free || place.zone != zone || place.standing.zone_is_shifted == away) continue;
        place.standing.zone_is_shifted = away;
        is_changed_ = true;
    }
    settle(now);
    return chosen ? *chosen : std::vector<ApplianceIndex>();
}

void Registry::note_health(ApplianceIndex appliance, HealthNote note, Instant now) {
    if (appliance >= slots_.appliances.size() || slots_.appliances[appliance].is_free) return;
    chain::Standing& standing = slots_.appliances[appliance].standing;
    Control& control = controls_[appliance];
    const Health before = std::exchange(standing.health, note.health);
    control.note = std::move(note);
    if (standing.health != before) {
        is_changed_ = true;
        if (standing.health == Health::unhealthy) {
            control.starts_slowly = true;
            control.healthy_at.reset();
            standing.share_percent = 100;
        }
        start_slowly(appliance, now);
    }
    settle(now);
}

std::shared_ptr<const chain::Roster> Registry::roster() {
    if (is_changed_) roster_ = std::make_shared<const chain::Roster>(chain::build_roster(config_, slots_));
    is_changed_ = false;
    return roster_;
}

State Registry::state_of(ApplianceIndex appliance) const {
    const Place& place = slots_.appliances[appliance];
    if (place.standing.registration == Registration::draining) return State::draining;
    if (place.is_free || place.standing.registration == Registration::deregistered) return State::unused;
    if (!groups_in_use_.contains(place.group)) return State::unused;
    return state_of_health(place.standing.health);
}

ApplianceState Registry::state(ApplianceIndex appliance, Instant now) const {
    if (appliance >= slots_.appliances.size()) return {.is_free = true};
    const Place& place = slots_.appliances[appliance];
    const Control& control = controls_[appliance];
    ApplianceState shown;
    shown.state = state_of(appliance);
    shown.age = between(now, control.state_began);
    shown.taken_out_by = control.taken_out_by;
    shown.share_percent = place.standing.share_percent;
    shown.zone = place.zone;
    shown.zone_is_shifted = place.standing.zone_is_shifted;
    shown.is_free = place.is_free;
    if (shown.state == State::draining) {
        shown.reason = deregistration_in_progress;
        shown.sentence = drain_sentence(control.taken_out_by);
        shown.drain_left = between(control.drain_end, now);
    } else if (place.standing.registration == Registration::deregistered) {
        shown.reason = not_registered;
        shown.sentence = "its deregistration delay is over";
    } else if (shown.state == State::unused) {
        shown.reason = not_in_use;
        shown.sentence = "no chain uses its group";
    } else if (shown.state != State::healthy) {
        shown.reason = control.note.reason;
        shown.sentence = control.note.sentence;
    }
    return shown;
}

std::vector<std::string> Registry::take_news() {
    return std::exchange(news_, {});
}

} // namespace sallyport::control
