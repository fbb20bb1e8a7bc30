// SPDX-License-Identifier: Apache-2.0
// Step 4: on to the next appliance, in GENEVE.
// Leads on to: egress.
// Drops: NoRouteToAppliance, TooBig, NoBuffer, FragmentTableFull, NoHeadroom.
#include "journey/encapsulate.hpp"
#include "journey/fragment_ipv4.hpp"
#include "journey/fragments.hpp"
#include "journey/hop_times.hpp"
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

/// Counts the visit when it is one.
[[nodiscard, gnu::always_inline]] inline Encapsulation wrap(Round& round, Packet& packet) noexcept {
    const flow::FlowEntry& entry = round.worker.flows.entry(packet.flow);
    const Tunnel tunnel{.appliance = packet.appliance,
                        .flow = packet.flow,
                        .source_port = entry.outer_source_port,
                        .cookie = cookie_of_hop(entry.cookie, packet.hop),
                        .endpoint_id = round.around.roster.endpoints[packet.endpoint].id};
    const auto inner_bytes = static_cast<unsigned>(packet.end - packet.l3);
    const Encapsulation result = encapsulate(round, packet, tunnel);
    if (result == Encapsulation::done) [[likely]]
        count_visit(round, tunnel.appliance, inner_bytes);
    return result;
}

/// Cut where the sender allows it, and else the sender is told. Each part is encapsulated alone, so that no appliance
/// has to put together outer fragments; they come back as fragments whose flow has to be known.
[[gnu::noinline]] void make_fit(Round& round, Packet* packet) noexcept {
    const std::uint16_t mtu = inner_mtu(round, packet->appliance);
    if (!may_be_cut(round, *packet)) {
        return answer_with_error(round, packet, IcmpError::too_big, DropReason::TooBig, mtu);
    }
    if (!remember_fragment(round, *packet)) return drop(round, packet, DropReason::FragmentTableFull);
    if (const auto fault = cut(round, *packet, mtu, Resume::hop_out)) return drop(round, packet, *fault);
    if (wrap(round, *packet) != Encapsulation::done) return drop(round, packet, DropReason::NoHeadroom);
    round.egress.push(packet);
}

void visit(Round& round, Packet* packet) noexcept {
    switch (wrap(round, *packet)) {
    case Encapsulation::done:
        return round.egress.push(packet);
    case Encapsulation::no_route:
        return drop(round, packet, DropReason::NoRouteToAppliance);
    case Encapsulation::too_big:
        return make_fit(round, packet);
    case Encapsulation::no_headroom:
        return drop(round, packet, DropReason::NoHeadroom);
    }
}

} // namespace

void hop_out(Round& round) noexcept {
    if (round.worker.flows.has_hop_clocks()) note_leaving(round, round.hop_out.packets());
    for (Packet* packet : round.hop_out)
        visit(round, packet);
}

} // namespace sallyport::journey
