// SPDX-License-Identifier: Apache-2.0
#include "control/member_choice.hpp"

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

template <typename Group>
Error no_such_group(std::string_view kind, const std::string& name, const std::vector<Group>& groups) {
    return {"no " + std::string(kind) + " group is called " + config::in_backticks(name) + "; " + advice(name, groups)};
}

/// `position_of` gives a member's, by its name.
template <typename Member, typename Position>
Result<std::vector<std::uint16_t>> find_members(std::string_view kind, const MemberChoice& choice,
                                                const std::vector<Member>& members, Position position_of) {
    std::vector<std::uint16_t> found;
    for (const Member& member : members) {
        if (!choice.name || *choice.name == member.name) found.push_back(position_of(member.name));
    }
    if (!found.empty()) return found;
    const std::string name = choice.name.value_or("");
    return failure("the group " + config::in_backticks(choice.group) + " has no " + std::string(kind) + " " +
                   config::in_backticks(name) + "; " + advice(name, members));
}

/// Into `found` those of the zone, into `zones` which there are.
template <typename Place>
void look_through(const std::vector<Place>& places, const std::string& zone, std::vector<std::uint16_t>& found,
                  std::set<std::string_view>& zones) {
    for (std::size_t index = 0; index < places.size(); ++index) {
        const Place& place = places[index];
        if (place.is_free || !place.is_configured || place.zone.empty()) continue;
        zones.insert(place.zone);
        if (place.zone == zone) found.push_back(static_cast<std::uint16_t>(index));
    }
}

} // namespace

Result<std::vector<ApplianceIndex>> find_appliances(const config::Config& config, const chain::Slots& slots,
                                                    const MemberChoice& choice) {
    const config::ApplianceGroup* group = config::find_group(config, choice.group);
    if (group == nullptr) return tl::unexpected(no_such_group("appliance", choice.group, config.appliance_groups));
    return find_members("appliance", choice, group->appliances,
                        [&](const std::string& name) { return slots.appliance(group->name, name); });
}

Result<std::vector<TargetIndex>> find_targets(const config::Config& config, const balance::TargetSlots& slots,
                                              const MemberChoice& choice) {
    const config::TargetGroup* group = config::find_target_group(config, choice.group);
    if (group == nullptr) return tl::unexpected(no_such_group("target", choice.group, config.target_groups));
    return find_members("target", choice, group->targets,
                        [&](const std::string& name) { return slots.target(group->name, name); });
}

Result<Members> find_zone(const chain::Slots& slots, const balance::TargetSlots& targets, const std::string& zone) {
    Members found;
    std::set<std::string_view> zones;
    look_through(slots.appliances, zone, found.appliances, zones);
    look_through(targets.targets, zone, found.targets, zones);
    if (!found.appliances.empty() || !found.targets.empty()) return found;
    const std::string who = targets.targets.empty() ? "appliance" : "appliance or target";
    const std::string wrong = "no " + who + " is in the zone " + config::in_backticks(zone) + "; ";
    if (zones.empty()) return failure(wrong + "no " + who + " has a zone");
    return failure(wrong + "there are " + (targets.targets.empty() ? "appliances" : "some") + " in " +
                   config::either({zones.begin(), zones.end()}));
}

} // namespace sallyport::control
