// SPDX-License-Identifier: Apache-2.0
#include "control/flow_hops.hpp"
#include "control/reports.hpp"

#include <boost/json.hpp>

#include <cstdio>

namespace sallyport::control {
namespace {

namespace json = boost::json;

std::string protocol_word(std::uint8_t protocol) {
    switch (protocol) {
    case 1:
        return "icmp";
    case 6:
        return "tcp";
    case 17:
        return "udp";
    case 58:
        return "icmpv6";
    default:
        return std::to_string(protocol);
    }
}

/// As tshark prints a cookie, so that a flow is found in a capture by searching for it.
std::string hexadecimal(std::uint32_t value) {
    char text[11];
    std::snprintf(text, sizeof text, "0x%08x", value);
    return text;
}

/// Indexes come from a copy of a worker's memory, names from a roster that may be newer: never trust that they fit.
template <typename Named>
json::value name_at(const std::vector<Named>& things, std::size_t index) {
    return index < things.size() ? json::value(things[index].name) : json::value();
}

json::object station(const flow::FlowKey& key, bool high) {
    const bool has_ports = key.protocol() == 6 || key.protocol() == 17;
    const std::uint16_t port = high ? key.high_port() : key.low_port();
    return {{"address", (high ? key.high_address() : key.low_address()).to_string()},
            {"port", has_ports ? json::value(port) : json::value()}};
}

json::object counters_of(const flow::FlowCounters& counters, flow::Direction direction) {
    const auto index = static_cast<std::size_t>(direction);
    return {{"packets", counters.packets[index]}, {"bytes", counters.bytes[index]}};
}

/// What the appliance has said about the rest of the flow; null when it has said nothing, or nothing that counts.
json::value verdict_of(const chain::Roster& roster, ApplianceIndex appliance, geneve::FlowVerdict verdict) {
    const bool counts = appliance < roster.appliances.size() && roster.appliances[appliance].may_offload;
    return counts && verdict != geneve::FlowVerdict::none ? json::value(geneve::name(verdict)) : json::value();
}

} // namespace

json::object flow_report(const chain::Roster& roster, unsigned worker, const journey::FlowRecord& record) {
    const flow::FlowEntry& entry = record.entry;
    json::array appliances;
    json::array verdicts;
    for (const ApplianceIndex hop : hops_of(record)) {
        appliances.emplace_back(name_at(roster.appliances, hop));
        verdicts.emplace_back(verdict_of(roster, hop, record.verdicts[verdicts.size()]));
    }
    return {{"endpoint", name_at(roster.endpoints, entry.key.endpoint())},
            {"protocol", protocol_word(entry.key.protocol())},
            {"initiator", station(entry.key, entry.initiator_is_high)},
            {"responder", station(entry.key, !entry.initiator_is_high)},
            {"arrived_at", name_at(roster.ports, record.birth.initiator_port)},
            {"state", flow::name(entry.state)},
            {"chain", name_at(roster.chains, entry.chain)},
            {"rule", record.birth.rule == no_index ? json::value() : json::value(record.birth.rule + 1)},
            {"appliances", std::move(appliances)},
            {"verdicts", std::move(verdicts)},
            {"outer_source_port", entry.outer_source_port},
            {"cookie", hexadecimal(entry.cookie)},
            {"age_ms", record.age_ms},
            {"idle_ms", record.idle_ms},
            {"remaining_ms", record.remaining_ms},
            {"forward", counters_of(record.counters, flow::Direction::forward)},
            {"reverse", counters_of(record.counters, flow::Direction::reverse)},
            {"worker", worker}};
}

} // namespace sallyport::control
