// SPDX-License-Identifier: Apache-2.0
// Makes the directory from the configuration and from how targets stand.
#pragma once

#include "balance/l4/directory.hpp"
#include "balance/l4/slots.hpp"
#include "chain/roster.hpp"

namespace sallyport::balance {

/// From a config without findings, slots that were made for it, and a roster of the same config; the caller's fault
/// otherwise.
[[nodiscard]] Directory build_directory(const config::Config& config, const TargetSlots& slots,
                                        const chain::Roster& roster);

/// A roster with its directory: everything that workers read.
[[nodiscard]] chain::Roster build_roster(const config::Config& config, const chain::Slots& slots,
                                         const TargetSlots& target_slots);
/// The first one: all appliances and targets registered and healthy.
[[nodiscard]] chain::Roster build_roster(const config::Config& config);

} // namespace sallyport::balance
