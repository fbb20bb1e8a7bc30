// SPDX-License-Identifier: Apache-2.0
#include "replay/report.hpp"

#include <boost/json/object.hpp>
#include <numeric>

namespace sallyport::replay {
namespace {

using boost::json::object;

object to_json(const NamedCounts& counts) {
    object all;
    for (const auto& [name, count] : counts)
        all[name] = (all.contains(name) ? all[name].to_number<std::uint64_t>() : 0) + count;
    return all;
}

object to_json(const Amount& amount) {
    return {{"packets", amount.packets}, {"bytes", amount.bytes}};
}

/// Adds up what has one name, number by number.
void add_to(object& sum, const object& part) {
    for (const auto& [key, value] : part) {
        if (value.is_object()) {
            if (!sum.contains(key)) sum[key] = object{};
            add_to(sum[key].as_object(), value.as_object());
        } else {
            sum[key] = (sum.contains(key) ? sum[key].to_number<std::uint64_t>() : 0) + value.to_number<std::uint64_t>();
        }
    }
}

object to_json(const ListenerReport& listener) {
    return {{"flows", listener.flows},
            {"sources_refused", listener.sources_refused},
            {"half_open_dropped", listener.half_open_dropped},
            {"no_target", listener.no_target},
            {"port_allocation_errors", listener.port_allocation_errors},
            {"keys_taken", listener.keys_taken}};
}

object to_json(const TargetReport& target) {
    return {{"flows", target.flows},          {"to", to_json(target.to)},  {"from", to_json(target.from)},
            {"answered", target.answered},    {"refused", target.refused}, {"unanswered", target.unanswered},
            {"terminated", target.terminated}};
}

template <typename Reports>
object by_name(const Reports& reports) {
    object all;
    for (const auto& each : reports) {
        if (!all.contains(each.name)) all[each.name] = object{};
        add_to(all[each.name].as_object(), to_json(each));
    }
    return all;
}

} // namespace

std::uint64_t Report::dropped() const noexcept {
    return std::accumulate(drops.begin(), drops.end(), std::uint64_t{0});
}

object to_json(const Report& report) {
    object drops;
    for (std::size_t i = 0; i < drop_reason_count; ++i) {
        if (report.drops[i] != 0) drops[name(static_cast<DropReason>(i))] = report.drops[i];
    }
    object ports;
    for (const PortReport& port : report.ports) {
        ports[port.name] = {{"in", to_json(port.in)}, {"out", to_json(port.out)}};
    }
    object all{{"packets",
                {{"in", report.in.packets},
                 {"out", report.out.packets},
                 {"forwarded", report.forwarded()},
                 {"generated", report.generated},
                 {"dropped", report.dropped()},
                 {"to_appliances", report.to_appliances.packets},
                 {"from_appliances", report.from_appliances.packets}}},
               {"bytes",
                {{"in", report.in.bytes},
                 {"out", report.out.bytes},
                 {"to_appliances", report.to_appliances.bytes},
                 {"from_appliances", report.from_appliances.bytes}}},
               {"flows", report.flows},
               {"flows_by_appliance", to_json(report.flows_by_appliance)},
               {"flows_by_chain", to_json(report.flows_by_chain)},
               {"drops", std::move(drops)},
               {"asymmetric_flows", report.asymmetric_flows},
               {"ports", std::move(ports)}};
    if (!report.listeners.empty()) {
        all["listeners"] = by_name(report.listeners);
        all["targets"] = by_name(report.targets);
    }
    if (report.copies != 0) all["packets"].as_object()["copies"] = report.copies;
    if (report.flows_moved != 0) all["flows_moved"] = report.flows_moved;
    if (report.flows_reset != 0) all["flows_reset"] = report.flows_reset;
    if (report.filled_checksums != 0) all["filled_checksums"] = report.filled_checksums;
    if (report.unwatched_packets != 0) all["unwatched_packets"] = report.unwatched_packets;
    if (report.trace) {
        all["trace"] = {{"first_ns", report.trace->first_ns},
                        {"last_ns", report.trace->last_ns},
                        {"duration_ns", report.trace->last_ns - report.trace->first_ns}};
    }
    if (!report.trace_error.empty()) all["trace_error"] = report.trace_error;
    return all;
}

} // namespace sallyport::replay
