// SPDX-License-Identifier: Apache-2.0
#include "bench/scenario.hpp"

#include "balance/l4/build_directory.hpp"
#include "journey/wire.hpp"
#include "support/checksum.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace sallyport::bench {
namespace {

using namespace journey; // NOLINT: the wire's structs, in a file about frames

constexpr unsigned appliances = 8;
constexpr std::array<MacAddress, 3> port_macs = {MacAddress{{2, 0, 0, 0, 1, 0}}, MacAddress{{2, 0, 0, 0, 1, 1}},
                                                 MacAddress{{2, 0, 0, 0, 1, 2}}};

IpPrefix prefix(const char* text) {
    return *IpPrefix::parse(text);
}

constexpr std::uint32_t first_target = 0xcb00710aU; // 203.0.113.10
constexpr unsigned targets = 240;
constexpr std::uint32_t listener_address = 0xc0000250U; // 192.0.2.80

void add_listener(config::Config& config) {
    config::TargetGroup group;
    group.name = "dns";
    group.protocol = config::L4Protocol::udp;
    group.port = 53;
    for (unsigned i = 0; i < targets; ++i) {
        config::Target target;
        target.address = IpAddress::v4(first_target + i);
        target.port = 53;
        target.name = target.address.to_string();
        group.targets.push_back(target);
    }
    config.target_groups = {group};
    config::Listener listener;
    listener.name = "dns";
    listener.address = IpAddress::v4(listener_address);
    listener.port = 53;
    listener.protocol = config::L4Protocol::udp;
    listener.forward = {{"dns", 1}};
    config.listeners = {listener};
}

config::Config make_config(Traffic traffic) {
    config::Config config;
    config.ports = {{"north", {}, {}, {prefix("192.0.2.1/24")}, 1500, {}, 0},
                    {"inspect", {}, {}, {prefix("198.51.100.1/24")}, 1600, {}, 0},
                    {"south", {}, {}, {prefix("203.0.113.1/24")}, 1500, {}, 0}};
    config.endpoints = {{"office", 0x2b8ee1d4db0c51c4, {"north", "south"}, 0}};
    config::ApplianceGroup group{"firewalls", config::Stickiness::five_tuple, {}, 0};
    for (unsigned i = 0; i < appliances; ++i) {
        config::Appliance appliance;
        appliance.name = "fw-" + std::to_string(i + 1);
        appliance.address = IpAddress::v4(0xc633640aU + i);
        group.appliances.push_back(appliance);
    }
    config.appliance_groups = {group};
    config.chains = {{"perimeter", {"firewalls"}, 0}};
    config.policy = {{{}, "perimeter", 0}};
    if (traffic == Traffic::balanced) add_listener(config);
    return config;
}

forward::Inputs make_inputs(const chain::Roster& roster) {
    forward::Inputs inputs;
    inputs.domains = 2;
    inputs.routes = {{0, prefix("192.0.2.0/24"), north, {}},
                     {0, prefix("10.0.0.0/8"), north, *IpAddress::parse("192.0.2.254")},
                     {0, prefix("203.0.113.0/24"), south, {}},
                     {1, prefix("198.51.100.0/24"), inspect, {}}};
    for (const chain::Appliance& appliance : roster.appliances) {
        inputs.appliances.push_back(appliance.address);
        inputs.neighbours.push_back({inspect, appliance.address, forward::stand_in_mac(appliance.address)});
    }
    inputs.neighbours.push_back({north, *IpAddress::parse("192.0.2.254"), MacAddress{{2, 0, 0, 0, 0, 1}}});
    for (unsigned i = 10; i < 250; ++i) {
        const IpAddress target = IpAddress::v4(0xcb007100U + i);
        inputs.neighbours.push_back({south, target, forward::stand_in_mac(target)});
    }
    return inputs;
}

} // namespace

std::unique_ptr<Scenario> make_scenario(Traffic traffic) {
    auto scenario = std::make_unique<Scenario>();
    scenario->roster = balance::build_roster(make_config(traffic));
    scenario->forwarding = forward::Table(make_inputs(scenario->roster));
    scenario->now = Instant{1'000'000'000};
    return scenario;
}

journey::WorkerSettings worker_settings(std::uint32_t flows, Traffic traffic) {
    journey::WorkerSettings settings;
    settings.flow_capacity = flows;
    settings.port_macs.assign(port_macs.begin(), port_macs.end());
    settings.keys.table = SipKey{0x0706050403020100, 0x0f0e0d0c0b0a0908};
    settings.keys.cookie = SipKey{1, 2};
    if (traffic == Traffic::balanced) {
        settings.listener_slots = 1;
        settings.target_group_slots = 1;
        settings.target_slots = targets;
    }
    return settings;
}

void write_frame(std::uint8_t* to, std::uint32_t flow, Traffic traffic) {
    std::memset(to, 0, frame_bytes);
    auto& ethernet = *reinterpret_cast<EthernetHeader*>(to);
    ethernet.destination = port_macs[north];
    ethernet.source = MacAddress{{2, 0, 0, 0, 0, 1}};
    ethernet.type.set(ethertype_ipv4);

    auto& ip = *reinterpret_cast<Ipv4Header*>(to + sizeof(EthernetHeader));
    ip.version_and_words = 0x45;
    ip.total_length.set(frame_bytes - sizeof(EthernetHeader));
    ip.ttl = 64;
    ip.protocol = protocol_udp;
    // 2^14 clients with as many ports as it takes, spread over 240 targets.
    ip.source.set(0x0a000000U + (flow & 0x3fff));
    ip.destination.set(traffic == Traffic::balanced ? listener_address : first_target + flow % targets);
    ip.checksum.set_raw(checksum_finish(checksum_add(0, &ip, sizeof ip)));

    auto& udp = *reinterpret_cast<UdpHeader*>(to + sizeof(EthernetHeader) + sizeof(Ipv4Header));
    udp.source_port.set(static_cast<std::uint16_t>(1024 + (flow >> 14)));
    udp.destination_port.set(53);
    udp.length.set(frame_bytes - sizeof(EthernetHeader) - sizeof(Ipv4Header));
}

void turn_around(std::uint8_t* frame) {
    auto& ethernet = *reinterpret_cast<EthernetHeader*>(frame);
    auto& ip = *reinterpret_cast<Ipv4Header*>(frame + sizeof(EthernetHeader));
    std::swap(ethernet.source, ethernet.destination);
    std::swap(ip.source, ip.destination);
}

void answer_frame(std::uint8_t* frame) {
    auto& ethernet = *reinterpret_cast<EthernetHeader*>(frame);
    auto& ip = *reinterpret_cast<Ipv4Header*>(frame + sizeof(EthernetHeader));
    auto& udp = *reinterpret_cast<UdpHeader*>(frame + sizeof(EthernetHeader) + sizeof(Ipv4Header));
    std::swap(ethernet.source, ethernet.destination);
    std::swap(ip.source, ip.destination);
    std::swap(udp.source_port, udp.destination_port);
}

} // namespace sallyport::bench
