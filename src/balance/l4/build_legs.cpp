// SPDX-License-Identifier: Apache-2.0
#include "balance/l4/build_legs.hpp"

#include "config/lookup.hpp"

#include <algorithm>

namespace sallyport::balance {
namespace {

constexpr std::uint8_t protocol_tcp = 6;

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

void add_place(const Target& target, Directory& directory) {
    const ListenAddress at = {.address = {target.address.high(), target.address.low()},
                              .port = target.port,
                              .endpoint = 0,
                              .protocol = protocol_tcp,
                              .family = target.address.family()};
    std::uint16_t place = directory.legs.find(at);
    if (place == no_index) {
        place = static_cast<std::uint16_t>(directory.leg_groups.size());
        directory.legs.add(at, place);
        directory.leg_groups.emplace_back();
    }
    directory.leg_groups[place].push_back(target.group);
}

/// Whether some appliance of the chain asks for the client's address.
bool asks_for_clients(const config::Config& config, const std::string& chain_name) {
    const config::Chain* chain = config::find_chain(config, chain_name);
    if (chain == nullptr) return false;
    return std::any_of(chain->groups.begin(), chain->groups.end(), [&](const std::string& name) {
        const config::ApplianceGroup* group = config::find_group(config, name);
        return group != nullptr && group->wants_client_address;
    });
}

void note_who_is_told(const config::Config& config, Directory& directory) {
    for (const config::PolicyRule& rule : config.policy) {
        if (!rule.match.is_decrypted_leg || !rule.chain || !asks_for_clients(config, *rule.chain)) continue;
        const std::vector<std::string>& names = rule.match.target_groups;
        for (TargetGroup& group : directory.groups)
            if (names.empty() || contains(names, group.name)) group.notes_clients = true;
    }
}

} // namespace

void name_leg_groups(const config::Config& config, const TargetSlots& slots, chain::Policy& policy) {
    for (std::size_t i = 0; i < policy.rules.size(); ++i) {
        for (const std::string& name : config.policy[i].match.target_groups) {
            const auto found = std::find(slots.groups.begin(), slots.groups.end(), name);
            policy.rules[i].target_groups.push_back(static_cast<TargetGroupIndex>(found - slots.groups.begin()));
        }
    }
}

void build_legs(const config::Config& config, const TargetSlots& slots, Directory& directory) {
    if (slots.leg_groups.empty()) return;
    directory.legs = ListenerTable(directory.targets.size());
    for (const Target& target : directory.targets)
        if (target.group != no_index && contains(slots.leg_groups, slots.groups[target.group]))
            add_place(target, directory);
    directory.leg_timers = timers_position_of_legs(config, slots);
    note_who_is_told(config, directory);
}

} // namespace sallyport::balance
