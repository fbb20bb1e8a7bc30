// SPDX-License-Identifier: Apache-2.0
#include "chain/slots.hpp"

#include <algorithm>

namespace sallyport::chain {
namespace {

void add_name(std::vector<std::string>& names, const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

void add_names(const config::Config& config, Slots& slots) {
    for (const config::ApplianceGroup& group : config.appliance_groups)
        add_name(slots.groups, group.name);
    for (const config::Chain& chain : config.chains)
        add_name(slots.chains, chain.name);
}

void remember(const config::ApplianceGroup& group, Place& place) {
    place.on_deregistered = group.on_deregistered;
    place.payload = group.payload;
    place.mode = group.mode;
}

Place place_of(const config::ApplianceGroup& group, const config::Appliance& appliance, const Standing& standing) {
    Place place;
    place.group = group.name;
    place.name = appliance.name;
    place.address = appliance.address;
    place.zone = appliance.zone;
    place.standing = standing;
    remember(group, place);
    return place;
}

void put(Slots& slots, Place place) {
    const auto is_free = [](const Place& each) { return each.is_free; };
    const auto free = std::find_if(slots.appliances.begin(), slots.appliances.end(), is_free);
    if (free != slots.appliances.end()) {
        *free = std::move(place);
    } else {
        slots.appliances.push_back(std::move(place));
    }
}

/// Its own place of before, also when it comes back while its flows still drain. One that becomes a mirror, or is none
/// any more, is another appliance: the flows that it has go on as they began.
Place* find_own(Slots& slots, const config::ApplianceGroup& group, const config::Appliance& appliance) {
    for (Place& place : slots.appliances) {
        const bool is_same = !place.is_free && place.group == group.name && place.name == appliance.name &&
                             place.address == appliance.address && place.mode == group.mode;
        if (is_same) return &place;
    }
    return nullptr;
}

} // namespace

ApplianceIndex Slots::appliance(std::string_view group, std::string_view name) const noexcept {
    for (std::size_t i = 0; i < appliances.size(); ++i) {
        const Place& place = appliances[i];
        if (place.is_configured && place.group == group && place.name == name) return static_cast<ApplianceIndex>(i);
    }
    return no_index;
}

Slots first_slots(const config::Config& config) {
    Slots slots;
    add_names(config, slots);
    for (const config::ApplianceGroup& group : config.appliance_groups) {
        for (const config::Appliance& appliance : group.appliances)
            slots.appliances.push_back(place_of(group, appliance, {}));
    }
    return slots;
}

Slots next_slots(Slots slots, const config::Config& config, const Standing& standing_of_new) {
    add_names(config, slots);
    std::vector<bool> was_configured;
    for (Place& place : slots.appliances) {
        was_configured.push_back(place.is_configured);
        place.is_configured = false;
    }
    std::vector<Place> added;
    for (const config::ApplianceGroup& group : config.appliance_groups) {
        for (Place& place : slots.appliances) {
            if (place.is_free || place.group != group.name) continue;
            const config::GroupMode mode = place.mode; // stays what its flows began with
            remember(group, place);
            place.mode = mode;
        }
        for (const config::Appliance& appliance : group.appliances) {
            Place* own = find_own(slots, group, appliance);
            if (own == nullptr) {
                added.push_back(place_of(group, appliance, standing_of_new));
                continue;
            }
            // Drained by hand it goes on draining; taken out and brought back, it begins anew.
            const bool came_back = !was_configured[static_cast<std::size_t>(own - slots.appliances.data())];
            *own = place_of(group, appliance, came_back ? standing_of_new : own->standing);
        }
    }
    for (std::size_t i = 0; i < slots.appliances.size(); ++i) {
        Place& place = slots.appliances[i];
        const bool leaves = was_configured[i] && !place.is_configured;
        if (leaves && place.standing.registration == Registration::registered) {
            place.standing.registration = Registration::draining;
        }
    }
    for (Place& place : added)
        put(slots, std::move(place));
    return slots;
}

} // namespace sallyport::chain
