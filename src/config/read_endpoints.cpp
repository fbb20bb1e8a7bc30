// SPDX-License-Identifier: Apache-2.0
#include "config/scalar.hpp"
#include "config/sections.hpp"

namespace sallyport::config {

namespace {

std::uint64_t read_id(const Value& value) {
    constexpr std::string_view expected = "a whole number of at most 64 bits and not 0, such as 0x2b8ee1d4db0c51c4";
    const auto written = value.text(expected);
    if (!written) return 0;
    const std::uint64_t id = parse_integer(*written).value_or(0);
    if (id == 0) value.fault_is_not("an endpoint id", "write " + std::string(expected));
    return id;
}

std::vector<std::string> read_port_names(const Value& list) {
    constexpr std::string_view expected = "a list of port names, the north one first, such as [north, south]";
    std::vector<std::string> names;
    for (const Value& item : list.items(expected, max_ports))
        names.push_back(item.text("the name of a port").value_or(""));
    if (list.node().kind == Node::Kind::sequence && names.empty())
        list.fault("holds no port", "write " + std::string(expected));
    return names;
}

void read_mss_clamp(const Value& value, Endpoint& endpoint) {
    // What Linux goes down to (TCP_MIN_MSS), and the largest mtu of a port without headers of IPv4 and TCP.
    constexpr std::uint64_t least = 88;
    constexpr std::uint64_t most = 9176;
    constexpr std::string_view expected = "off, auto, or a whole number from 88 to 9176";
    const auto written = value.text(expected);
    if (!written) return;
    const std::uint64_t mss = parse_integer(*written).value_or(0);
    if (*written == "off") {
        endpoint.mss_clamp = MssClamp::off;
    } else if (*written == "auto") {
        endpoint.mss_clamp = MssClamp::automatic;
    } else if (mss >= least && mss <= most) {
        endpoint.mss_clamp = MssClamp::fixed;
        endpoint.mss = static_cast<std::uint16_t>(mss);
    } else {
        value.fault_is_not(expected, did_you_mean(*written, {"off", "auto"}, "write " + std::string(expected)));
    }
}

} // namespace

std::vector<Endpoint> read_endpoints(const Value& section, const Gateway& gateway) {
    std::vector<Endpoint> endpoints;
    for (const Value& value : section.named("a map from endpoint names to endpoints", max_endpoints)) {
        Endpoint& endpoint = endpoints.emplace_back();
        endpoint.name = value.key();
        endpoint.line = value.line();
        const Fields fields(value, {"id", "ports", "timeouts", "tcp_midstream", "mss_clamp"});
        if (const auto id = fields.require("id", "add an id that appliances know it by, such as `id: 0x1`"))
            endpoint.id = read_id(*id);
        if (const auto ports = fields.require("ports", "add the ports, such as `ports: [north, south]`"))
            endpoint.ports = read_port_names(*ports);
        if (const auto timeouts = fields.find("timeouts"))
            endpoint.timeouts = read_timeouts(*timeouts, gateway.timeouts);
        if (const auto midstream = fields.find("tcp_midstream"))
            endpoint.tcp_midstream = read_tcp_midstream(*midstream);
        if (const auto clamp = fields.find("mss_clamp")) read_mss_clamp(*clamp, endpoint);
    }
    if (section.node().kind == Node::Kind::map && section.node().children.empty())
        section.fault("holds no endpoint", "write at least one, such as `office: {id: 0x1, ports: [north, south]}`");
    return endpoints;
}

} // namespace sallyport::config
