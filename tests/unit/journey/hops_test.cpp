// SPDX-License-Identifier: Apache-2.0
// In one packet, out one packet: the way through chains of every length, in both directions.
#include "world.hpp"

#include <catch2/catch.hpp>
#include <set>

using namespace sallyport;
using namespace sallyport::journey::test;

namespace {

/// The chain's groups in the order in which a packet met their appliances.
std::vector<unsigned> groups_met(const Way& way) {
    std::vector<unsigned> groups;
    for (const IpAddress& appliance : way.appliances)
        groups.push_back(appliance.bytes()[15] / 10U - 1);
    return groups;
}

Setup with_hops(unsigned hops) {
    Setup setup;
    setup.hops = hops;
    return setup;
}

} // namespace

TEST_CASE("out 1 packet to 1 appliance: 68 bytes in front, addresses, ports and options as the contract says") {
    World world;
    const Bytes inner = ip_packet(Spec{});
    const Outcome::Sent sent = world.send(north, Spec{}).only();
    CHECK(sent.port == inspect);
    CHECK(sent.frame.size() == 14 + 68 + inner.size());
    CHECK(part(sent.frame, 0, 14) == part(frame(station_mac(inspect), own_mac(inspect), inner), 0, 14));

    const Bytes outer = ip_of(sent.frame);
    CHECK(is_sound_ip(outer));
    CHECK(outer[8] == 64);
    CHECK(outer[9] == 17);
    CHECK(get16(outer, 6) == 0x4000);
    CHECK(get16(outer, 20 + 4) == outer.size() - 20);
    CHECK(get16(outer, 20 + 6) == 0);

    const Tunnel tunnel = tunnel_of(sent.frame);
    CHECK(tunnel.source == address("198.51.100.1"));
    CHECK((tunnel.destination == world.appliance_address(0, 0) || tunnel.destination == world.appliance_address(0, 1)));
    CHECK(tunnel.source_port >= 49152);
    CHECK(tunnel.destination_port == 6081);
    CHECK(tunnel.endpoint_id() == office_id);
    CHECK(tunnel.attachment_id() == 0);
    CHECK(tunnel.inner == inner);
    // Version 0, 8 words of options, nothing reserved, IPv4, VNI 0; then the three option headers.
    CHECK(part(tunnel.geneve, 0, 12) == Bytes{8, 0, 0x08, 0x00, 0, 0, 0, 0, 0x01, 0x08, 1, 2});
    CHECK(part(tunnel.geneve, 20, 4) == Bytes{0x01, 0x08, 2, 2});
    CHECK(part(tunnel.geneve, 32, 4) == Bytes{0x01, 0x08, 3, 1});
}

TEST_CASE("in 1 from the appliance, out 1 to the target: TTL less one, checksum right, all else as it was") {
    World world;
    const Outcome::Sent out = world.send(north, Spec{}).only();
    const Outcome::Sent last = world.give_back(out.frame).only();
    CHECK(last.port == south);
    Bytes expected = ip_packet(Spec{});
    expected[8] = 63;
    fix_ipv4_checksum(expected);
    CHECK(last.frame == frame(station_mac(south), own_mac(south), expected));
}

TEST_CASE("the TTL's checksum is right for every TTL and many checksums") {
    World world(with_hops(0));
    for (unsigned ttl = 2; ttl < 256; ++ttl) {
        Spec spec;
        spec.ttl = static_cast<std::uint8_t>(ttl);
        spec.payload_bytes = ttl * 5;
        const Outcome::Sent sent = world.send(north, spec).only();
        REQUIRE(sent.frame[22] == ttl - 1);
        REQUIRE(is_sound_ip(ip_of(sent.frame)));
    }
}

TEST_CASE("the reply goes to the same appliance, with the same source port and cookie, and back to the client") {
    World world;
    for (std::uint16_t port = 1024; port < 1124; ++port) {
        Spec spec;
        spec.source_port = port;
        const Way there = walk(world, north, spec);
        const Way back = walk(world, south, answered(spec));
        REQUIRE(there.appliances == back.appliances);
        REQUIRE(there.tunnels[0].source_port == back.tunnels[0].source_port);
        REQUIRE(there.tunnels[0].cookie() == back.tunnels[0].cookie());
        REQUIRE(back.last.port == north);
    }
    CHECK(world.flows() == 100);
}

