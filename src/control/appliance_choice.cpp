// SPDX-License-Identifier: Apache-2.0
#include "control/appliance_choice.hpp"

#include "config/finding.hpp"
#include "config/lookup.hpp"

#include <algorithm>
#include <set>
#include <string_view>

namespace sallyport::control {
namespace {

template <typename Named>
std::string advice(const std::string& word, const std::vector<Named>& things) {
    std::vector<std::string_view> known;
    for (const Named& each : things)
        known.push_back(each.name);
    if (known.empty()) return "there are none";
    return config::did_you_mean(word, known,
                                "there " + std::string(known.size() == 1 ? "is " : "are ") + //
                                    config::either(known));
}

} // namespace

Result<std::vector<ApplianceIndex>> find_appliances(const config::Config& config, const chain::Slots& slots,
                                                    const ApplianceChoice& choice) {
    const config::ApplianceGroup* group = config::find_group(config, choice.group);
    if (group == nullptr)
        return failure("no appliance group is called " + config::in_backticks(choice.group) + "; " +
                       advice(choice.group, config.appliance_groups));
    std::vector<ApplianceIndex> found;
    for (const config::Appliance& appliance : group->appliances) {
        if (!choice.appliance || *choice.appliance == appliance.name)
            found.push_back(slots.appliance(group->name, appliance.name));
    }
    if (found.empty())
        return failure("the group " + config::in_backticks(group->name) + " has no appliance " +
                       config::in_backticks(choice.appliance.value_or("")) + "; " +
                       advice(choice.appliance.value_or(""), group->appliances));
    return found;
}

Result<std::vector<ApplianceIndex>> find_zone(const chain::Slots& slots, const std::string& zone) {
    std::vector<ApplianceIndex> found;
    std::set<std::string_view> zones;
    for (std::size_t index = 0; index < slots.appliances.size(); ++index) {
        const chain::Place& place = slots.appliances[index];
        if (place.is_free || !place.is_configured || place.zone.empty()) continue;
        zones.insert(place.zone);
        if (place.zone == zone) found.push_back(static_cast<ApplianceIndex>(index));
    }
    if (!found.empty()) return found;
    const std::string wrong = "no appliance is in the zone " + config::in_backticks(zone) + "; ";
    if (zones.empty()) return failure(wrong + "no appliance has a zone");
    return failure(wrong + "there are appliances in " + config::either({zones.begin(), zones.end()}));
}

} // namespace sallyport::control
