// SPDX-License-Identifier: Apache-2.0
// Where everything stands in the roster, from one roster to the next. Flows hold positions, so a position is never
// given to another thing while a flow may hold it: what a reload takes out of the configuration keeps its place, and
// what it brings in gets a new one, or one that is free again.
#pragma once

#include "config/config.hpp"
#include "support/address.hpp"
#include "support/index.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sallyport::chain {

/// What checks say of an appliance. `initial`: nothing yet, so it takes no new flows.
enum class Health : std::uint8_t { initial, healthy, unhealthy };

/// `draining`: no new flows, existing ones as ever. `deregistered`: the deregistration delay is over.
enum class Registration : std::uint8_t { registered, draining, deregistered };

/// How an appliance stands at the moment; what the configuration can not say.
struct Standing {
    Health health = Health::healthy;
    Registration registration = Registration::registered;
    std::uint16_t share_percent = 100; // of its weight: less while it starts slowly
    bool zone_is_shifted = false;      // its zone gets no new flows for now

    [[nodiscard]] bool operator==(const Standing&) const noexcept = default;
};

/// An appliance's position in the roster.
struct Place {
    std::string group;
    std::string name;
    IpAddress address;
    std::string zone;
    // Its group's, as last configured: flows go by it also when a reload takes out the whole group.
    config::Failover on_deregistered = config::Failover::keep;
    config::Payload payload = config::Payload::ip;
    config::GroupMode mode = config::GroupMode::in_line;
    bool is_configured = true; // false: taken out by a reload; flows may still be on their way through it
    bool is_free = false;      // no flow holds it any more
    Standing standing;
};

struct Slots {
    std::vector<Place> appliances;
    std::vector<std::string> groups; // by name; those that are gone stay, without appliances
    std::vector<std::string> chains;

    /// no_index when there is none. An appliance is known by group, name and address: with another address it is
    /// another one.
    [[nodiscard]] ApplianceIndex appliance(std::string_view group, std::string_view name) const noexcept;
};

/// The slots of a first roster: everything in the order of the file.
[[nodiscard]] Slots first_slots(const config::Config& config);

/// The slots after a reload: what stays keeps its place and standing; what is new gets a place and `standing_of_new`;
/// what is gone drains.
[[nodiscard]] Slots next_slots(Slots slots, const config::Config& config, const Standing& standing_of_new);

} // namespace sallyport::chain
