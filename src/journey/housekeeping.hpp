// SPDX-License-Identifier: Apache-2.0
// What a worker does beside packets, a bounded piece at a time.
#pragma once

#include "journey/steps.hpp"

namespace sallyport::journey {

/// Sends on what waited for neighbours that are known now; ends what has waited too long; asks the kernel again.
void send_pending(Round& round) noexcept;

/// Frees the entries of flows whose time is over, a slice of the table a call.
void sweep_flows(WorkerState& worker, Instant now) noexcept;

/// Listeners that wait for more handshakes than they may give up the oldest. Between rounds only: the flows end.
void drop_oldest_handshakes(WorkerState& worker, const balance::Directory& directory, Instant now) noexcept;
/// Ends connections of targets that are not to have them any more, a bounded number a call: once through the whole
/// table after each new roster.
void end_flows_of_targets(Round& round) noexcept;

} // namespace sallyport::journey
