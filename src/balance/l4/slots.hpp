// SPDX-License-Identifier: Apache-2.0
// Where targets, target groups and listeners stand in the directory, from one to the next. Flows hold positions, so a
// position is never given to another thing while a flow may hold it (as chain/slots.hpp does for appliances).
#pragma once

#include "chain/slots.hpp"
#include "config/config.hpp"
#include "flow/flow_entry.hpp"
#include "support/index.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::balance {

/// A target's position. It is known by group, address and port; a name is only what people call it.
struct TargetPlace {
    std::string group;
    std::string name;
    IpAddress address;
    std::uint16_t port = 0;
    std::string zone;
    // Its group's, as last configured: flows go by it also when a reload takes out the whole group.
    bool deregistration_termination = false;
    bool unhealthy_termination = true;
    bool is_configured = true; // false: taken out by a reload; flows may still be at it
    bool is_free = false;      // no flow holds it any more
    /// Unhealthy, and its unhealthy_draining interval is over (with unhealthy_termination: at once).
    bool unhealthy_flows_end = false;
    // Of HTTP: it fails more requests than the others, and what it is left with of its weight (health/anomaly.hpp).
    bool is_anomalous = false;
    std::uint16_t mitigated_percent = 100;
    chain::Standing standing;
};

/// A listener's position: known by its name, and another one when what it listens at is other, or who serves it.
struct ListenerPlace {
    config::Listener configured; // as it was last
    bool is_configured = true;
};

using Timers = std::array<std::uint32_t, flow::flow_state_count>;

struct TargetSlots {
    std::vector<TargetPlace> targets;
    std::vector<std::string> groups; // by name; those that are gone stay, without targets
    std::vector<ListenerPlace> listeners;
    std::vector<Timers> timers = {Timers{}}; // as Directory::timers; 256 at most
    /// Target groups that policy names for decrypted legs, or named once: flows of then may live.
    std::vector<std::string> leg_groups;

    /// no_index when there is none of that name among those that are configured.
    [[nodiscard]] TargetIndex target(std::string_view group, std::string_view name) const noexcept;
};

/// The listener's timeouts as they stand in `timers`; the endpoint's when there was no room for them.
[[nodiscard]] std::uint8_t timers_position(const config::Config& config, const config::Listener& listener,
                                           const TargetSlots& slots);

/// The same for decrypted legs.
[[nodiscard]] std::uint8_t timers_position_of_legs(const config::Config& config, const TargetSlots& slots);

/// The most that flows can tell apart (FlowEntry::timers).
inline constexpr std::size_t max_timers = 256;

[[nodiscard]] TargetSlots first_target_slots(const config::Config& config);
/// After a reload: what stays keeps its place and standing; what is new gets a place and `standing_of_new`; what is
/// gone drains.
[[nodiscard]] TargetSlots next_target_slots(TargetSlots slots, const config::Config& config,
                                            const chain::Standing& standing_of_new);

} // namespace sallyport::balance
