// SPDX-License-Identifier: Apache-2.0
#include "journey/from_host.hpp"

#include "journey/leg.hpp"
#include "journey/parse_flow.hpp"
#include "journey/parse_ip.hpp"
#include "journey/wire.hpp"

namespace sallyport::journey {
namespace {

enum class Of : std::uint8_t { nobody, listener, leg };

[[nodiscard]] bool is_of_listener(const balance::Directory& directory, const flow::Tuple& tuple) noexcept {
    const balance::ListenAddress at = {.address = tuple.source,
                                       .port = tuple.source_port,
                                       .endpoint = tuple.endpoint,
                                       .protocol = tuple.protocol,
                                       .family = tuple.family};
    ListenerIndex listener = directory.by_address.find(at);
    // What a proxy still says to clients of before a reload passes their chain as well.
    if (listener == no_index) listener = directory.by_address_of_gone.find(at);
    return listener != no_index && directory.listeners[listener].mode == config::ListenerMode::proxy;
}

/// Whether a proxy sent it, to a client or to a target. Sets what the steps need to know of it then.
[[nodiscard]] Of look_at(Round& round, Packet& packet, flow::Tuple& tuple) noexcept {
    const balance::Directory& directory = directory_of(round.around.roster);
    const EndpointIndex endpoint = round.around.roster.ports[packet.port].endpoint;
    if (directory.empty() || endpoint == no_index) return Of::nobody;
    const auto* ethernet = packet.header<EthernetHeader>(packet.begin);
    if (ethernet == nullptr) return Of::nobody;
    const std::uint16_t type = ethernet->type.host();
    if (type != ethertype_ipv4 && type != ethertype_ipv6) return Of::nobody;
    packet.l3 = static_cast<std::uint16_t>(packet.begin + sizeof(EthernetHeader));
    if (packet.l3 >= packet.end || parse_network(packet) || parse_flow(packet, tuple)) return Of::nobody;
    if (packet.kind != Kind::whole || packet.protocol != protocol_tcp) return Of::nobody;
    tuple.endpoint = endpoint;
    if (is_of_listener(directory, tuple)) return Of::listener;
    return may_be_leg(directory, tuple) ? Of::leg : Of::nobody;
}

} // namespace

void take_from_host(Round& round, Packet* packet) noexcept {
    round.worker.counters.ports[packet->port].packets_from_host.add(1);
    flow::Tuple tuple;
    const Of sender = look_at(round, *packet, tuple);
    if (sender == Of::nobody) return leave_as_it_is(round, packet);
    packet->endpoint = tuple.endpoint;
    packet->origin = packet->port;
    packet->from_host = true;
    // Proxies answer clients, and ask targets: with no flow there would be no other way to tell them apart.
    packet->direction = sender == Of::leg ? flow::Direction::forward : flow::Direction::reverse;
    packet->from_high = flow::orient(tuple, packet->key);
    packet->hash = flow::table_hash(round.worker.settings.keys.table, packet->key);
    round.flow_lookup.push(packet);
}

void leave_as_it_is(Round& round, Packet* packet) noexcept {
    PortCounters& counters = round.worker.counters.ports[packet->port];
    counters.packets_out.add(1);
    counters.bytes_out.add(packet->length());
    round.transmit.push(packet);
}

} // namespace sallyport::journey
