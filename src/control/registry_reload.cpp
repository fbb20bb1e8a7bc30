// SPDX-License-Identifier: Apache-2.0
// A new configuration in the place of the one in force: all of it or nothing.
#include "config/fixed_settings.hpp"
#include "control/registry.hpp"

#include <algorithm>
#include <utility>

namespace sallyport::control {
namespace {

std::optional<Error> no_room(std::string_view what, std::size_t wanted, std::size_t room) {
    if (wanted <= room) return std::nullopt;
    return Error{"there is room for " + std::to_string(room) + " " + std::string(what) +
                 " in all since the gateway started, those that still drain among them, and this would make " +
                 std::to_string(wanted) + "; start the gateway again; nothing was changed"};
}

/// Whether every listener's timeouts found a place; what flows go by can not be taken from them again.
bool has_timers(const config::Config& config, const balance::TargetSlots& slots) {
    return std::ranges::all_of(config.listeners, [&](const config::Listener& listener) {
        return balance::timers_position(config, listener, slots) != 0;
    });
}

} // namespace

std::optional<Error> Registry::find_hindrance(const config::Config& wanted, const chain::Slots& next,
                                              const balance::TargetSlots& next_targets) const {
    const std::vector<std::string> differences = config::fixed_differences(config_, wanted);
    if (!differences.empty()) {
        std::string text = "what can not change while the gateway runs has changed, and nothing was changed: ";
        for (std::size_t i = 0; i < differences.size(); ++i)
            text += (i > 0 ? ", " : "") + differences[i];
        return Error{text + "; put it back, or start the gateway again"};
    }
    if (auto error = no_room("appliances", next.appliances.size(), room_.appliances)) return error;
    if (auto error = no_room("groups", next.groups.size(), room_.groups)) return error;
    if (auto error = no_room("chains", next.chains.size(), room_.chains)) return error;
    if (auto error = no_room("targets", next_targets.targets.size(), room_.targets)) return error;
    if (auto error = no_room("target groups", next_targets.groups.size(), room_.target_groups)) return error;
    if (auto error = no_room("listeners", next_targets.listeners.size(), room_.listeners)) return error;
    if (has_timers(wanted, next_targets)) return std::nullopt;
    return Error{"listeners have had " + std::to_string(balance::max_timers - 1) +
                 " different sets of timeouts since the gateway started, and there is no room for more; start the "
                 "gateway again; nothing was changed"};
}

Result<ReloadReport> Registry::reload(config::Config wanted, Instant now) {
    wanted = config::in_running_order(config_, std::move(wanted));
    chain::Slots next = chain::next_slots(slots_, wanted, {});
    balance::TargetSlots next_targets = balance::next_target_slots(target_slots_, wanted, {});
    if (auto error = find_hindrance(wanted, next, next_targets)) return tl::unexpected(std::move(*error));
    ReloadReport report = compare_configs(config_, wanted);
    config_ = std::move(wanted);
    const chain::Slots before = std::exchange(slots_, std::move(next));
    const balance::TargetSlots targets_before = std::exchange(target_slots_, std::move(next_targets));
    appliances_.follow(before.appliances, appliance_terms(config_), shifted_zones_, now);
    targets_.follow(targets_before.targets, target_terms(config_), shifted_zones_, now);
    is_changed_ = true;
    return report;
}

} // namespace sallyport::control
