// SPDX-License-Identifier: Apache-2.0
// What the tunnel carries besides the packet: congestion marks, inner Ethernet, and probes that are nobody's flow.
#include "world.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::journey::test;

namespace {

/// The IP packet with this DSCP and ECN byte.
Bytes marked(Bytes ip, unsigned value) {
    if (ip[0] >> 4 == 4) {
        ip[1] = static_cast<std::uint8_t>(value);
        fix_ipv4_checksum(ip);
    } else {
        ip[0] = static_cast<std::uint8_t>(0x60 | value >> 4);
        ip[1] = static_cast<std::uint8_t>((value << 4 & 0xf0) | (ip[1] & 0x0fU));
    }
    return ip;
}
unsigned mark_of(const Bytes& ip) {
    return ip[0] >> 4 == 4 ? ip[1] : (ip[0] * 16U & 0xf0U) | ip[1] / 16U;
}

/// The appliance's answer with another ECN on the outside.
Bytes answer_with_ecn(const Bytes& sent, unsigned ecn) {
    const Bytes frame = returned(sent);
    const Bytes ip = ip_of(frame);
    const Bytes outer = marked(ip, (mark_of(ip) & ~3U) | ecn); // no UDP checksum covers it
    Bytes result = part(frame, 0, 14);
    append(result, outer);
    return result;
}

Setup ethernet_payload() {
    Setup setup;
    setup.change_config = [](config::Config& config) {
        config.appliance_groups[0].payload = config::Payload::ethernet;
    };
    return setup;
}

} // namespace

TEST_CASE("DSCP and ECN of a packet stand on the tunnel too: RFC 6040 4.1, for every pair of families") {
    for (const Family outer : {Family::ipv4, Family::ipv6}) {
        for (const bool v6 : {false, true}) {
            Setup setup;
            setup.outer = outer;
            World world(setup);
            const Bytes ip = marked(ip_packet(v6 ? over_ipv6(Spec{}) : Spec{}), 0xb9);
            const Bytes frame = world.arrive(north, World::frame_for(north, ip)).only().frame;
            CHECK(mark_of(ip_of(frame)) == 0xb9);
            CHECK(is_sound_ip(ip_of(frame)));
            CHECK(tunnel_of(frame).inner == ip);
        }
    }
}

TEST_CASE("congestion on the way back is told to the packet as RFC 6040 figure 4 has it") {
    constexpr unsigned not_ect = 0;
    constexpr unsigned ect_1 = 1;
    constexpr unsigned ect_0 = 2;
    constexpr unsigned ce = 3;
    constexpr unsigned dropped = 4;
    // By inner ECN, then by outer ECN.
    constexpr unsigned figure_4[4][4] = {
        {not_ect, not_ect, not_ect, dropped}, {ect_1, ect_1, ect_1, ce}, {ect_0, ect_1, ect_0, ce}, {ce, ce, ce, ce}};
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        for (unsigned inner = 0; inner < 4; ++inner) {
            for (unsigned outer = 0; outer < 4; ++outer) {
                INFO(inner << " inside " << outer);
                Setup setup;
                setup.outer = family;
                World world(setup);
                const Bytes ip = marked(ip_packet(family == Family::ipv6 ? over_ipv6(Spec{}) : Spec{}), 0x28 | inner);
                const Bytes out = world.arrive(north, World::frame_for(north, ip)).only().frame;
                const Outcome back = world.arrive(inspect, answer_with_ecn(out, outer));
                if (figure_4[inner][outer] == dropped) {
                    CHECK(back.is_dropped(DropReason::EcnCongestion));
                    continue;
                }
                const Bytes left = ip_of(back.only().frame);
                CHECK(mark_of(left) == (0x28 | figure_4[inner][outer]));
                CHECK(is_sound_ip(left));
            }
        }
    }
}

TEST_CASE("a group with Ethernet payload gets frames, and gives frames back, whatever their MACs and its source port") {
    World world(ethernet_payload());
    const Bytes sent = world.send(north, Spec{}).only().frame;
    CHECK(get16(sent, geneve_at + 2) == 0x6558);
    CHECK(get16(sent, geneve_at + 40 + 12) == 0x0800);
    CHECK(sent.size() == 14 + 68 + 14 + ip_packet(Spec{}).size());
    CHECK(is_sound_ip(ip_of(sent)));
    Bytes answer = returned(sent);
    std::swap_ranges(answer.begin() + geneve_at + 40, answer.begin() + geneve_at + 46, answer.begin() + geneve_at + 46);
    put16(answer, 14 + 20, 40404);
    CHECK(world.arrive(inspect, answer).only().port == south);
    const Way v6 = walk(world, north, over_ipv6(Spec{}));
    CHECK(v6.last.port == south);
    CHECK(source_of(ip_of(v6.last.frame)) == address("2001:db8:1::10"));
}