TEST_CASE("flows spread over both appliances, and no two have one cookie") {
    World world;
    std::set<std::string> appliances;
    std::set<std::uint32_t> cookies;
    for (std::uint16_t port = 1024; port < 1224; ++port) {
        Spec spec;
        spec.source_port = port;
        const Way way = walk(world, north, spec);
        appliances.insert(way.appliances[0].to_string());
        cookies.insert(way.tunnels[0].cookie());
    }
    CHECK(appliances.size() == 2);
    CHECK(cookies.size() == 200);
}

TEST_CASE("chains of any length are passed in order forward, and in reverse order back, by the same appliances") {
    for (unsigned hops = 1; hops <= 8; ++hops) {
        INFO(hops << " hops");
        World world(with_hops(hops));
        std::vector<unsigned> order;
        for (unsigned group = 0; group < hops; ++group)
            order.push_back(group);
        for (std::uint16_t port = 1024; port < 1044; ++port) {
            Spec spec;
            spec.source_port = port;
            const Way there = walk(world, north, spec);
            Way back = walk(world, south, answered(spec));
            REQUIRE(groups_met(there) == order);
            REQUIRE(back.appliances == std::vector<IpAddress>(there.appliances.rbegin(), there.appliances.rend()));
            REQUIRE(there.last.port == south);
            REQUIRE(back.last.port == north);
            std::set<std::uint32_t> cookies;
            for (const Tunnel& tunnel : there.tunnels) {
                cookies.insert(tunnel.cookie());
                REQUIRE(tunnel.inner == ip_packet(spec));
            }
            REQUIRE(cookies.size() == hops);
        }
    }
}

TEST_CASE("a flow that a server begins visits the chain's first group first, as every forward packet does") {
    World world(with_hops(3));
    const Spec from_server = answered(Spec{});
    CHECK(groups_met(walk(world, south, from_server)) == std::vector<unsigned>{0, 1, 2});
    CHECK(groups_met(walk(world, north, answered(from_server))) == std::vector<unsigned>{2, 1, 0});
}

TEST_CASE("a flow without a chain is forwarded at once, both ways, and is a flow") {
    World world(with_hops(0));
    CHECK(world.send(north, Spec{}).only().port == south);
    CHECK(world.send(south, answered(Spec{})).only().port == north);
    CHECK(world.flows() == 1);
}

TEST_CASE("IPv6 goes through IPv4 tunnels with its own protocol type, and comes out with one hop less") {
    World world;
    const Spec spec = over_ipv6(Spec{});
    const Way there = walk(world, north, spec);
    CHECK(get16(there.tunnels[0].geneve, 2) == 0x86dd);
    CHECK(there.tunnels[0].inner == ip_packet(spec));
    Bytes expected = ip_packet(spec);
    expected[7] = 63;
    CHECK(there.last.frame == frame(station_mac(south), own_mac(south), expected));
    const Way back = walk(world, south, answered(spec));
    CHECK(back.appliances == there.appliances);
}

TEST_CASE("appliances at IPv6 addresses get 88 bytes in front and a UDP checksum that is right") {
    Setup setup;
    setup.outer = Family::ipv6;
    setup.hops = 2;
    World world(setup);
    for (std::size_t payload = 0; payload < 300; ++payload) {
        Spec spec = payload % 2 == 0 ? Spec{} : over_ipv6(Spec{});
        spec.payload_bytes = payload;
        const Outcome::Sent sent = world.send(north, spec).only();
        const Bytes outer = ip_of(sent.frame);
        REQUIRE(outer.size() == ip_packet(spec).size() + 88);
        REQUIRE(is_sound_ip(outer));
        REQUIRE(outer[6] == 17);
        REQUIRE(outer[7] == 64);
        REQUIRE(get16(outer, 46) != 0);
        REQUIRE(has_sound_ipv6_checksum(outer));
        REQUIRE(tunnel_of(sent.frame).source == address("2001:db8:64::1"));
    }
    const Way way = walk(world, north, Spec{});
    CHECK(groups_met(way) == std::vector<unsigned>{0, 1});
    CHECK(way.last.port == south);
}

