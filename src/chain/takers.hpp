// SPDX-License-Identifier: Apache-2.0
// Who of a group takes new flows, and what the flows meet that somebody has already: what standings come to.
#pragma once

#include "chain/roster.hpp"
#include "config/config.hpp"

#include <string>

namespace sallyport::chain {

/// Fills the group's table with those of its appliances that take new flows, and says whether flows go past it.
/// `zone` is the gateway's own.
void choose_takers(const std::string& zone, const config::ApplianceGroup& from, const Roster& roster, Group& group);

/// What the flows of each of the group's appliances meet; after choose_takers().
void settle_flows(const config::ApplianceGroup& from, Roster& roster, const Group& group);

} // namespace sallyport::chain