TEST_CASE("bare IP from a group with Ethernet payload, and frames from any other, are not what was sent") {
    World ethernet(ethernet_payload());
    const Bytes frame = returned(ethernet.send(north, Spec{}).only().frame);
    Bytes bare(frame.begin(), frame.begin() + geneve_at + 40);
    append(bare, {frame.begin() + geneve_at + 40 + 14, frame.end()});
    put16(bare, geneve_at + 2, 0x0800);
    put16(bare, 14 + 2, get16(bare, 14 + 2) - 14);
    put16(bare, 14 + 20 + 4, get16(bare, 14 + 20 + 4) - 14);
    Bytes outer = part(bare, 14, 20);
    fix_ipv4_checksum(outer);
    std::copy(outer.begin(), outer.end(), bare.begin() + 14);
    CHECK(ethernet.arrive(inspect, bare).is_dropped(DropReason::GeneveProtocolType));
}

TEST_CASE("a probe goes through its appliance and is known when it comes back, and is no flow") {
    World world;
    Spec spec;
    spec.source = "198.18.0.1";
    spec.destination = "198.19.0.1";
    const Bytes inner = ip_packet(spec);
    const Bytes out = world.send_probe({.appliance = 1, .endpoint = 0, .number = 42, .packet = inner}).only().frame;
    const Tunnel tunnel = tunnel_of(out);
    CHECK(tunnel.destination == world.appliance_address(0, 1));
    CHECK(tunnel.endpoint_id() == office_id);
    CHECK(tunnel.inner == inner);
    CHECK(is_sound_ip(ip_of(out)));
    const ApplianceCounters& counters = world.worker().counters().appliances[1];
    CHECK(counters.probe_answered.read() == 0);
    const Outcome back = world.give_back(out);
    CHECK(back.sent.empty());
    CHECK(back.drops.empty());
    CHECK(counters.probe_answered.read() == 42);
    CHECK(world.flows() == 0);
    // Nobody's traffic either: checks alone make no appliance look busy, or silent.
    CHECK(counters.packets_sent.read() == 0);
    CHECK(counters.packets_returned.read() == 0);
    // Once.
    CHECK(world.give_back(out).is_dropped(DropReason::MissingFlowEntry));
}

TEST_CASE("another appliance cannot answer a probe") {
    World world;
    Spec spec;
    spec.source = "198.18.0.1";
    const Bytes inner = ip_packet(spec);
    Bytes answer =
        returned(world.send_probe({.appliance = 1, .endpoint = 0, .number = 9, .packet = inner}).only().frame);
    answer[29] = world.appliance_address(0, 0).bytes()[15];
    Bytes outer = part(answer, 14, 20);
    fix_ipv4_checksum(outer);
    std::copy(outer.begin(), outer.end(), answer.begin() + 14);
    CHECK(world.arrive(inspect, answer).is_dropped(DropReason::MissingFlowEntry));
    CHECK(world.worker().counters().appliances[1].probe_answered.read() == 0);
}

TEST_CASE("an appliance that refuses a probe, with a packet from the other side, has not let it pass") {
    World world;
    Spec spec;
    spec.source = "198.18.0.1";
    spec.destination = "198.19.0.1";
    const Bytes inner = ip_packet(spec);
    const Bytes out = world.send_probe({.appliance = 1, .endpoint = 0, .number = 7, .packet = inner}).only().frame;
    Bytes refusal = returned(out);
    const Bytes other = ip_packet(answered(spec));
    std::copy(other.begin(), other.end(), refusal.begin() + geneve_at + 40);
    CHECK(world.arrive(inspect, refusal).is_dropped(DropReason::MissingFlowEntry));
    CHECK(world.worker().counters().appliances[1].probe_answered.read() == 0);
    world.give_back(out);
    CHECK(world.worker().counters().appliances[1].probe_answered.read() == 7);
}

TEST_CASE("a probe without a buffer, a route or room is not sent, and harms nothing") {
    World world;
    const Bytes inner = ip_packet(Spec{});
    world.no_buffers = true;
    CHECK(world.send_probe({.appliance = 0, .endpoint = 0, .number = 1, .packet = inner}).sent.empty());
    world.no_buffers = false;
    CHECK(world.send_probe({.appliance = 0, .endpoint = 0, .number = 1, .packet = Bytes(3)}).sent.empty());
    CHECK(world.send_probe({.appliance = 0, .endpoint = 0, .number = 1, .packet = Bytes(4000)}).sent.empty());
}
