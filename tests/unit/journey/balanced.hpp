// SPDX-License-Identifier: Apache-2.0
// The network of these tests with listeners in it: three targets behind two listeners, and packets with checksums.
#pragma once

#include "pieces.hpp"

namespace sallyport::journey::test {

inline const char* const vip_v4 = "192.0.2.80";
inline const char* const vip_v6 = "2001:db8:1::80";

/// Position 0: 203.0.113.11:8080 and on, of "web"; behind those, of "web6", 2001:db8:2::11 and on.
inline constexpr unsigned targets_each = 3;

inline config::TargetGroup target_group(const std::string& name, const std::string& first) {
    config::TargetGroup group;
    group.name = name;
    group.protocol = config::L4Protocol::tcp_udp;
    group.port = 8080;
    for (unsigned i = 0; i < targets_each; ++i) {
        config::Target target;
        target.address = address(first + std::to_string(11 + i));
        target.port = 8080;
        target.name = target.address.to_string();
        group.targets.push_back(target);
    }
    return group;
}

inline config::Listener listener(const std::string& name, const char* at, const std::string& group) {
    config::Listener made;
    made.name = name;
    made.endpoint = "office";
    made.address = address(at);
    made.port = 80;
    made.protocol = config::L4Protocol::tcp_udp;
    made.forward = {{group, 1}};
    return made;
}

/// `change` has the last word.
inline Setup balanced(
    unsigned hops = 1, std::function<void(config::Config&)> change = [](config::Config&) {}) {
    Setup setup;
    setup.hops = hops;
    setup.change_config = [change](config::Config& config) {
        config.target_groups = {target_group("web", "203.0.113."), target_group("web6", "2001:db8:2::")};
        config.listeners = {listener("web", vip_v4, "web"), listener("web6", vip_v6, "web6")};
        change(config);
    };
    setup.change_forwarding = [](forward::Inputs& inputs) {
        for (unsigned i = 0; i < targets_each; ++i) {
            inputs.neighbours.push_back({south, address("203.0.113." + std::to_string(11 + i)), station_mac(south)});
            inputs.neighbours.push_back({south, address("2001:db8:2::" + std::to_string(11 + i)), station_mac(south)});
        }
    };
    return setup;
}

/// The sum over pseudo-header and transport (RFC 9293 3.1, RFC 768, RFC 8200 8.1), for packets without extension
/// headers; 0 when the checksum in it is right.
inline unsigned transport_sum(const Bytes& ip) {
    const std::size_t header = header_bytes_of(ip);
    const bool v4 = is_v4(ip);
    Bytes covered = part(ip, v4 ? 12 : 8, v4 ? 8 : 32);
    append(covered, {0, ip[v4 ? 9 : 6]});
    covered.resize(covered.size() + 2);
    put16(covered, covered.size() - 2, static_cast<unsigned>(ip.size() - header));
    append(covered, part(ip, header, ip.size() - header));
    return plain_checksum(covered);
}

inline Bytes with_checksum(Bytes ip) {
    const std::size_t at = header_bytes_of(ip) + (ip[is_v4(ip) ? 9 : 6] == 6 ? 16 : 6);
    put16(ip, at, 0);
    const unsigned sum = transport_sum(ip);
    put16(ip, at, sum == 0 ? 0xffff : sum);
    return ip;
}

inline Spec to_listener(std::uint8_t protocol, bool v4 = true, std::uint16_t client_port = 40000) {
    Spec spec;
    spec.source = v4 ? "192.0.2.10" : "2001:db8:1::10";
    spec.destination = v4 ? vip_v4 : vip_v6;
    spec.protocol = protocol;
    spec.source_port = client_port;
    spec.destination_port = 80;
    spec.tcp_flags = 0x02;
    return spec;
}

/// An IP packet through the gateway and all appliances that it is sent to, until it leaves for good.
inline Outcome through(World& world, PortIndex port, const Bytes& ip) {
    Outcome outcome = world.arrive(port, World::frame_for(port, ip));
    while (outcome.sent.size() == 1 && outcome.sent[0].port == inspect)
        outcome = world.give_back(outcome.sent[0].frame);
    return outcome;
}

struct Sides {
    std::string source, destination;
    unsigned source_port = 0, destination_port = 0;
    bool operator==(const Sides&) const = default;
};

inline Sides sides_of(const Bytes& ip) {
    const std::size_t l4 = header_bytes_of(ip);
    return {source_of(ip).to_string(), destination_of(ip).to_string(), get16(ip, l4), get16(ip, l4 + 2)};
}

/// What the packet's receiver answers.
inline Bytes reply_to(const Bytes& ip, std::uint8_t tcp_flags = 0x12) {
    const Sides sides = sides_of(ip);
    Spec spec;
    spec.source = sides.destination;
    spec.destination = sides.source;
    spec.source_port = static_cast<std::uint16_t>(sides.destination_port);
    spec.destination_port = static_cast<std::uint16_t>(sides.source_port);
    spec.protocol = ip[is_v4(ip) ? 9 : 6];
    spec.tcp_flags = tcp_flags;
    return with_checksum(ip_packet(spec));
}

} // namespace sallyport::journey::test
