// SPDX-License-Identifier: Apache-2.0
// Which appliances or targets does an operator mean by a group, or by a group and a name in it?
#pragma once

#include "balance/l4/slots.hpp"
#include "chain/slots.hpp"
#include "config/config.hpp"
#include "support/index.hpp"
#include "support/result.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sallyport::control {

struct MemberChoice {
    std::string group;
    std::optional<std::string> name; // nothing: all of the group
};

struct Members {
    std::vector<ApplianceIndex> appliances;
    std::vector<TargetIndex> targets;
};

/// Their positions; fails when the configuration has no such group or appliance.
[[nodiscard]] Result<std::vector<ApplianceIndex>>
find_appliances(const config::Config& config, const chain::Slots& slots, const MemberChoice& choice);
[[nodiscard]] Result<std::vector<TargetIndex>>
find_targets(const config::Config& config, const balance::TargetSlots& slots, const MemberChoice& choice);

/// Those of a zone, by the configuration; fails, naming the zones that there are, when none is.
[[nodiscard]] Result<Members> find_zone(const chain::Slots& slots, const balance::TargetSlots& targets,
                                        const std::string& zone);

} // namespace sallyport::control
