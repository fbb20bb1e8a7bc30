// SPDX-License-Identifier: Apache-2.0
// Step 1: is this frame for us, and is it an IP packet?
// Leads on to: classify (a sound IP packet), to_host (ARP).
// Drops: EthernetTruncated, NotOurMac, EtherTypeUnsupported, and what parse_network finds.
#include "journey/parse_ip.hpp"
#include "journey/steps.hpp"
#include "journey/wire.hpp"

namespace sallyport::journey {
namespace {

void take_in(Round& round, Packet* packet) noexcept {
    PortCounters& counters = round.worker.counters.ports[packet->port];
    counters.packets_in.add(1);
    counters.bytes_in.add(packet->length());
    packet->origin = packet->port;

    const auto* ethernet = packet->header<EthernetHeader>(packet->begin);
    if (ethernet == nullptr) return drop(round, packet, DropReason::EthernetTruncated);
    // Devices run promiscuous, so the neighbours' traffic is seen too.
    if (!(ethernet->destination == round.worker.settings.port_macs[packet->port]) &&
        !ethernet->destination.is_multicast()) {
        return drop(round, packet, DropReason::NotOurMac);
    }
    packet->l3 = static_cast<std::uint16_t>(packet->begin + sizeof(EthernetHeader));

    const std::uint16_t type = ethernet->type.host();
    if (type == ethertype_arp) return round.to_host.push(packet);
    if (type != ethertype_ipv4 && type != ethertype_ipv6) return drop(round, packet, DropReason::EtherTypeUnsupported);
    const bool v4 = type == ethertype_ipv4;
    if (packet->l3 >= packet->end)
        return drop(round, packet, v4 ? DropReason::Ipv4Truncated : DropReason::Ipv6Truncated);
    // parse_network goes by the version field; the EtherType says what it must be.
    if (packet->buffer[packet->l3] >> 4 != (v4 ? 4 : 6)) {
        return drop(round, packet, v4 ? DropReason::Ipv4BadHeader : DropReason::Ipv6BadHeader);
    }
    if (const auto fault = parse_network(*packet)) return drop(round, packet, *fault);
    round.classify.push(packet);
}

} // namespace

void ingress(Round& round) noexcept {
    for (Packet* packet : round.ingress)
        __builtin_prefetch(packet->buffer + packet->begin);
    for (Packet* packet : round.ingress)
        take_in(round, packet);
}

} // namespace sallyport::journey
