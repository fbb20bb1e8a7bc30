// SPDX-License-Identifier: Apache-2.0
#include "control/reports.hpp"
#include "control/sum.hpp"

#include <boost/json.hpp>

namespace sallyport::control {
namespace {

namespace json = boost::json;

/// Flows that live now. From two counters, because a table's own size belongs to its worker's thread; the later one is
/// read first, so that a flow that begins and ends in between does not make the number negative.
std::uint64_t live_flows(const WorkerCounters& counters) {
    const std::uint64_t expired = counters.flows_expired.read();
    const std::uint64_t created = counters.flows_created.read();
    return created > expired ? created - expired : 0;
}

std::uint64_t packets_in(const WorkerCounters& counters) {
    std::uint64_t packets = 0;
    for (const PortCounters& port : counters.ports)
        packets += port.packets_in.read();
    return packets;
}

json::object worker_report(const View& view, unsigned worker) {
    const WorkerCounters& counters = view.counters(worker);
    const WorkerFacts facts = view.worker(worker);
    return {{"worker", worker},
            {"flows", live_flows(counters)},
            {"flow_capacity", facts.flow_capacity},
            {"flow_memory_bytes", facts.flow_memory_bytes},
            {"flows_created", counters.flows_created.read()},
            {"flows_expired", counters.flows_expired.read()},
            {"pending_packets", facts.pending_packets},
            {"packets_in", packets_in(counters)},
            {"packets_handed_over", counters.handed_over.read()},
            {"verdicts_taken", counters.verdicts_taken.read()},
            {"verdicts_ignored", counters.verdicts_ignored.read()},
            {"rounds", counters.rounds.read()}};
}

struct PortSums {
    std::uint64_t packets_in = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t packets_out = 0;
    std::uint64_t bytes_out = 0;
    std::uint64_t packets_to_host = 0;
    std::uint64_t packets_from_host = 0;

    void add(const PortCounters& counters) {
        packets_in += counters.packets_in.read();
        bytes_in += counters.bytes_in.read();
        packets_out += counters.packets_out.read();
        bytes_out += counters.bytes_out.read();
        packets_to_host += counters.packets_to_host.read();
        packets_from_host += counters.packets_from_host.read();
    }
    void write_to(json::object& object) const {
        object["packets_in"] = packets_in;
        object["bytes_in"] = bytes_in;
        object["packets_out"] = packets_out;
        object["bytes_out"] = bytes_out;
        object["packets_to_host"] = packets_to_host;
        object["packets_from_host"] = packets_from_host;
    }
};

json::object port_report(const View& view, PortIndex index, PortSums& gateway) {
    const chain::Port& port = view.roster().ports[index];
    const PortFacts facts = view.port(index);
    const bool has_endpoint = port.endpoint < view.roster().endpoints.size();
    json::array addresses;
    for (const IpPrefix& prefix : port.addresses)
        addresses.emplace_back(prefix.to_string());
    json::object object = {
        {"name", port.name},
        {"endpoint", has_endpoint ? json::value(view.roster().endpoints[port.endpoint].name) : json::value()},
        {"side", !has_endpoint   ? "inspect"
                 : port.is_north ? "north"
                                 : "south"},
        {"device", facts.device},
        {"driver", facts.driver},
        {"driver_reason", facts.driver_reason},
        {"host_link", facts.host_link},
        {"vlan", facts.vlan == 0 ? json::value() : json::value(facts.vlan)},
        {"mac", facts.mac.to_string()},
        {"link", !facts.present  ? "gone"
                 : facts.link_up ? "up"
                                 : "down"},
        {"mtu", port.mtu},
        {"addresses", std::move(addresses)}};
    PortSums sums;
    for (unsigned worker = 0; worker < view.worker_count(); ++worker) {
        sums.add(view.counters(worker).ports[index]);
        gateway.add(view.counters(worker).ports[index]);
    }
    sums.write_to(object);
    object["packets_missed"] = facts.packets_missed;
    return object;
}

json::object flows_report(const View& view) {
    std::uint64_t live = 0;
    std::uint64_t capacity = 0;
    std::uint64_t memory_bytes = 0;
    for (unsigned worker = 0; worker < view.worker_count(); ++worker) {
        const WorkerFacts facts = view.worker(worker);
        live += live_flows(view.counters(worker));
        capacity += facts.flow_capacity;
        memory_bytes += facts.flow_memory_bytes;
    }
    return {{"live", live},
            {"capacity", capacity},
            {"memory_bytes", memory_bytes},
            {"created", sum_of_workers(view, &WorkerCounters::flows_created)},
            {"expired", sum_of_workers(view, &WorkerCounters::flows_expired)},
            {"moved", sum_of_workers(view, &WorkerCounters::flows_moved)},
            {"reset", sum_of_workers(view, &WorkerCounters::flows_reset)}};
}

json::value flow_log_report(const View& view) {
    const std::optional<FlowLogFacts> facts = view.flow_log();
    if (!facts) return nullptr;
    return {{"path", facts->path},
            {"lines_written", facts->lines_written},
            {"lines_dropped", facts->lines_dropped},
            {"failing", facts->is_failing}};
}

std::uint64_t drop_total(const View& view) {
    std::uint64_t total = 0;
    for (std::size_t reason = 0; reason < drop_reason_count; ++reason)
        total += sum_of_workers(
            view, [&](const auto& counters) -> auto& { return counters.drops[reason]; });
    return total;
}

} // namespace

json::object status_report(const View& view) {
    json::array workers;
    std::uint64_t pending_packets = 0;
    for (unsigned worker = 0; worker < view.worker_count(); ++worker) {
        workers.emplace_back(worker_report(view, worker));
        pending_packets += view.worker(worker).pending_packets;
    }
    PortSums gateway;
    json::array ports;
    for (std::size_t port = 0; port < view.roster().ports.size(); ++port)
        ports.emplace_back(port_report(view, static_cast<PortIndex>(port), gateway));
    json::object packets;
    gateway.write_to(packets);
    const ForwardingFacts forwarding = view.forwarding();
    return {
        {"name", view.gateway_name()},
        {"version", SALLYPORT_VERSION},
        {"roster_version", view.roster().version},
        {"uptime_ms", view.uptime().count()},
        {"workers", std::move(workers)},
        {"ports", std::move(ports)},
        {"flows", flows_report(view)},
        {"flow_log", flow_log_report(view)},
        {"packets", std::move(packets)},
        {"drops", drop_total(view)},
        {"icmp_errors",
         {{"sent", sum_of_workers(view, &WorkerCounters::icmp_errors_sent)},
          {"limited", sum_of_workers(view, &WorkerCounters::icmp_errors_limited)}}},
        {"resets_sent", sum_of_workers(view, &WorkerCounters::resets_sent)},
        {"copies_lost", sum_of_workers(view, &WorkerCounters::copies_lost)},
        {"forwarding",
         {{"routes", forwarding.routes}, {"neighbours", forwarding.neighbours}, {"pending_packets", pending_packets}}},
        {"listeners", listeners_report(view)},
        {"http", http_report(view)},
        {"decrypted_legs", {{"clients_not_told", view.clients_not_told()}}},
    };
}

} // namespace sallyport::control
