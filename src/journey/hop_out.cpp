// SPDX-License-Identifier: Apache-2.0
// Step 4: on to the next appliance, in GENEVE.
// Leads on to: egress.
// Drops: NoRouteToAppliance, TooBig, NoHeadroom.
#include "journey/encapsulate.hpp"
#include "journey/icmp_error.hpp"
#include "journey/steps.hpp"

namespace sallyport::journey {
namespace {

/// The largest packet that the flow's appliance can be sent.
[[nodiscard]] std::uint16_t inner_mtu(const Round& round, ApplianceIndex index) noexcept {
    const chain::Appliance& appliance = round.around.roster.appliances[index];
    const PortIndex port = round.around.forwarding.to_appliance(index).port;
    return static_cast<std::uint16_t>(round.around.roster.ports[port].mtu - appliance.overhead_bytes);
}

void visit(Round& round, Packet* packet) noexcept {
    const flow::FlowEntry& entry = round.worker.flows.entry(packet->flow);
    const Tunnel tunnel{.appliance = packet->appliance,
                        .source_port = entry.outer_source_port,
                        .cookie = cookie_of_hop(entry.cookie, packet->hop),
                        .endpoint_id = round.around.roster.endpoints[packet->endpoint].id};
    const auto inner_bytes = static_cast<unsigned>(packet->end - packet->l3);
    switch (encapsulate(round, *packet, tunnel)) {
    case Encapsulation::done:
        count_visit(round, tunnel.appliance, inner_bytes);
        return round.egress.push(packet);
    case Encapsulation::no_route:
        return drop(round, packet, DropReason::NoRouteToAppliance);
    case Encapsulation::too_big:
        return answer_with_error(round, packet, IcmpError::too_big, DropReason::TooBig,
                                 inner_mtu(round, tunnel.appliance));
    case Encapsulation::no_headroom:
        return drop(round, packet, DropReason::NoHeadroom);
    }
}

} // namespace

void hop_out(Round& round) noexcept {
    for (Packet* packet : round.hop_out)
        visit(round, packet);
}

} // namespace sallyport::journey
