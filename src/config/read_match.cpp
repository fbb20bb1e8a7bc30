// SPDX-License-Identifier: Apache-2.0
#include "config/scalar.hpp"
#include "config/sections.hpp"

#include <algorithm>

namespace sallyport::config {

namespace {

constexpr std::uint8_t protocol_tcp = 6;
constexpr std::uint8_t protocol_udp = 17;

void read_protocol(const Value& value, std::vector<std::uint8_t>& protocols) {
    constexpr std::string_view expected = "tcp, udp, icmp, sctp, or a protocol number from 0 to 255";
    const auto word = value.text(expected);
    if (!word) return;
    const auto number = parse_integer(*word);
    if (*word == "tcp") {
        protocols.push_back(protocol_tcp);
    } else if (*word == "udp") {
        protocols.push_back(protocol_udp);
    } else if (*word == "icmp") {
        protocols.insert(protocols.end(), {1, 58}); // ICMP and ICMPv6
    } else if (*word == "sctp") {
        protocols.push_back(132);
    } else if (number && *number <= 255) {
        protocols.push_back(static_cast<std::uint8_t>(*number));
    } else {
        value.fault_is_not("a protocol",
                           did_you_mean(*word, {"tcp", "udp", "icmp", "sctp"}, "write " + std::string(expected)));
    }
}

std::vector<std::uint8_t> read_protocols(const Fields& fields) {
    std::vector<std::uint8_t> protocols;
    if (const auto value = fields.find("protocol"))
        for (const Value& item : value->items_or_one("a protocol or a list of them", max_values_per_match))
            read_protocol(item, protocols);
    return protocols;
}

std::vector<PortRange> read_port_ranges(const Fields& fields, std::string_view key) {
    constexpr std::string_view expected = "a port from 0 to 65535, such as 443, or a range, such as 8000-8999";
    std::vector<PortRange> ranges;
    const auto value = fields.find(key);
    if (!value) return ranges;
    for (const Value& item : value->items_or_one("a port, a range or a list of them", max_values_per_match)) {
        const auto written = item.text(expected);
        if (!written) continue;
        if (const auto range = parse_port_range(*written)) {
            ranges.push_back(*range);
        } else {
            item.fault_is_not("a port or a range of ports", "write " + std::string(expected));
        }
    }
    return ranges;
}

/// Only TCP and UDP packets have the ports that a rule can ask for.
void check_ports_have_protocol(const Fields& fields, Match& match) {
    for (const std::string_view key : {"source_port", "destination_port"}) {
        const auto ports = fields.find(key);
        if (!ports) continue;
        if (!fields.has("protocol")) {
            match.protocols = {protocol_tcp, protocol_udp};
            return;
        }
        const bool have_ports = std::ranges::all_of(
            match.protocols, [](std::uint8_t each) { return each == protocol_tcp || each == protocol_udp; });
        if (!have_ports)
            ports->fault("asks for a port, and `protocol` names one that has none",
                         "write a rule of its own with `protocol: tcp`, `udp` or [tcp, udp]");
    }
}

void check_families_meet(const Value& value, const Match& match) {
    if (match.sources.empty() || match.destinations.empty()) return;
    for (const IpPrefix& source : match.sources)
        for (const IpPrefix& destination : match.destinations)
            if (source.address.family() == destination.address.family()) return;
    value.fault("can never match: one of `source` and `destination` is IPv4, the other IPv6",
                "write a rule for each family");
}

/// `leg: decrypted`: from the gateway's proxies to targets, with sources of the gateway's own.
void read_leg(const Fields& fields, Match& match) {
    const auto leg = fields.find("leg");
    if (leg) match.is_decrypted_leg = leg->choice<bool>({{"decrypted", true}}).value_or(true);
    const auto groups = fields.find("target_group");
    if (groups)
        for (const Value& item : groups->items_or_one("a target group or a list of them", max_values_per_match))
            match.target_groups.push_back(item.text("the name of a target group").value_or(""));
    if (!match.is_decrypted_leg) {
        if (groups) groups->fault("is known of a decrypted leg alone", "add `leg: decrypted`, or remove it");
        return;
    }
    for (const std::string_view key : {"direction", "source", "source_port"})
        if (const auto value = fields.find(key))
            value->fault("says nothing of a decrypted leg, which the gateway begins itself", "remove it");
    const auto protocol = fields.find("protocol");
    if (protocol && !match.protocols.empty() &&
        std::ranges::find(match.protocols, protocol_tcp) == match.protocols.end())
        protocol->fault("names no TCP, which a decrypted leg always is", "remove it");
}

} // namespace

std::vector<IpPrefix> read_prefixes(const Fields& fields, std::string_view key) {
    std::vector<IpPrefix> prefixes;
    if (const auto value = fields.find(key))
        for (const Value& item : value->items_or_one("a prefix or a list of them", max_values_per_match))
            if (const auto prefix = item.prefix()) prefixes.push_back(*prefix);
    return prefixes;
}

Match read_match(const Value& value) {
    Match match;
    const Fields fields(value, {"endpoint", "direction", "protocol", "source", "destination", "source_port",
                                "destination_port", "leg", "target_group"});
    if (const auto endpoint = fields.find("endpoint")) match.endpoint = endpoint->text("the name of an endpoint");
    if (const auto direction = fields.find("direction"))
        match.direction = direction->choice<Direction>(
            {{"southbound", Direction::southbound}, {"northbound", Direction::northbound}});
    match.protocols = read_protocols(fields);
    match.sources = read_prefixes(fields, "source");
    match.destinations = read_prefixes(fields, "destination");
    match.source_ports = read_port_ranges(fields, "source_port");
    match.destination_ports = read_port_ranges(fields, "destination_port");
    read_leg(fields, match);
    check_ports_have_protocol(fields, match);
    check_families_meet(value, match);
    return match;
}

} // namespace sallyport::config
