// SPDX-License-Identifier: Apache-2.0
#include "journey/listen.hpp"

#include "balance/l4/counted_flows.hpp"
#include "balance/l4/source_ports.hpp"
#include "journey/flow_end.hpp"
#include "journey/origin.hpp"
#include "journey/translate.hpp"
#include "journey/wire.hpp"

#include <array>

namespace sallyport::journey {
namespace {

constexpr unsigned max_targets_tried = 4;
constexpr unsigned max_ports_tried = 128; // with 9 of 10 ports in use, one in 700,000 flows finds none

/// The packet's fields, as its sender sees them.
[[nodiscard]] flow::Tuple tuple_of(const flow::FlowKey& key, bool from_high) noexcept {
    flow::Tuple tuple;
    tuple.source = from_high ? key.high : key.low;
    tuple.destination = from_high ? key.low : key.high;
    tuple.source_port = from_high ? key.high_port() : key.low_port();
    tuple.destination_port = from_high ? key.low_port() : key.high_port();
    tuple.endpoint = key.endpoint();
    tuple.protocol = key.protocol();
    tuple.family = key.family();
    return tuple;
}

/// Whether the sender's address and port are a listener's.
[[nodiscard]] bool is_listener(const Round& round, const flow::Tuple& tuple) noexcept {
    return round.around.roster.directory->by_address.find({.address = tuple.source,
                                                           .port = tuple.source_port,
                                                           .endpoint = tuple.endpoint,
                                                           .protocol = tuple.protocol,
                                                           .family = tuple.family}) != no_index;
}

/// Whether a key is another flow's. One whose timer has run out is none: it is ended, for no packet of this round holds
/// it (it had run out for them too).
[[nodiscard]] bool is_taken(Round& round, std::uint64_t hash, const flow::FlowKey& key, flow::FlowIndex own) noexcept {
    WorkerState& worker = round.worker;
    const flow::Found found = worker.flows.find(hash, key);
    if (!found || (found.is_second() && found.flow() == own)) return false;
    if (!worker.is_over(worker.flows.entry(found.flow()), round.around.now.wrapped_ms())) return true;
    end_flow(worker, found.flow(), flow::reason_of_timeout(worker.flows.entry(found.flow())), round.around.now);
    return false;
}

/// Sets the target's side; false when it is another flow's.
[[nodiscard]] bool take_key(Round& round, const flow::Tuple& tuple, flow::FlowIndex own,
                            Admission& admission) noexcept {
    flow::Translation& translation = admission.translation;
    translation.client_is_high = flow::orient(tuple, translation.key);
    admission.second_hash = flow::table_hash(round.worker.settings.keys.table, translation.key);
    return !is_taken(round, admission.second_hash, translation.key, own);
}

/// The port that leads to a target.
[[nodiscard]] PortIndex port_to(const Round& round, const Packet& packet, const balance::Target& target) noexcept {
    const forward::Table& table = round.around.forwarding;
    const forward::Adjacency& way = table.route(packet.endpoint, target.address);
    return way.port != no_index ? way.port : table.across(origin(round, packet));
}

/// One of the gateway's addresses in place of the client's, with a port that is free towards this target.
[[nodiscard]] bool replace_source(Round& round, const balance::TargetGroup& group, PortIndex port, flow::Tuple tuple,
                                  flow::FlowIndex own, Admission& admission) noexcept {
    WorkerState& worker = round.worker;
    std::array<IpAddress, balance::max_source_addresses> addresses;
    std::size_t count = 0;
    for (const IpAddress& address : group.source_addresses) {
        if (address.family() == tuple.family && count < addresses.size()) addresses[count++] = address;
    }
    const bool are_extra = count != 0;
    if (!are_extra) {
        const IpAddress* address = port == no_index ? nullptr : round.around.roster.port_address(port, tuple.family);
        if (address == nullptr) return false;
        addresses[count++] = *address;
    }
    const balance::SourcePorts ports = balance::source_ports(are_extra);
    for (unsigned tried = 0; tried < max_ports_tried; ++tried) {
        const std::uint64_t random = worker.chooser.random.next();
        const IpAddress& address = addresses[(random >> 32) % count];
        tuple.source = {address.high(), address.low()};
        tuple.source_port =
            ports.pick(static_cast<std::uint32_t>(random), worker.settings.index, worker.settings.count);
        // Answers to a listener's own address and port would look like packets to it.
        if (is_listener(round, tuple)) continue;
        if (take_key(round, tuple, own, admission)) return true;
    }
    return false;
}

/// Replies of a target that reaches the client without the gateway would never come back here.
[[nodiscard]] bool goes_around(const Round& round, const Packet& packet, PortIndex port_to_target) noexcept {
    return origin(round, packet) == port_to_target;
}

/// The target's side of the flow, once a target is chosen.
[[nodiscard]] std::optional<DropReason> settle(Round& round, const Packet& packet, const flow::Tuple& as_client,
                                               Admission& admission) noexcept {
    const balance::Directory& directory = *round.around.roster.directory;
    const balance::Target& target = directory.targets[admission.translation.target];
    const balance::TargetGroup& group = directory.groups[target.group];
    if (group.direct_server_return) {
        admission.translation.leads = flow::Leads::unwritten;
        return std::nullopt;
    }
    flow::Tuple tuple = as_client;
    tuple.destination = {target.address.high(), target.address.low()};
    tuple.destination_port = target.port;
    const PortIndex port = port_to(round, packet, target);
    admission.translation.is_source_replaced =
        !group.preserve_client_ip || goes_around(round, packet, port) || tuple.source == tuple.destination;
    if (admission.translation.is_source_replaced) {
        const bool done = replace_source(round, group, port, tuple, packet.flow, admission);
        return done ? std::nullopt : std::optional(DropReason::PortAllocationError);
    }
    return take_key(round, tuple, packet.flow, admission) ? std::nullopt : std::optional(DropReason::TargetFlowTaken);
}

void count_refusal(Round& round, ListenerIndex listener, DropReason reason) noexcept {
    ListenerCounters& counters = round.worker.counters.listeners[listener];
    if (reason == DropReason::NoTarget) counters.no_target.add(1);
    if (reason == DropReason::PortAllocationError) counters.port_allocation_errors.add(1);
    if (reason == DropReason::TargetFlowTaken) counters.keys_taken.add(1);
    if (reason == DropReason::SourceNotAllowed) counters.sources_refused.add(1);
}

/// Another target is tried when one can not have the flow.
[[nodiscard]] std::optional<DropReason> find_target(Round& round, const Packet& packet, ListenerIndex listener,
                                                    Admission& admission) noexcept {
    const balance::Directory& directory = *round.around.roster.directory;
    const flow::Tuple tuple = tuple_of(packet.key, packet.from_high);
    const balance::CountedFlows connections(round.worker.counters.targets);
    std::array<TargetIndex, max_targets_tried> tried;
    std::optional<DropReason> reason = DropReason::NoTarget;
    for (unsigned count = 0; count < max_targets_tried; ++count) {
        const balance::Request request{.tuple = tuple,
                                       .endpoint_id = round.around.roster.endpoints[packet.endpoint].id,
                                       .excluded = {tried.data(), count},
                                       .now = round.around.now};
        const TargetIndex target = balance::choose_target(directory, directory.listeners[listener].forward, request,
                                                          connections, round.worker.chooser);
        if (target == no_index) break;
        admission.translation.target = target;
        reason = settle(round, packet, tuple, admission);
        if (!reason) break;
        tried[count] = target;
    }
    return reason;
}

} // namespace

ListenerIndex find_listener(const Round& round, const Packet& packet) noexcept {
    if (!round.around.roster.directory) return no_index;
    const flow::Tuple tuple = tuple_of(packet.key, packet.from_high);
    return round.around.roster.directory->by_address.find({.address = tuple.destination,
                                                           .port = tuple.destination_port,
                                                           .endpoint = tuple.endpoint,
                                                           .protocol = tuple.protocol,
                                                           .family = tuple.family});
}

bool speaks_as_listener(const Round& round, const Packet& packet) noexcept {
    return round.around.roster.directory && is_listener(round, tuple_of(packet.key, packet.from_high));
}

std::optional<DropReason> admit(Round& round, const Packet& packet, ListenerIndex number,
                                Admission& admission) noexcept {
    const balance::Listener& listener = round.around.roster.directory->listeners[number];
    const IpAddress client = packet.from_high ? packet.key.high_address() : packet.key.low_address();
    admission.translation.listener = number;
    std::optional<DropReason> reason;
    if (!listener.admits(client)) {
        reason = DropReason::SourceNotAllowed;
    } else if (listener.mode == config::ListenerMode::proxy) {
        admission.translation.leads = flow::Leads::to_host;
    } else {
        reason = find_target(round, packet, number, admission);
    }
    if (reason) count_refusal(round, number, *reason);
    return reason;
}

bool attach(Round& round, flow::FlowIndex flow, const Admission& admission) noexcept {
    WorkerState& worker = round.worker;
    flow::FlowEntry& entry = worker.flows.entry(flow);
    flow::Translation& translation = worker.flows.translation(flow);
    translation = admission.translation;
    if (translation.leads == flow::Leads::to_target) {
        if (!worker.flows.insert_second(flow, admission.second_hash)) return false;
        note_differences(entry, translation);
    }
    entry.is_balanced = true;
    const balance::Listener& listener = round.around.roster.directory->listeners[translation.listener];
    entry.timers = listener.timers;
    worker.counters.listeners[translation.listener].flows_created.add(1);
    if (translation.target != no_index) worker.counters.targets[translation.target].flows_created.add(1);
    if (entry.state == flow::FlowState::tcp_half_open) begin_handshake(worker, flow, listener.half_open_limit);
    return true;
}

bool move_to_another_target(Round& round, const Packet& packet) noexcept {
    WorkerState& worker = round.worker;
    const flow::FlowEntry& entry = worker.flows.entry(packet.flow);
    const flow::Translation before = worker.flows.translation(packet.flow);
    Packet as_first; // the packet that could have begun the flow
    as_first.key = entry.key;
    as_first.from_high = entry.initiator_is_high;
    as_first.endpoint = packet.endpoint;
    as_first.flow = packet.flow;
    as_first.origin = worker.flows.birth(packet.flow).initiator_port;
    Admission admission;
    admission.translation.listener = before.listener;
    if (find_target(round, as_first, before.listener, admission)) return false;
    leave_target(worker, packet.flow);
    worker.flows.translation(packet.flow) = admission.translation;
    if (admission.translation.leads == flow::Leads::to_target) {
        if (!worker.flows.insert_second(packet.flow, admission.second_hash)) {
            worker.flows.translation(packet.flow).leads = flow::Leads::to_host; // has no second key to leave
            worker.flows.translation(packet.flow).target = no_index;
            return false;
        }
        note_differences(entry, worker.flows.translation(packet.flow));
    }
    worker.counters.targets[admission.translation.target].flows_created.add(1);
    return true;
}

} // namespace sallyport::journey
