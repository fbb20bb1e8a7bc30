// SPDX-License-Identifier: Apache-2.0
// Which appliances does an operator mean by a group, or a group and an appliance?
#pragma once

#include "chain/slots.hpp"
#include "config/config.hpp"
#include "support/index.hpp"
#include "support/result.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sallyport::control {

struct ApplianceChoice {
    std::string group;
    std::optional<std::string> appliance; // nothing: all of the group
};

/// Their positions; fails when the configuration has no such group or appliance.
[[nodiscard]] Result<std::vector<ApplianceIndex>>
find_appliances(const config::Config& config, const chain::Slots& slots, const ApplianceChoice& choice);

/// Those of a zone, by the configuration; fails, naming the zones that there are, when none is.
[[nodiscard]] Result<std::vector<ApplianceIndex>> find_zone(const chain::Slots& slots, const std::string& zone);

} // namespace sallyport::control
