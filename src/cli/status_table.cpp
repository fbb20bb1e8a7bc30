// SPDX-License-Identifier: Apache-2.0
#include "cli/admin_tables.hpp"
#include "cli/table.hpp"
#include "cli/words.hpp"

#include <boost/json/array.hpp>

namespace sallyport::cli {
namespace {

namespace json = boost::json;

std::string summary(const json::object& result) {
    const json::object& flows = part(result, "flows");
    const json::object& packets = part(result, "packets");
    const json::object& forwarding = part(result, "forwarding");
    const json::object& icmp = part(result, "icmp_errors");
    const json::object& log = part(result, "flow_log");
    const std::string flow_log =
        log.empty()
            ? ""
            : "flow log    " + word(log, "lines_written") + " lines written, " + word(log, "lines_dropped") +
                  " dropped, to " + word(log, "path") +
                  (log.contains("failing") && log.at("failing") == true ? ", WHICH CAN NOT BE WRITTEN" : "") + "\n";
    return "gateway     " + word(result, "name") + ", sallyport " + word(result, "version") + ", up " +
           duration(number(result, "uptime_ms")) + "\n" +                                        //
           "flows       " + word(flows, "live") + " live of " + word(flows, "capacity") + ", " + //
           word(flows, "created") + " created, " + word(flows, "expired") + " expired, " + word(flows, "moved") +
           " moved, " + word(flows, "reset") + " reset, table of " +                                      //
           bytes(number(flows, "memory_bytes")) + "\n" + flow_log +                                       //
           "packets     " + word(packets, "packets_in") + " in, " + word(packets, "packets_out") +        //
           " out, " + word(result, "drops") + " dropped, " + word(icmp, "sent") + " ICMP errors sent, " + //
           word(icmp, "limited") + " withheld, " + word(result, "resets_sent") + " TCP resets sent, " +
           word(result, "copies_lost") + " copies lost\n" +                                             //
           "forwarding  " + word(forwarding, "routes") + " routes, " + word(forwarding, "neighbours") + //
           " neighbours, " + word(forwarding, "pending_packets") + " packets waiting for a neighbour\n";
}

std::string workers_table(const json::array& workers) {
    Table table({{"worker", Align::right},
                 {"flows", Align::right},
                 {"capacity", Align::right},
                 {"created", Align::right},
                 {"expired", Align::right},
                 {"pending", Align::right},
                 {"packets in", Align::right},
                 {"handed over", Align::right}});
    for (const json::value& each : workers) {
        if (!each.is_object()) continue;
        const json::object& worker = each.get_object();
        table.add({word(worker, "worker"), word(worker, "flows"), word(worker, "flow_capacity"),
                   word(worker, "flows_created"), word(worker, "flows_expired"), word(worker, "pending_packets"),
                   word(worker, "packets_in"), word(worker, "packets_handed_over")});
    }
    return table.text();
}

/// Why each device is driven as it is.
std::string driver_reasons(const json::array& ports) {
    std::string text;
    for (const json::value& each : ports) {
        if (!each.is_object() || word(each.get_object(), "driver_reason") == "-") continue;
        const json::object& port = each.get_object();
        text += word(port, "name") + ": " + word(port, "driver") + ", " + word(port, "driver_reason") + "\n";
    }
    return text.empty() ? text : "\n" + text;
}

std::string ports_table(const json::array& ports) {
    Table table({{"port"},
                 {"endpoint"},
                 {"side"},
                 {"device"},
                 {"vlan"},
                 {"driver"},
                 {"host link"},
                 {"link"},
                 {"mac"},
                 {"mtu", Align::right},
                 {"in", Align::right},
                 {"out", Align::right},
                 {"to host", Align::right},
                 {"from host", Align::right},
                 {"missed", Align::right}});
    for (const json::value& each : ports) {
        if (!each.is_object()) continue;
        const json::object& port = each.get_object();
        table.add({word(port, "name"), word(port, "endpoint"), word(port, "side"), word(port, "device"),
                   word(port, "vlan"), word(port, "driver"), word(port, "host_link"), word(port, "link"),
                   word(port, "mac"), word(port, "mtu"), word(port, "packets_in"), word(port, "packets_out"),
                   word(port, "packets_to_host"), word(port, "packets_from_host"), word(port, "packets_missed")});
    }
    return table.text();
}

std::string forward(const json::object& listener) {
    json::array shares;
    for (const json::value& each : items(listener, "forward")) {
        if (!each.is_object()) continue;
        const json::object& share = each.get_object();
        const std::string weight = word(share, "weight");
        shares.emplace_back(word(share, "target_group") + (weight == "1" ? "" : " x " + weight));
    }
    return list({{"forward", std::move(shares)}}, "forward");
}

std::string listeners_table(const json::array& listeners) {
    if (listeners.empty()) return "";
    Table table({{"listener"},
                 {"endpoint"},
                 {"address"},
                 {"protocol"},
                 {"mode"},
                 {"forwards to"},
                 {"flows", Align::right},
                 {"half open", Align::right},
                 {"half open dropped", Align::right},
                 {"refused", Align::right},
                 {"no target", Align::right},
                 {"no port", Align::right},
                 {"keys taken", Align::right}});
    for (const json::value& each : listeners) {
        if (!each.is_object()) continue;
        const json::object& listener = each.get_object();
        table.add({word(listener, "name") + (is_true(listener, "is_gone") ? " (gone)" : ""), word(listener, "endpoint"),
                   station(listener), word(listener, "protocol"), word(listener, "mode"), forward(listener),
                   word(listener, "flows_active"), word(listener, "half_open"), word(listener, "half_open_dropped"),
                   word(listener, "sources_refused"), word(listener, "no_target"),
                   word(listener, "port_allocation_errors"), word(listener, "keys_taken")});
    }
    return "\n" + table.text();
}

/// "closed 3, not_tls 1": those that there were.
std::string failures(const json::object& side) {
    std::string text;
    const json::object& kinds = part(side, "failures");
    for (const auto& [kind, count] : kinds)
        if (number(kinds, kind) != 0) text += (text.empty() ? "" : ", ") + std::string(kind) + " " + word(kinds, kind);
    return text.empty() ? "none" : text;
}

std::string handshakes_table(const json::array& listeners) {
    Table table({{"TLS of"},
                 {"handshakes", Align::right},
                 {"resumed", Align::right},
                 {"failures"},
                 {"to targets", Align::right},
                 {"failures"}});
    bool is_empty = true;
    for (const json::value& each : listeners) {
        if (!each.is_object() || part(each.get_object(), "tls").empty()) continue;
        const json::object& tls = part(each.get_object(), "tls");
        const json::object& clients = part(tls, "clients");
        const json::object& targets = part(tls, "targets");
        table.add({word(each.get_object(), "name"), word(clients, "handshakes"), word(tls, "resumed"),
                   failures(clients), word(targets, "handshakes"), failures(targets)});
        is_empty = false;
    }
    return is_empty ? "" : "\n" + table.text();
}

} // namespace

std::string status_table(const json::object& result) {
    return summary(result) + http_text(part(result, "http")) + "\n" + workers_table(items(result, "workers")) + "\n" +
           ports_table(items(result, "ports")) + driver_reasons(items(result, "ports")) +
           listeners_table(items(result, "listeners")) + handshakes_table(items(result, "listeners"));
}

} // namespace sallyport::cli
