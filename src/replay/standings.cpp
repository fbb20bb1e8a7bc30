// SPDX-License-Identifier: Apache-2.0
#include "replay/standings.hpp"

#include "config/fixed_settings.hpp"

#include <algorithm>
#include <string_view>

namespace sallyport::replay {
namespace {

using chain::Health;
using chain::Place;
using chain::Registration;
using config::Finding;

Finding finding(const Event& event, std::string problem, std::string advice) {
    return {event.line, 0, "", std::move(problem), std::move(advice)};
}

} // namespace

Standings::Standings(const config::Config& config)
    : config_(std::make_shared<const config::Config>(config)), slots_(chain::first_slots(config)) {}

std::optional<Finding> Standings::apply(const Event& event) {
    switch (event.kind) {
    case EventKind::shift:
    case EventKind::unshift:
        return shift_zone(event);
    case EventKind::reload:
        return reload(event);
    default:
        return apply_to_appliance(event);
    }
}

/// One that a reload took out is still there, unless another one has its name now.
Place* Standings::find(const Event& event) noexcept {
    const ApplianceIndex configured = slots_.appliance(event.group, event.appliance);
    if (configured != no_index) return &slots_.appliances[configured];
    for (Place& place : slots_.appliances) {
        if (place.group == event.group && place.name == event.appliance) return &place;
    }
    return nullptr;
}

std::optional<Finding> Standings::apply_to_appliance(const Event& event) {
    Place* place = find(event);
    if (place == nullptr) {
        std::vector<std::string> names;
        for (const Place& each : slots_.appliances)
            names.push_back(each.group + "/" + each.name);
        const std::string name = event.group + "/" + event.appliance;
        return finding(event, "there is no appliance " + config::in_backticks(name),
                       config::did_you_mean(name, {names.begin(), names.end()}, "write GROUP/APPLIANCE of one"));
    }
    if (event.kind == EventKind::put_back && !place->is_configured) {
        return finding(event, "a reload took " + config::in_backticks(event.group + "/" + event.appliance) + " out",
                       "bring it back with a `config` that has it");
    }
    switch (event.kind) {
    case EventKind::unhealthy:
        place->standing.health = Health::unhealthy;
        break;
    case EventKind::healthy:
        place->standing.health = Health::healthy;
        break;
    case EventKind::drain:
        place->standing.registration = Registration::draining;
        break;
    case EventKind::deregister:
        place->standing.registration = Registration::deregistered;
        break;
    default:
        place->standing.registration = Registration::registered;
        break;
    }
    return std::nullopt;
}

std::optional<Finding> Standings::shift_zone(const Event& event) {
    std::set<std::string_view> zones;
    for (const Place& place : slots_.appliances)
        zones.insert(place.zone);
    if (!zones.contains(event.zone)) {
        zones.erase("");
        return finding(event, "there is no zone " + config::in_backticks(event.zone),
                       config::did_you_mean(event.zone, {zones.begin(), zones.end()}, "write the zone of appliances"));
    }
    const bool is_shifted = event.kind == EventKind::shift;
    if (is_shifted) {
        shifted_zones_.insert(event.zone);
    } else {
        shifted_zones_.erase(event.zone);
    }
    for (Place& place : slots_.appliances)
        place.standing.zone_is_shifted = shifted_zones_.contains(place.zone);
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
    for (Place& place : slots_.appliances)
        place.standing.zone_is_shifted = shifted_zones_.contains(place.zone);
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
