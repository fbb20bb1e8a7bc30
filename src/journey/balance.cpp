// SPDX-License-Identifier: Apache-2.0
// Step 6: the chain is done; where does the flow go? What a listener took goes to its target, rewritten, or into the
// gateway's own IP stack, where a proxy waits for it, as for what targets answer to its own connections; all else where
// it was addressed to. What comes back has been given the client's view before the chain (flow_lookup).
// Leads on to: route, to_host.
#include "journey/host_side.hpp"
#include "journey/steps.hpp"
#include "journey/translate.hpp"
#include "journey/wire.hpp"

namespace sallyport::journey {
namespace {

void count(Round& round, const Packet& packet, const flow::Translation& translation) noexcept {
    if (translation.target == no_index) return;
    TargetCounters& counters = round.worker.counters.targets[translation.target];
    const auto bytes = static_cast<std::uint64_t>(packet.end - packet.l3);
    const bool to_target = packet.direction == flow::Direction::forward;
    (to_target ? counters.packets_to : counters.packets_from).add(1);
    (to_target ? counters.bytes_to : counters.bytes_from).add(bytes);
}

void lead_into_host(Round& round, Packet* packet) noexcept {
    address_to_host(round, *packet, host_side(round, packet->flow, packet->direction));
    round.to_host.push(packet);
}

void pass_on(Round& round, Packet* packet) noexcept {
    flow::Translation& translation = round.worker.flows.translation(packet->flow);
    count(round, *packet, translation);
    const bool is_leg = translation.leads == flow::Leads::from_host;
    if (packet->direction == flow::Direction::reverse) {
        return is_leg ? lead_into_host(round, packet) : round.route.push(packet);
    }
    translation.target_asked = true;
    switch (translation.leads) {
    case flow::Leads::to_target:
        translate(round, *packet, View::target, Sender::client);
        break;
    case flow::Leads::unwritten:
        packet->station = translation.target;
        break;
    case flow::Leads::to_host:
        return lead_into_host(round, packet);
    case flow::Leads::from_host:
        break;
    }
    round.route.push(packet);
}

} // namespace

void address_to_host(const Round& round, Packet& packet, PortIndex home) noexcept {
    packet.begin = static_cast<std::uint16_t>(packet.l3 - sizeof(EthernetHeader));
    auto& ethernet = packet.checked_header<EthernetHeader>(packet.begin);
    ethernet.destination = round.worker.settings.port_macs[home];
    // Nobody answers to it: the kernel looks up its own neighbours.
    ethernet.source = MacAddress{{0x02, 0, 0, 0, 0, 0}};
    ethernet.type.set(packet.family == Family::ipv4 ? ethertype_ipv4 : ethertype_ipv6);
    packet.port = home;
}

void balance(Round& round) noexcept {
    for (Packet* packet : round.balance) {
        if (round.worker.flows.entry(packet->flow).is_balanced) [[unlikely]] {
            pass_on(round, packet);
        } else {
            round.route.push(packet);
        }
    }
}

} // namespace sallyport::journey
