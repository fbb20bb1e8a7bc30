// SPDX-License-Identifier: Apache-2.0
// On which side of a flow is the gateway itself? A proxy's clients' flows end there, and its legs to targets begin
// there: what heads that way goes into a host link instead of out of a port.
#pragma once

#include "journey/steps.hpp"

namespace sallyport::journey {

/// The port whose host link has what heads so; no_index: it leaves by the network.
[[nodiscard]] inline PortIndex host_side(const Round& round, flow::FlowIndex flow, flow::Direction heading) noexcept {
    if (flow == flow::no_flow || !round.worker.flows.entry(flow).is_balanced) return no_index;
    const flow::Translation& translation = round.worker.flows.translation(flow);
    if (heading == flow::Direction::reverse) {
        const bool is_leg = translation.leads == flow::Leads::from_host;
        return is_leg ? round.worker.flows.birth(flow).initiator_port : PortIndex{no_index};
    }
    if (translation.leads != flow::Leads::to_host) return no_index;
    return round.around.roster.directory->listeners[translation.listener].home;
}

[[nodiscard]] inline flow::Direction opposite(flow::Direction direction) noexcept {
    return direction == flow::Direction::forward ? flow::Direction::reverse : flow::Direction::forward;
}

} // namespace sallyport::journey
