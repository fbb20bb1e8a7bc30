// SPDX-License-Identifier: Apache-2.0
#include "balance/l4/directory.hpp"
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

/// The listener that took the flow, and the target that it was given; null without one, and in a proxy's hands.
void tell_balance(json::object& told, const chain::Roster& roster, const journey::FlowRecord& record) {
    told["listener"] = nullptr;
    told["target"] = nullptr;
    if (!record.entry.is_balanced || roster.directory == nullptr) return;
    const balance::Directory& directory = *roster.directory;
    told["listener"] = name_at(directory.listeners, record.translation.listener);
    if (record.translation.target >= directory.targets.size()) return;
    const balance::Target& target = directory.targets[record.translation.target];
    told["target"] = {{"group", name_at(directory.groups, target.group)},
                      {"name", target.name},
                      {"address", target.address.to_string()},
                      {"port", target.port}};
}

/// Of a decrypted leg, for whom the gateway opened it, as far as that is known; null of all other flows.
void tell_leg(json::object& told, const journey::FlowRecord& record) {
    told["leg"] = nullptr;
    const flow::Translation& translation = record.translation;
    if (!record.entry.is_balanced || translation.leads != flow::Leads::from_host) return;
    json::value client;
    if (translation.has_client())
        client = {{"address", translation.client_address().to_string()}, {"port", translation.client_port()}};
    told["leg"] = {{"client", std::move(client)}};
}

/// What the listing and the log have in common: who, where, and by which decision.
json::object tell_flow(const chain::Roster& roster, unsigned worker, const journey::FlowRecord& record) {
    const flow::FlowEntry& entry = record.entry;
    json::object told = {{"endpoint", name_at(roster.endpoints, entry.key.endpoint())},
                         {"protocol", protocol_word(entry.key.protocol())},
                         {"initiator", station(entry.key, entry.initiator_is_high)},
                         {"responder", station(entry.key, !entry.initiator_is_high)},
                         {"arrived_at", name_at(roster.ports, record.birth.initiator_port)},
                         {"state", flow::name(entry.state)},
                         {"chain", name_at(roster.chains, entry.chain)},
                         {"rule", record.birth.rule == no_index ? json::value() : json::value(record.birth.rule + 1)},
                         {"outer_source_port", entry.outer_source_port},
                         {"cookie", hexadecimal(entry.cookie)},
                         {"forward", counters_of(record.counters, flow::Direction::forward)},
                         {"reverse", counters_of(record.counters, flow::Direction::reverse)},
                         {"worker", worker}};
    tell_balance(told, roster, record);
    tell_leg(told, record);
    return told;
}

/// Of an appliance's group; of a hop that goes past everybody, that of the chain, unless a reload has changed it since.
GroupIndex group_of(const chain::Roster& roster, const journey::FlowRecord& record, std::size_t hop,
                    ApplianceIndex appliance) {
    if (appliance < roster.appliances.size()) return roster.appliances[appliance].group;
    const ChainIndex chain = record.entry.chain;
    const bool is_known = chain < roster.chains.size() && hop < roster.chains[chain].groups.size();
    return is_known ? roster.chains[chain].groups[hop] : GroupIndex{no_index};
}

json::array tell_hops(const chain::Roster& roster, const journey::FlowRecord& record) {
    json::array hops;
    for (const ApplianceIndex appliance : hops_of(record)) {
        const std::size_t hop = hops.size();
        const journey::HopTime& time = record.hop_times[hop];
        hops.push_back({{"group", name_at(roster.groups, group_of(roster, record, hop, appliance))},
                        {"appliance", name_at(roster.appliances, appliance)},
                        {"verdict", verdict_of(roster, appliance, record.verdicts[hop])},
                        {"timed_visits", time.visits},
                        {"mean_us", time.visits == 0 ? json::value() : json::value(time.mean_us)}});
    }
    return hops;
}

} // namespace

json::object flow_report(const chain::Roster& roster, unsigned worker, const journey::FlowRecord& record) {
    json::array appliances;
    json::array verdicts;
    for (const ApplianceIndex hop : hops_of(record)) {
        appliances.emplace_back(name_at(roster.appliances, hop));
        verdicts.emplace_back(verdict_of(roster, hop, record.verdicts[verdicts.size()]));
    }
    json::object told = tell_flow(roster, worker, record);
    told["appliances"] = std::move(appliances);
    told["verdicts"] = std::move(verdicts);
    told["age_ms"] = record.age_ms;
    told["idle_ms"] = record.idle_ms;
    told["remaining_ms"] = record.remaining_ms;
    return told;
}

json::object flow_log_entry(const chain::Roster& roster, WallClock clock, unsigned worker,
                            const journey::FlowRecord& record) {
    const bool has_ended = record.end != flow::EndReason::none;
    const auto before = [&](std::uint32_t ms) {
        return clock.text({record.at.nanoseconds - ms * std::uint64_t{1'000'000}});
    };
    json::object told = tell_flow(roster, worker, record);
    told["hops"] = tell_hops(roster, record);
    told["start"] = before(record.age_ms);
    told["last_packet"] = before(record.idle_ms);
    told["duration_ms"] = record.age_ms - record.idle_ms;
    told["end"] = has_ended ? json::value(clock.text(record.at)) : json::value();
    told["end_reason"] = has_ended ? json::value(flow::name(record.end)) : json::value();
    return told;
}

} // namespace sallyport::control
