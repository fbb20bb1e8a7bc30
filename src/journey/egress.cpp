// SPDX-License-Identifier: Apache-2.0
// Step 7b: the Ethernet header for the next station on the link, and out.
// Leads on to: the port; or waiting until the kernel has resolved the neighbour.
// Drops: NeighbourQueueFull (and, from the queue, NeighbourUnresolved).
#include "journey/egress.hpp"
#include "journey/station.hpp"
#include "journey/steps.hpp"
#include "journey/wire.hpp"

namespace sallyport::journey {
namespace {

void hold(Round& round, Packet* packet, const IpAddress& station) noexcept {
    Pending& pending = round.worker.pending;
    const PortIndex port = packet->way->port;
    const Instant now = round.around.now;
    const unsigned waiting = pending.is_full() ? 0 : pending.waiting_for(port, station);
    if (pending.is_full() || waiting >= pending.most_for_a_station())
        return drop(round, packet, DropReason::NeighbourQueueFull);
    if (waiting == 0) round.outlet.resolve(port, station);
    pending.hold({packet, port, station, now, now});
}

void send_out(Round& round, Packet* packet) noexcept {
    const forward::Adjacency& way = *packet->way;
    if (way.resolved) [[likely]]
        return finish_frame(round, packet, way.port, way.mac);
    const IpAddress station = way.on_link ? station_address(round, *packet) : way.address;
    MacAddress mac;
    if (way.on_link && round.around.forwarding.neighbour(way.port, station, mac)) {
        return finish_frame(round, packet, way.port, mac);
    }
    hold(round, packet, station);
}

} // namespace

void finish_frame(Round& round, Packet* packet, PortIndex port, const MacAddress& station) noexcept {
    packet->begin = static_cast<std::uint16_t>(packet->l3 - sizeof(EthernetHeader));
    auto& ethernet = packet->checked_header<EthernetHeader>(packet->begin);
    ethernet.destination = station;
    ethernet.source = round.worker.settings.port_macs[port];
    ethernet.type.set(packet->family == Family::ipv4 ? ethertype_ipv4 : ethertype_ipv6);
    packet->port = port;
    packet->way = nullptr;

    PortCounters& counters = round.worker.counters.ports[port];
    counters.packets_out.add(1);
    counters.bytes_out.add(packet->length());
    round.transmit.push(packet);
}

void egress(Round& round) noexcept {
    for (Packet* packet : round.egress)
        send_out(round, packet);
}

} // namespace sallyport::journey
