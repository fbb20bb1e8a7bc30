// SPDX-License-Identifier: Apache-2.0
// Copies of flows, for whoever tells of them: the listing, and the flow log.
#pragma once

#include "journey/worker_state.hpp"

namespace sallyport::journey {

/// Of a flow that has outlived its timer: as it was when that ran out.
[[nodiscard]] FlowRecord copy_flow(const WorkerState& worker, flow::FlowIndex flow, Instant now) noexcept;

/// A copy into the flow log's queue, or, when that is full, one more line that is dropped. Only with a flow log.
void hand_to_log(WorkerState& worker, flow::FlowIndex flow, flow::EndReason why, Instant now) noexcept;

} // namespace sallyport::journey
