// SPDX-License-Identifier: Apache-2.0
// Whose packet is it? One row for each kind of destination, on a tenant's port and on the one towards appliances.
#include "world.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::journey::test;

namespace {

enum class End { host, transit, dropped };

struct Case {
    const char* sentence;
    PortIndex port;
    const char* source;
    const char* destination;
    End end;
    DropReason reason = DropReason::EthernetTruncated;
};

const std::vector<Case>& cases() {
    using R = DropReason;
    static const std::vector<Case> all = {
        {"the port's own address", north, "192.0.2.10", "192.0.2.1", End::host},
        {"the port's own IPv6 address", north, "2001:db8:1::10", "2001:db8:1::1", End::host},
        {"the endpoint's other port", north, "192.0.2.10", "203.0.113.1", End::dropped, R::OwnAddressElsewhere},
        {"the endpoint's other port, from the south", south, "203.0.113.10", "192.0.2.1", End::dropped,
         R::OwnAddressElsewhere},
        {"the port towards appliances, from a tenant", north, "192.0.2.10", "198.51.100.1", End::dropped,
         R::OwnAddressElsewhere},
        {"the same over IPv6", north, "2001:db8:1::10", "2001:db8:64::1", End::dropped, R::OwnAddressElsewhere},
        {"the port towards appliances, from there", inspect, "198.51.100.11", "198.51.100.1", End::host},
        {"a tenant's port, from an appliance", inspect, "198.51.100.11", "192.0.2.1", End::dropped,
         R::PortWithoutEndpoint},
        {"somebody, from an appliance outside the tunnel", inspect, "198.51.100.11", "203.0.113.10", End::dropped,
         R::PortWithoutEndpoint},
        {"the link's broadcast address", north, "192.0.2.10", "192.0.2.255", End::host},
        {"everybody on the link", north, "0.0.0.0", "255.255.255.255", End::host},
        {"another link's broadcast address", north, "192.0.2.10", "203.0.113.255", End::transit},
        {"all routers on the link", north, "192.0.2.10", "224.0.0.2", End::host},
        {"a multicast group", north, "192.0.2.10", "239.1.2.3", End::dropped, R::MulticastUnsupported},
        {"class E", north, "192.0.2.10", "241.0.0.1", End::dropped, R::MulticastUnsupported},
        {"a link-local address", north, "2001:db8:1::10", "fe80::1", End::host},
        {"the all-nodes group", north, "fe80::1", "ff02::1", End::host},
        {"a solicited-node group", north, "fe80::1", "ff02::1:ff00:10", End::host},
        {"an IPv6 group beyond the link", north, "2001:db8:1::10", "ff0e::1", End::dropped, R::MulticastUnsupported},
        {"somebody behind the gateway", north, "192.0.2.10", "203.0.113.10", End::transit},
        {"loopback", north, "192.0.2.10", "127.0.0.1", End::dropped, R::MartianAddress},
        {"IPv6 loopback", north, "2001:db8:1::10", "::1", End::dropped, R::MartianAddress},
        {"a mapped IPv4 address", north, "2001:db8:1::10", "::ffff:203.0.113.10", End::dropped, R::MartianAddress},
        {"from a mapped IPv4 address", north, "::ffff:192.0.2.10", "2001:db8:2::10", End::dropped, R::MartianAddress},
        {"no address", north, "192.0.2.10", "0.0.0.0", End::dropped, R::MartianAddress},
        {"from loopback", north, "127.0.0.1", "203.0.113.10", End::dropped, R::MartianAddress},
        {"from nobody", north, "0.0.0.0", "203.0.113.10", End::dropped, R::MartianAddress},
        {"from a group", north, "224.0.0.5", "203.0.113.10", End::dropped, R::MartianAddress},
        {"from an IPv6 group", north, "ff02::1", "2001:db8:2::10", End::dropped, R::MartianAddress},
        {"from itself", north, "203.0.113.10", "203.0.113.10", End::dropped, R::MartianAddress},
        {"beyond the link from a link-local address", north, "fe80::10", "2001:db8:2::10", End::dropped,
         R::MartianAddress},
        {"beyond the link from an IPv4 link-local address", north, "169.254.1.1", "203.0.113.10", End::dropped,
         R::MartianAddress},
        {"to an IPv4 link-local address", north, "192.0.2.10", "169.254.1.1", End::dropped, R::MartianAddress},
    };
    return all;
}

Spec between(const Case& one) {
    Spec spec;
    spec.source = one.source;
    spec.destination = one.destination;
    return spec;
}

} // namespace

