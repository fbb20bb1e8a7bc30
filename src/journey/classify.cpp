// SPDX-License-Identifier: Apache-2.0
// Step 2: whose packet is it?
// Leads on to: to_host (for the gateway itself, unless it may be of a listener's flow), hop_return (GENEVE for the
// gateway on a port towards appliances), flow_lookup (transit traffic of an endpoint), fragments (the same when its
// ports stand in another packet), egress (an ICMP error of our own). Drops: MulticastUnsupported, OwnAddressElsewhere,
// InvalidGeneveTunnel, PortWithoutEndpoint, TtlExpired, and what parse_flow finds.
#include "geneve/header.hpp"
#include "journey/attend.hpp"
#include "journey/icmp_error.hpp"
#include "journey/own_address.hpp"
#include "journey/parse_flow.hpp"
#include "journey/parse_ip.hpp"
#include "journey/steps.hpp"
#include "journey/wire.hpp"

namespace sallyport::journey {
namespace {

/// A fragment never is: behind the first there is no UDP header, whatever the bytes look like. The kernel gets those.
[[nodiscard]] bool is_geneve(const Packet& packet) noexcept {
    if (is_fragment(packet)) return false;
    const auto* udp = packet.header<UdpHeader>(packet.l4);
    return packet.protocol == protocol_udp && udp != nullptr && udp->destination_port.host() == geneve::udp_port;
}

void take_own(Round& round, Packet* packet, const chain::Port& port) noexcept {
    if (!is_geneve(*packet)) return round.to_host.push(packet);
    // Appliances are never behind an endpoint's port; whoever sends GENEVE from there is a tenant who forges it.
    if (port.endpoint != no_index) return drop(round, packet, DropReason::InvalidGeneveTunnel);
    round.hop_return.push(packet);
}

[[nodiscard]] unsigned ttl(const Packet& packet) noexcept {
    return packet.family == Family::ipv4 ? packet.header<Ipv4Header>(packet.l3)->ttl
                                         : packet.header<Ipv6Header>(packet.l3)->hop_limit;
}

[[gnu::always_inline]] inline void look_up(Round& round, Packet* packet, flow::Tuple& tuple) noexcept {
    if (packet->kind == Kind::later_fragment || packet->kind == Kind::icmp_error_about_fragment) [[unlikely]] {
        return round.fragments.push(packet);
    }
    tuple.endpoint = packet->endpoint;
    packet->from_high = flow::orient(tuple, packet->key);
    packet->hash = flow::table_hash(round.worker.settings.keys.table, packet->key);
    round.worker.flows.prefetch_bucket(packet->hash);
    round.flow_lookup.push(packet);
}

/// Whether flows are to be had at the packet's destination, which is an address of the gateway: a listener's, or one
/// that stands in the place of clients'.
[[nodiscard, gnu::noinline]] bool may_be_of_flow(const Round& round, const Packet& packet,
                                                 const chain::Port& port) noexcept {
    if (port.endpoint == no_index || is_geneve(packet)) return false;
    const IpAddress to = destination_address(packet);
    const balance::ListenAddress at = {
        .address = {to.high(), to.low()}, .endpoint = port.endpoint, .family = to.family()};
    const balance::Directory& directory = directory_of(round.around.roster);
    return directory.listener_addresses.contains(at) || directory.source_addresses.contains(at);
}

[[gnu::noinline]] void take_flow_of_gateway(Round& round, Packet* packet, const chain::Port& port,
                                            bool is_here) noexcept {
    // What everybody on the link received begins no flow (RFC 1812 5.3.4), nor is it the host's where only listeners
    // are.
    if (packet->header<EthernetHeader>(packet->begin)->destination.is_multicast()) {
        const IpAddress to = destination_address(*packet);
        const bool is_listeners_only =
            directory_of(round.around.roster)
                .extra_addresses.contains(
                    {.address = {to.high(), to.low()}, .endpoint = port.endpoint, .family = to.family()});
        if (is_here && !is_listeners_only) return take_own(round, packet, port);
        return drop(round, packet, DropReason::MulticastUnsupported);
    }
    packet->endpoint = port.endpoint;
    packet->to_gateway = true;
    flow::Tuple tuple;
    if (const auto fault = parse_flow(*packet, tuple)) {
        // Of no flow that could be one: errors about the kernel's own connections, and neighbours that ask it from
        // addresses that are not routed.
        if (is_here && is_for_host(round, *packet)) return round.to_host.push(packet);
        return drop(round, packet, *fault);
    }
    look_up(round, packet, tuple);
}

void take_transit(Round& round, Packet* packet, const chain::Port& port) noexcept {
    if (port.endpoint == no_index) return drop(round, packet, DropReason::PortWithoutEndpoint);
    // RFC 1812 5.3.4: what everybody on the link received is not for a router to pass on.
    if (packet->header<EthernetHeader>(packet->begin)->destination.is_multicast()) {
        return drop(round, packet, DropReason::MulticastUnsupported);
    }
    packet->endpoint = port.endpoint;
    flow::Tuple tuple;
    if (const auto fault = parse_flow(*packet, tuple)) return drop(round, packet, *fault);
    // RFC 1812 5.3.1, RFC 8200 section 3. Before the chain: a packet that can not be forwarded is nobody's work.
    if (ttl(*packet) <= 1) return answer_with_error(round, packet, IcmpError::time_exceeded, DropReason::TtlExpired);

    look_up(round, packet, tuple);
}

} // namespace

void classify(Round& round) noexcept {
    const bool listens = round.worker.settings.listener_slots != 0;
    for (Packet* packet : round.classify) {
        const chain::Port& port = round.around.roster.ports[packet->port];
        switch (whose_address(port, *packet)) {
        case Addressee::gateway:
            if (listens && may_be_of_flow(round, *packet, port)) [[unlikely]] {
                take_flow_of_gateway(round, packet, port, true);
            } else {
                take_own(round, packet, port);
            }
            break;
        case Addressee::link:
            round.to_host.push(packet);
            break;
        case Addressee::other_port:
            if (listens && may_be_of_flow(round, *packet, port)) {
                take_flow_of_gateway(round, packet, port, false);
            } else {
                drop(round, packet, DropReason::OwnAddressElsewhere);
            }
            break;
        case Addressee::group:
            drop(round, packet, DropReason::MulticastUnsupported);
            break;
        case Addressee::somebody:
            take_transit(round, packet, port);
            break;
        }
    }
}

} // namespace sallyport::journey
