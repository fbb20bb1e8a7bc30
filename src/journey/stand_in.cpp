// SPDX-License-Identifier: Apache-2.0
#include "journey/stand_in.hpp"

#include "journey/fragments.hpp"
#include "journey/parse_flow.hpp"
#include "journey/parse_ip.hpp"
#include "journey/translate.hpp"
#include "journey/wire.hpp"

namespace sallyport::journey {
namespace {

/// Reads the frame as the steps up to flow_lookup do; false when one of them would drop it.
[[nodiscard]] bool read(Round& round, Packet& packet) noexcept {
    const auto* ethernet = packet.header<EthernetHeader>(packet.begin);
    if (ethernet == nullptr) return false;
    const std::uint16_t type = ethernet->type.host();
    packet.l3 = static_cast<std::uint16_t>(packet.begin + sizeof(EthernetHeader));
    packet.endpoint = round.around.roster.ports[packet.port].endpoint;
    const bool is_ip = type == ethertype_ipv4 || type == ethertype_ipv6;
    if (packet.endpoint == no_index || !is_ip || packet.l3 >= packet.end || parse_network(packet)) return false;

    flow::Tuple tuple;
    if (parse_flow(packet, tuple)) return false;
    const bool is_part = packet.kind == Kind::later_fragment || packet.kind == Kind::icmp_error_about_fragment;
    if (is_part && recall_fragment(round, packet, tuple)) return false;
    tuple.endpoint = packet.endpoint;
    packet.from_high = flow::orient(tuple, packet.key);
    packet.hash = flow::table_hash(round.worker.settings.keys.table, packet.key);
    return true;
}

/// Whether the packet answers a client whose flow leads to a target.
[[nodiscard]] bool is_of_targets(const Round& round, Packet& packet) noexcept {
    const WorkerState& worker = round.worker;
    const flow::Found found = worker.flows.find(packet.hash, packet.key);
    if (!found || found.is_second()) return false;
    packet.flow = found.flow();
    const flow::FlowEntry& entry = worker.flows.entry(packet.flow);
    return !worker.is_over(entry, round.around.now.wrapped_ms()) && is_translated(round, packet) &&
           entry.direction(packet.from_high) == flow::Direction::reverse;
}

} // namespace

void stand_in(Round& round, const Packet& frame) noexcept {
    if (round.worker.settings.listener_slots == 0) return;
    Packet packet = frame; // the bytes are the same; what is found out about them is for the steps to find again
    if (!read(round, packet) || !is_of_targets(round, packet)) return;
    // The fragments that follow are to be known by the addresses that they still have.
    if (packet.kind == Kind::first_fragment && !remember_fragment(round, packet)) return;
    translate(round, packet, View::target, Sender::target);
}

} // namespace sallyport::journey