TEST_CASE("a packet goes to the host, through the gateway, or nowhere, by its destination and port") {
    for (const Case& one : cases()) {
        INFO(one.sentence);
        World world;
        const Outcome outcome = world.send(one.port, between(one));
        switch (one.end) {
        case End::host:
            CHECK(outcome.drops.empty());
            REQUIRE(outcome.to_host.size() == 1);
            CHECK(outcome.to_host[0].port == one.port);
            CHECK(outcome.to_host[0].frame == World::frame_for(one.port, ip_packet(between(one))));
            CHECK(world.flows() == 0);
            break;
        case End::transit:
            CHECK(outcome.only().port == inspect);
            break;
        case End::dropped:
            CHECK(outcome.is_dropped(one.reason));
            CHECK(world.flows() == 0);
            break;
        }
    }
}

TEST_CASE("ARP goes to the host of its own port, broadcast or not") {
    World world;
    for (const MacAddress& to : {own_mac(north), MacAddress{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}}) {
        Bytes arp = frame(to, station_mac(north), Bytes(46));
        put16(arp, 12, 0x0806);
        const Outcome outcome = world.arrive(north, arp);
        REQUIRE(outcome.to_host.size() == 1);
        CHECK(outcome.to_host[0].port == north);
        CHECK(outcome.to_host[0].frame == arp);
    }
}

TEST_CASE("frames for other stations are not ours") {
    World world;
    CHECK(world.arrive(north, frame(station_mac(south), station_mac(north), ip_packet(Spec{})))
              .is_dropped(DropReason::NotOurMac));
    CHECK(world.arrive(north, frame(own_mac(south), station_mac(north), ip_packet(Spec{})))
              .is_dropped(DropReason::NotOurMac));
}

TEST_CASE("a packet for somebody else in a frame for everybody is not forwarded") {
    World world;
    const Bytes ip = ip_packet(Spec{});
    for (const std::uint8_t first : {std::uint8_t{0xff}, std::uint8_t{0x01}}) {
        const MacAddress everybody{{first, 0xff, 0xff, 0xff, 0xff, 0xff}};
        CHECK(
            world.arrive(north, frame(everybody, station_mac(north), ip)).is_dropped(DropReason::MulticastUnsupported));
    }
    CHECK(world.flows() == 0);
}

TEST_CASE("GENEVE for the gateway is an appliance's answer; any other UDP there is the host's") {
    World world;
    Spec spec;
    spec.source = "198.51.100.11";
    spec.destination = "198.51.100.1";
    spec.destination_port = 6081;
    CHECK(world.send(inspect, spec).drops.size() == 1);
    spec.destination_port = 6082;
    CHECK(world.send(inspect, spec).to_host.size() == 1);
    // Health checks of the kernel's sockets come back with 6081 as source.
    spec.source_port = 6081;
    CHECK(world.send(inspect, spec).to_host.size() == 1);
}

TEST_CASE("each tenant reaches its own ports' addresses, and through the gateway the other's are just addresses") {
    World world;
    Spec spec;
    spec.destination = "192.0.2.1";
    CHECK(world.send(branch_north, spec).to_host.size() == 1);
    Setup setup;
    setup.change_config = [](config::Config& config) {
        config.ports[branch_north].addresses = {IpPrefix::parse("172.16.0.1/24").value()};
        config.ports[branch_south].addresses = {IpPrefix::parse("172.16.1.1/24").value()};
    };
    World apart(setup);
    CHECK(apart.send(branch_north, spec).only().port == inspect);
}
