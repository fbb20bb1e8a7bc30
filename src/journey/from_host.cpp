// SPDX-License-Identifier: Apache-2.0
#include "journey/from_host.hpp"

#include "journey/parse_flow.hpp"
#include "journey/parse_ip.hpp"
#include "journey/wire.hpp"

namespace sallyport::journey {
namespace {

/// Whether a proxy's listener sent it. Sets what the steps need to know of it then.
[[nodiscard]] bool is_of_listener(Round& round, Packet& packet, flow::Tuple& tuple) noexcept {
    const balance::Directory& directory = directory_of(round.around.roster);
    const EndpointIndex endpoint = round.around.roster.ports[packet.port].endpoint;
    if (directory.empty() || endpoint == no_index) return false;
    const auto* ethernet = packet.header<EthernetHeader>(packet.begin);
    if (ethernet == nullptr) return false;
    const std::uint16_t type = ethernet->type.host();
    if (type != ethertype_ipv4 && type != ethertype_ipv6) return false;
    packet.l3 = static_cast<std::uint16_t>(packet.begin + sizeof(EthernetHeader));
    if (packet.l3 >= packet.end || parse_network(packet) || parse_flow(packet, tuple)) return false;
    if (packet.kind != Kind::whole || packet.protocol != protocol_tcp) return false;
    tuple.endpoint = endpoint;
    const balance::ListenAddress at = {.address = tuple.source,
                                       .port = tuple.source_port,
                                       .endpoint = endpoint,
                                       .protocol = tuple.protocol,
                                       .family = tuple.family};
    ListenerIndex listener = directory.by_address.find(at);
    // What a proxy still says to clients of before a reload passes their chain as well.
    if (listener == no_index) listener = directory.by_address_of_gone.find(at);
    return listener != no_index && directory.listeners[listener].mode == config::ListenerMode::proxy;
}

} // namespace

void take_from_host(Round& round, Packet* packet) noexcept {
    PortCounters& counters = round.worker.counters.ports[packet->port];
    counters.packets_from_host.add(1);
    flow::Tuple tuple;
    if (!is_of_listener(round, *packet, tuple)) {
        counters.packets_out.add(1);
        counters.bytes_out.add(packet->length());
        return round.transmit.push(packet);
    }
    packet->endpoint = tuple.endpoint;
    packet->origin = packet->port;
    packet->from_host = true;
    packet->from_high = flow::orient(tuple, packet->key);
    packet->hash = flow::table_hash(round.worker.settings.keys.table, packet->key);
    round.flow_lookup.push(packet);
}

} // namespace sallyport::journey
