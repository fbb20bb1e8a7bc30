// SPDX-License-Identifier: Apache-2.0
#include "replay/standings.hpp"

#include "config/fixed_settings.hpp"

#include <algorithm>
#include <string_view>

namespace sallyport::replay {
namespace {

using balance::TargetPlace;
using chain::Health;
using chain::Place;
using chain::Registration;
using config::Finding;

Finding finding(const Event& event, std::string problem, std::string advice) {
    return {event.line, 0, "", std::move(problem), std::move(advice)};
}

template <typename AnyPlace>
AnyPlace* find_by_name(std::vector<AnyPlace>& places, const Event& event) noexcept {
    for (AnyPlace& place : places) {
        if (place.group == event.group && place.name == event.member) return &place;
    }
    return nullptr;
}

/// As the first five kinds of event say.
void change(chain::Standing& standing, EventKind kind) noexcept {
    switch (kind) {
    case EventKind::unhealthy:
        standing.health = Health::unhealthy;
        break;
    case EventKind::healthy:
        standing.health = Health::healthy;
        break;
    case EventKind::drain:
        standing.registration = Registration::draining;
        break;
    case EventKind::deregister:
        standing.registration = Registration::deregistered;
        break;
    default:
        standing.registration = Registration::registered;
        break;
    }
}

} // namespace

Standings::Standings(const config::Config& config)
    : config_(std::make_shared<const config::Config>(config)), slots_(chain::first_slots(config)),
      targets_(balance::first_target_slots(config)) {}

std::optional<Finding> Standings::apply(const Event& event) {
    switch (event.kind) {
    case EventKind::shift:
    case EventKind::unshift:
        return shift_zone(event);
    case EventKind::reload:
        return reload(event);
    default:
        return apply_to_member(event);
    }
}

/// One that a reload took out is still there, unless another one has its name now.
Place* Standings::find_appliance(const Event& event) noexcept {
    const ApplianceIndex configured = slots_.appliance(event.group, event.member);
    if (configured != no_index) return &slots_.appliances[configured];
    return find_by_name(slots_.appliances, event);
}

TargetPlace* Standings::find_target(const Event& event) noexcept {
    const TargetIndex configured = targets_.target(event.group, event.member);
    if (configured != no_index) return &targets_.targets[configured];
    return find_by_name(targets_.targets, event);
}

Finding Standings::nobody(const Event& event) const {
    std::vector<std::string> names;
    for (const Place& each : slots_.appliances)
        names.push_back(each.group + "/" + each.name);
    for (const TargetPlace& each : targets_.targets)
        names.push_back(each.group + "/" + each.name);
    const std::string name = event.group + "/" + event.member;
    const bool are_targets = !targets_.targets.empty();
    return finding(event,
                   std::string("there is no appliance ") + (are_targets ? "and no target " : "") +
                       config::in_backticks(name),
                   config::did_you_mean(name, {names.begin(), names.end()},
                                        are_targets ? "write GROUP/APPLIANCE or GROUP/TARGET of one"
                                                    : "write GROUP/APPLIANCE of one"));
}

std::optional<Finding> Standings::apply_to_member(const Event& event) {
    Place* appliance = find_appliance(event);
    TargetPlace* target = appliance == nullptr ? find_target(event) : nullptr;
    if (appliance == nullptr && target == nullptr) return nobody(event);
    if (event.kind == EventKind::put_back && !(target != nullptr ? target->is_configured : appliance->is_configured)) {
        return finding(event, "a reload took " + config::in_backticks(event.group + "/" + event.member) + " out",
                       "bring it back with a `config` that has it");
    }
    change(target != nullptr ? target->standing : appliance->standing, event.kind);
    if (target == nullptr) return std::nullopt;
    // Nor does unhealthy_draining run, just as the deregistration delay does not.
    if (event.kind == EventKind::unhealthy) target->unhealthy_flows_end = target->unhealthy_termination;
    if (event.kind == EventKind::healthy) target->unhealthy_flows_end = false;
    return std::nullopt;
}

void Standings::mark_shifted_zones() {
    for (Place& place : slots_.appliances)
        place.standing.zone_is_shifted = shifted_zones_.contains(place.zone);
    for (TargetPlace& place : targets_.targets)
        place.standing.zone_is_shifted = shifted_zones_.contains(place.zone);
}

std::optional<Finding> Standings::shift_zone(const Event& event) {
    std::set<std::string_view> zones;
    for (const Place& place : slots_.appliances)
        zones.insert(place.zone);
    for (const TargetPlace& place : targets_.targets)
        zones.insert(place.zone);
    if (!zones.contains(event.zone)) {
        zones.erase("");
        return finding(
            event, "there is no zone " + config::in_backticks(event.zone),
            config::did_you_mean(event.zone, {zones.begin(), zones.end()}, "write the zone of appliances or targets"));
    }
    if (event.kind == EventKind::shift) {
        shifted_zones_.insert(event.zone);
    } else {
        shifted_zones_.erase(event.zone);
    }
    mark_shifted_zones();
    return std::nullopt;
}

std::optional<Finding> Standings::reload(const Event& event) {
    const std::vector<std::string> differences = config::fixed_differences(*config_, *event.config);
    if (!differences.empty()) {
        return finding(event, "the configuration changes what can not change while a gateway runs: " + differences[0],
                       "leave it as it was");
    }
    config_ = std::make_shared<const config::Config>(config::in_running_order(*config_, *event.config));
    slots_ = chain::next_slots(std::move(slots_), *config_, {});
    targets_ = balance::next_target_slots(std::move(targets_), *config_, {});
    mark_shifted_zones();
    return std::nullopt;
}

Rehearsal rehearse(const config::Config& config, const std::vector<Event>& events) {
    Rehearsal rehearsal{Standings(config), {}};
    for (const Event& event : events) {
        if (auto found = rehearsal.end.apply(event)) rehearsal.findings.push_back(std::move(*found));
    }
    return rehearsal;
}

} // namespace sallyport::replay
