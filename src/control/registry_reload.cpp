// SPDX-License-Identifier: Apache-2.0
// A new configuration in the place of the one in force: all of it or nothing.
#include "config/fixed_settings.hpp"
#include "config/lookup.hpp"
#include "control/registry.hpp"

#include <utility>

namespace sallyport::control {
namespace {

using chain::Place;
using chain::Registration;

std::optional<Error> no_room(std::string_view what, std::size_t wanted, std::size_t room) {
    if (wanted <= room) return std::nullopt;
    return Error{"there is room for " + std::to_string(room) + " " + std::string(what) +
                 " in all since the gateway started, those that still drain among them, and this would make " +
                 std::to_string(wanted) + "; start the gateway again; nothing was changed"};
}

} // namespace

void Registry::note_groups_in_use() {
    groups_in_use_.clear();
    for (const config::Chain& chain : config_.chains)
        groups_in_use_.insert(chain.groups.begin(), chain.groups.end());
}

std::optional<Error> Registry::find_hindrance(const config::Config& wanted, const chain::Slots& next) const {
    const std::vector<std::string> differences = config::fixed_differences(config_, wanted);
    if (!differences.empty()) {
        std::string text = "what can not change while the gateway runs has changed, and nothing was changed: ";
        for (std::size_t i = 0; i < differences.size(); ++i)
            text += (i > 0 ? ", " : "") + differences[i];
        return Error{text + "; put it back, or start the gateway again"};
    }
    if (auto error = no_room("appliances", next.appliances.size(), appliance_slots_)) return error;
    if (auto error = no_room("groups", next.groups.size(), group_slots_)) return error;
    return no_room("chains", next.chains.size(), chain_slots_);
}

Result<ReloadReport> Registry::reload(config::Config wanted, Instant now) {
    wanted = config::in_running_order(config_, std::move(wanted));
    chain::Slots next = chain::next_slots(slots_, wanted, {});
    if (auto error = find_hindrance(wanted, next)) return tl::unexpected(std::move(*error));
    ReloadReport report = compare_configs(config_, wanted);
    const config::Config config_before = std::exchange(config_, std::move(wanted));
    const chain::Slots slots_before = std::exchange(slots_, std::move(next));
    note_groups_in_use();
    controls_.resize(slots_.appliances.size());
    for (std::size_t i = 0; i < controls_.size(); ++i)
        follow_config(static_cast<ApplianceIndex>(i), {config_before, slots_before}, now);
    is_changed_ = true;
    settle(now);
    return report;
}

void Registry::follow_config(ApplianceIndex appliance, const Before& before, Instant now) {
    Place& place = slots_.appliances[appliance];
    if (place.is_free) return;
    const Place* old = appliance < before.slots.appliances.size() ? &before.slots.appliances[appliance] : nullptr;
    const bool is_new = old == nullptr || old->is_free || (place.is_configured && !old->is_configured);
    if (is_new) {
        begin(appliance, now);
        return start_slowly(appliance, now);
    }
    place.standing.zone_is_shifted = shifted_zones_.contains(place.zone);
    const config::ApplianceGroup* group = group_of(appliance);
    const config::ApplianceGroup* old_group = config::find_group(before.config, place.group);
    if (old->is_configured && !place.is_configured) {
        controls_[appliance].taken_out_by = TakenOutBy::reload;
        if (old->standing.registration != Registration::registered) return; // drains already, or has
        const config::ApplianceGroup* says = group != nullptr ? group : old_group;
        return begin_drain(appliance, TakenOutBy::reload, says->deregistration_delay, now);
    }
    // Nobody watches it any more: what was last said of it must not hold for ever.
    const auto is_watched = [](const config::ApplianceGroup* each) {
        return each != nullptr && (each->health_check || each->passive_check);
    };
    if (!is_watched(old_group) || group == nullptr) return;
    const bool lost_its_check = old_group->health_check && !group->health_check;
    if (!lost_its_check && is_watched(group)) return;
    place.standing.health = chain::Health::healthy;
    controls_[appliance].note = {};
}

} // namespace sallyport::control
