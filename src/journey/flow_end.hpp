// SPDX-License-Identifier: Apache-2.0
// The end of a flow, for whatever reason: what its appliances lose by it.
#pragma once

#include "journey/worker_state.hpp"

namespace sallyport::journey {

/// Takes the flow off its appliances' books; its entry is left to the caller.
inline void leave_appliances(WorkerState& worker, flow::FlowIndex flow) noexcept {
    for (unsigned hop = 0; hop < worker.flows.entry(flow).hop_count; ++hop) {
        const ApplianceIndex appliance = worker.flows.hop(flow, hop);
        if (appliance != no_index) worker.counters.appliances[appliance].flows_ended.add(1);
    }
    worker.counters.flows_expired.add(1);
}

inline void end_flow(WorkerState& worker, flow::FlowIndex flow, std::uint64_t hash) noexcept {
    leave_appliances(worker, flow);
    worker.flows.erase(flow, hash);
}

} // namespace sallyport::journey
