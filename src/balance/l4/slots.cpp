// SPDX-License-Identifier: Apache-2.0
#include "balance/l4/slots.hpp"

#include <algorithm>

namespace sallyport::balance {
namespace {

void add_name(std::vector<std::string>& names, const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

void remember(const config::TargetGroup& group, TargetPlace& place) {
    place.deregistration_termination = group.deregistration_termination;
    place.unhealthy_termination = group.unhealthy_termination;
}

TargetPlace place_of(const config::TargetGroup& group, const config::Target& target, const chain::Standing& standing) {
    TargetPlace place;
    place.group = group.name;
    place.name = target.name;
    place.address = target.address;
    place.port = target.port;
    place.zone = target.zone;
    place.standing = standing;
    remember(group, place);
    return place;
}

TargetPlace* find_own(TargetSlots& slots, const config::TargetGroup& group, const config::Target& target) {
    for (TargetPlace& place : slots.targets) {
        const bool is_same =
            !place.is_free && place.group == group.name && place.address == target.address && place.port == target.port;
        if (is_same) return &place;
    }
    return nullptr;
}

void put(TargetSlots& slots, TargetPlace place) {
    const auto free =
        std::find_if(slots.targets.begin(), slots.targets.end(), [](const TargetPlace& each) { return each.is_free; });
    if (free != slots.targets.end()) {
        *free = std::move(place);
    } else {
        slots.targets.push_back(std::move(place));
    }
}

bool listens_alike(const config::Listener& one, const config::Listener& other) {
    return one.name == other.name && one.endpoint == other.endpoint && one.address == other.address &&
           one.port == other.port && one.protocol == other.protocol && one.mode == other.mode &&
           one.http.has_value() == other.http.has_value() && one.tls.has_value() == other.tls.has_value();
}

Timers timers_of(const config::Config& config, const config::Listener& listener) {
    Timers timers = {};
    const auto set = [&](flow::FlowState state, std::chrono::milliseconds timeout) {
        timers[static_cast<unsigned>(state)] = static_cast<std::uint32_t>(timeout.count());
    };
    set(flow::FlowState::tcp_half_open, config.gateway.timeouts.tcp_half_open);
    set(flow::FlowState::tcp_established, listener.flow_idle());
    set(flow::FlowState::tcp_closing, config.gateway.timeouts.tcp_closing);
    set(flow::FlowState::tcp_reset, config.gateway.timeouts.tcp_closing);
    set(flow::FlowState::udp, listener.udp_idle);
    set(flow::FlowState::other, config.gateway.timeouts.other);
    return timers;
}

/// A leg lives as long as any connection for which a proxy may have opened it: a flow that ends earlier would have the
/// connection reset when it speaks again.
Timers timers_of_legs(const config::Config& config) {
    config::Listener longest;
    longest.tcp_idle = config.gateway.timeouts.tcp_idle;
    longest.mode = config::ListenerMode::proxy;
    for (const config::Listener& listener : config.listeners)
        if (listener.mode == config::ListenerMode::proxy)
            longest.tcp_idle = std::max(longest.tcp_idle, listener.tcp_idle);
    return timers_of(config, longest);
}

void add_timers(const Timers& timers, TargetSlots& slots) {
    const bool is_there = std::find(slots.timers.begin(), slots.timers.end(), timers) != slots.timers.end();
    if (!is_there && slots.timers.size() < max_timers) slots.timers.push_back(timers);
}

void add_legs(const config::Config& config, TargetSlots& slots) {
    for (const config::PolicyRule& rule : config.policy) {
        if (!rule.match.is_decrypted_leg) continue;
        add_timers(timers_of_legs(config), slots);
        for (const std::string& name : rule.match.target_groups)
            add_name(slots.leg_groups, name);
        if (!rule.match.target_groups.empty()) continue;
        for (const config::TargetGroup& group : config.target_groups)
            add_name(slots.leg_groups, group.name);
    }
}

std::uint8_t position_of(const Timers& timers, const TargetSlots& slots) {
    const auto found = std::find(slots.timers.begin(), slots.timers.end(), timers);
    return found == slots.timers.end() ? std::uint8_t{0} : static_cast<std::uint8_t>(found - slots.timers.begin());
}

void add_listeners(const config::Config& config, TargetSlots& slots) {
    for (const config::Listener& listener : config.listeners) {
        add_timers(timers_of(config, listener), slots);
        const auto own = std::find_if(slots.listeners.begin(), slots.listeners.end(), [&](const ListenerPlace& place) {
            return listens_alike(place.configured, listener);
        });
        if (own == slots.listeners.end()) {
            slots.listeners.push_back({listener});
        } else {
            *own = {listener};
        }
    }
}

} // namespace

TargetIndex TargetSlots::target(std::string_view group, std::string_view name) const noexcept {
    for (std::size_t i = 0; i < targets.size(); ++i) {
        const TargetPlace& place = targets[i];
        if (place.is_configured && place.group == group && place.name == name) return static_cast<TargetIndex>(i);
    }
    return no_index;
}

std::uint8_t timers_position(const config::Config& config, const config::Listener& listener, const TargetSlots& slots) {
    return position_of(timers_of(config, listener), slots);
}

std::uint8_t timers_position_of_legs(const config::Config& config, const TargetSlots& slots) {
    return position_of(timers_of_legs(config), slots);
}

TargetSlots first_target_slots(const config::Config& config) {
    return next_target_slots({}, config, {});
}

TargetSlots next_target_slots(TargetSlots slots, const config::Config& config, const chain::Standing& standing_of_new) {
    std::vector<bool> was_configured;
    for (TargetPlace& place : slots.targets) {
        was_configured.push_back(place.is_configured);
        place.is_configured = false;
    }
    for (ListenerPlace& place : slots.listeners)
        place.is_configured = false;
    std::vector<TargetPlace> added;
    for (const config::TargetGroup& group : config.target_groups) {
        add_name(slots.groups, group.name);
        for (TargetPlace& place : slots.targets) {
            if (!place.is_free && place.group == group.name) remember(group, place);
        }
        for (const config::Target& target : group.targets) {
            TargetPlace* own = find_own(slots, group, target);
            if (own == nullptr) {
                added.push_back(place_of(group, target, standing_of_new));
                continue;
            }
            // Drained by hand it goes on draining; taken out and brought back, it begins anew.
            const bool came_back = !was_configured[static_cast<std::size_t>(own - slots.targets.data())];
            const bool flows_end = own->unhealthy_flows_end && !came_back;
            *own = place_of(group, target, came_back ? standing_of_new : own->standing);
            own->unhealthy_flows_end = flows_end;
        }
    }
    for (std::size_t i = 0; i < slots.targets.size(); ++i) {
        TargetPlace& place = slots.targets[i];
        const bool leaves = was_configured[i] && !place.is_configured;
        if (leaves && place.standing.registration == chain::Registration::registered)
            place.standing.registration = chain::Registration::draining;
    }
    for (TargetPlace& place : added)
        put(slots, std::move(place));
    add_listeners(config, slots);
    add_legs(config, slots);
    return slots;
}

} // namespace sallyport::balance
