// SPDX-License-Identifier: Apache-2.0
// The part of roster and directory that is about decrypted legs: connections of the gateway's own proxies to targets,
// for which policy may have rules of their own.
#pragma once

#include "balance/l4/directory.hpp"
#include "balance/l4/slots.hpp"
#include "chain/policy.hpp"

namespace sallyport::balance {

/// The target groups of the rules, which stand in the order of the configuration's.
void name_leg_groups(const config::Config& config, const TargetSlots& slots, chain::Policy& policy);

/// Where legs lead. After targets and groups are built.
void build_legs(const config::Config& config, const TargetSlots& slots, Directory& directory);

} // namespace sallyport::balance