TEST_CASE("two tenants with the same addresses are two flows, told apart to the end") {
    World world;
    const Way office = walk(world, north, Spec{});
    const Way branch = walk(world, branch_north, Spec{});
    CHECK(world.flows() == 2);
    CHECK(office.tunnels[0].endpoint_id() == office_id);
    CHECK(branch.tunnels[0].endpoint_id() == branch_id);
    CHECK(office.tunnels[0].inner == branch.tunnels[0].inner);
    CHECK(office.tunnels[0].cookie() != branch.tunnels[0].cookie());
    CHECK(office.last.port == south);
    CHECK(branch.last.port == branch_south);
    CHECK(walk(world, branch_south, answered(Spec{})).last.port == branch_north);
    CHECK(world.flows() == 2);
}

TEST_CASE("protocols without ports are flows of addresses and protocol") {
    World world;
    Spec ping;
    ping.protocol = 1;
    const Way there = walk(world, north, ping);
    CHECK(walk(world, south, answered(ping)).appliances == there.appliances);
    Spec gre = ping;
    gre.protocol = 47;
    walk(world, north, gre);
    CHECK(world.flows() == 2);
}

TEST_CASE("a policy rule decides which flows are inspected, by who began them") {
    Setup setup;
    setup.change_config = [](config::Config& config) {
        config::PolicyRule dns;
        dns.match.destination_ports = {{53, 53}};
        dns.match.direction = config::Direction::southbound;
        config.policy.insert(config.policy.begin(), dns);
    };
    World world(setup);
    CHECK(walk(world, north, Spec{}).appliances.empty());
    CHECK(walk(world, south, answered(Spec{})).appliances.empty());
    Spec from_server = answered(Spec{});
    from_server.source_port = 40001;
    from_server.destination_port = 53;
    CHECK(walk(world, south, from_server).appliances.size() == 1);
}

TEST_CASE("an appliance that answers in a target's place sends its packet back through the chain so far") {
    World world(with_hops(3));
    const Outcome::Sent first = world.send(north, tcp(0x02)).only();
    const Outcome::Sent second = world.give_back(first.frame).only();
    // The second appliance refuses the connection: a reset to the client in the same tunnel.
    Spec reset = answered(tcp(0x14));
    Bytes frame = part(returned(second.frame), 0, geneve_at + 40);
    const Bytes inner = ip_packet(reset);
    append(frame, inner);
    put16(frame, 14 + 2, static_cast<unsigned>(20 + 8 + 40 + inner.size()));
    put16(frame, 14 + 20 + 4, static_cast<unsigned>(8 + 40 + inner.size()));
    put16(frame, 14 + 10, 0);
    put16(frame, 14 + 10, plain_checksum(part(frame, 14, 20)));
    const Outcome::Sent towards_first = world.arrive(inspect, frame).only();
    CHECK(tunnel_of(towards_first.frame).destination == tunnel_of(first.frame).destination);
    CHECK(world.give_back(towards_first.frame).only().port == north);
}

TEST_CASE("a burst of many flows comes out whole and in order for each port") {
    World world;
    std::vector<Bytes> frames;
    for (std::uint16_t i = 0; i < 64; ++i) {
        Spec spec;
        spec.source_port = static_cast<std::uint16_t>(1024 + i % 20);
        spec.payload_bytes = i;
        frames.push_back(World::frame_for(north, ip_packet(spec)));
    }
    const Outcome out = world.burst(north, frames);
    REQUIRE(out.sent.size() == 64);
    std::vector<Bytes> answers;
    for (std::size_t i = 0; i < 64; ++i) {
        CHECK(tunnel_of(out.sent[i].frame).inner == ip_of(frames[i]));
        answers.push_back(returned(out.sent[i].frame));
    }
    CHECK(world.burst(inspect, answers).sent.size() == 64);
    CHECK(world.flows() == 20);
}
