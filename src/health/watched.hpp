// SPDX-License-Identifier: Apache-2.0
// Which appliances are watched, and how? The configuration's answer, in the roster's indexes.
#pragma once

#include "chain/slots.hpp"
#include "config/config.hpp"
#include "support/index.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sallyport::health {

struct Watched {
    ApplianceIndex appliance = no_index;
    std::string name; // group/appliance
    IpAddress address;
    std::optional<config::HealthCheck> check; // none: healthy as far as checks go
    bool is_passive = true;                   // its traffic is watched too
    EndpointIndex probe_endpoint = 0;         // whose id a GENEVE probe carries
};

/// Whether it is the same appliance in the same place, so that what is known of it still holds.
[[nodiscard]] bool same_appliance(const Watched& a, const Watched& b) noexcept;
/// Whether it is also checked in the same way, so that its checks need not be disturbed.
[[nodiscard]] bool same_check(const Watched& a, const Watched& b) noexcept;

/// Everything that has to be watched, those that a reload took out included: they have flows yet. Appliances of mirror
/// groups are never watched passively, as they return nothing; those without any watch are left out, and so is what
/// `slots` does not know.
[[nodiscard]] std::vector<Watched> watched(const config::Config& config, const chain::Slots& slots);

} // namespace sallyport::health
