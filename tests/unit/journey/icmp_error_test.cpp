// SPDX-License-Identifier: Apache-2.0
// The errors that the gateway sends: to whom, from whom, with what in them, and about what there are none.
#include "world.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::journey::test;
using namespace std::chrono_literals;

namespace {

Setup without_chain() {
    Setup setup;
    setup.hops = 0;
    return setup;
}

Spec expiring() {
    Spec spec;
    spec.ttl = 1;
    return spec;
}

Spec of_bytes(Spec spec, std::size_t ip_bytes) {
    spec.payload_bytes = 0;
    spec.payload_bytes = ip_bytes - ip_packet(spec).size();
    return spec;
}

/// What was sent in the packet's place; its drop is counted too.
Bytes error_of(const Outcome& outcome, DropReason reason) {
    CHECK(outcome.drops == std::vector<DropReason>{reason});
    REQUIRE(outcome.sent.size() == 1);
    const Bytes ip = ip_of(outcome.sent[0].frame);
    CHECK(is_sound_ip(ip));
    return ip;
}

void check_v4(const Bytes& error, unsigned type, unsigned code, const Bytes& about) {
    CHECK(error[9] == 1);
    CHECK(error[8] == 64);
    CHECK(error[1] == 0xc0);
    CHECK(error[20] == type);
    CHECK(error[21] == code);
    CHECK(plain_checksum(part(error, 20, error.size() - 20)) == 0);
    CHECK(source_of(error) == address("192.0.2.1"));
    CHECK(destination_of(error) == address("192.0.2.10"));
    CHECK(error.size() == std::min<std::size_t>(576, 28 + about.size()));
    // RFC 1812 4.3.2.3: as much of the packet as fits. The TTL, and with it the checksum, may have been lessened.
    CHECK(part(error, 28, 8) == part(about, 0, 8));
    CHECK(part(error, 28 + 12, error.size() - 40) == part(about, 12, error.size() - 40));
}

void check_v6(const Bytes& error, unsigned type, unsigned code, const Bytes& about) {
    CHECK(error[6] == 58);
    CHECK(error[40] == type);
    CHECK(error[41] == code);
    CHECK(has_sound_ipv6_checksum(error));
    CHECK(source_of(error) == address("2001:db8:1::1"));
    CHECK(destination_of(error) == address("2001:db8:1::10"));
    CHECK(error.size() == std::min<std::size_t>(1280, 48 + about.size()));
    CHECK(part(error, 48 + 8, error.size() - 56) == part(about, 8, error.size() - 56));
}

} // namespace

TEST_CASE("a packet whose TTL is used up is answered with time exceeded, before it becomes a flow") {
    for (const std::size_t size : {28U, 29U, 100U, 547U, 548U, 549U, 1500U}) {
        World world;
        const Spec spec = of_bytes(expiring(), size);
        const Outcome outcome = world.send(north, spec);
        check_v4(error_of(outcome, DropReason::TtlExpired), 11, 0, ip_packet(spec));
        CHECK(outcome.sent[0].port == north);
        CHECK(part(outcome.sent[0].frame, 0, 6) == part(World::frame_for(north, {}), 6, 6));
        CHECK(world.flows() == 0);
    }
}

TEST_CASE("the same for IPv6, with as much quoted as 1280 bytes hold") {
    for (const std::size_t size : {48U, 100U, 1231U, 1232U, 1233U, 1500U}) {
        World world;
        const Spec spec = of_bytes(over_ipv6(expiring()), size);
        check_v6(error_of(world.send(north, spec), DropReason::TtlExpired), 3, 0, ip_packet(spec));
    }
}

TEST_CASE("a TTL that an appliance used up is answered when the packet would leave") {
    World world;
    Bytes frame = returned(world.send(north, Spec{}).only().frame);
    Bytes inner = part(frame, geneve_at + 40, frame.size() - geneve_at - 40);
    inner[8] = 1;
    fix_ipv4_checksum(inner);
    std::copy(inner.begin(), inner.end(), frame.begin() + geneve_at + 40);
    check_v4(error_of(world.arrive(inspect, frame), DropReason::TtlExpired), 11, 0, inner);
}

TEST_CASE("without a route the sender hears of it, and of the host's being unreachable by IPv6's own code") {
    World world(without_chain());
    Spec spec;
    spec.destination = "8.8.8.8";
    check_v4(error_of(world.send(north, spec), DropReason::NoRoute), 3, 0, ip_packet(spec));
    Spec spec6 = over_ipv6(Spec{});
    spec6.destination = "2001:db8:ffff::1";
    check_v6(error_of(world.send(north, spec6), DropReason::NoRoute), 1, 0, ip_packet(spec6));
}

TEST_CASE("what does not fit the way out is answered with the MTU") {
    Setup setup = without_chain();
    setup.change_config = [](config::Config& config) { config.ports[south].mtu = 1400; };
    World world(setup);
    const Spec largest = of_bytes(Spec{}, 1400);
    CHECK(world.send(north, largest).only().port == south);
    const Spec larger = of_bytes(Spec{}, 1401);
    const Bytes error = error_of(world.send(north, larger), DropReason::TooBig);
    check_v4(error, 3, 4, ip_packet(larger));
    CHECK(get32(error, 24) == 1400);
    const Spec larger6 = of_bytes(over_ipv6(Spec{}), 1401);
    const Bytes error6 = error_of(world.send(north, larger6), DropReason::TooBig);
    check_v6(error6, 2, 0, ip_packet(larger6));
    CHECK(get32(error6, 44) == 1400);
}

TEST_CASE("what does not fit with its encapsulation is answered with the MTU less the encapsulation") {
    for (const Family outer : {Family::ipv4, Family::ipv6}) {
        Setup setup;
        setup.outer = outer;
        setup.change_config = [](config::Config& config) { config.ports[inspect].mtu = 1500; };
        World world(setup);
        const unsigned room = outer == Family::ipv4 ? 1432 : 1412;
        CHECK(ip_of(world.send(north, of_bytes(Spec{}, room)).only().frame).size() == 1500);
        const Spec larger = of_bytes(Spec{}, room + 1);
        const Bytes error = error_of(world.send(north, larger), DropReason::TooBig);
        check_v4(error, 3, 4, ip_packet(larger));
        CHECK(get32(error, 24) == room);
    }
}

TEST_CASE("where the gateway fragments nothing, a packet that may be is too big without an answer") {
    Setup setup;
    setup.change_config = [](config::Config& config) { config.gateway.fragment_ipv4 = false; };
    World world(setup);
    Spec spec = of_bytes(Spec{}, 1580);
    spec.dont_fragment = false;
    CHECK(world.send(north, spec).is_dropped(DropReason::TooBig));
}

TEST_CASE("there is no error about an ICMP error, but about an echo there is") {
    World world;
    Spec spec = expiring();
    spec.protocol = 1;
    for (unsigned type = 0; type < 256; ++type) {
        INFO("ICMP type " << type);
        spec.transport = Bytes(40);
        spec.transport[0] = static_cast<std::uint8_t>(type);
        const bool is_query = type == 0 || type == 8 || type == 13 || type == 14;
        CHECK(world.send(north, spec).sent.size() == (is_query ? 1 : 0));
        world.pass(1s);
    }
    Spec spec6 = over_ipv6(expiring());
    spec6.protocol = 58;
    for (unsigned type = 0; type < 256; ++type) {
        INFO("ICMPv6 type " << type);
        spec6.transport = Bytes(40);
        spec6.transport[0] = static_cast<std::uint8_t>(type);
        CHECK(world.send(north, spec6).sent.size() == (type >= 128 ? 1 : 0));
        world.pass(1s);
    }
}

TEST_CASE("an ICMP packet too short for a type gets no error") {
    World world;
    Bytes ip = part(ip_packet(expiring()), 0, 20);
    ip[9] = 1;
    put16(ip, 2, 20);
    fix_ipv4_checksum(ip);
    CHECK(world.arrive(north, World::frame_for(north, ip)).is_dropped(DropReason::TtlExpired));
}

TEST_CASE("errors keep to their rate: a burst of 200, then one a millisecond") {
    World world;
    unsigned sent = 0;
    for (int i = 0; i < 300; ++i)
        sent += static_cast<unsigned>(world.send(north, expiring()).sent.size());
    CHECK(sent == 200);
    CHECK(world.worker().counters().icmp_errors_sent.read() == 200);
    CHECK(world.worker().counters().icmp_errors_limited.read() == 100);
    CHECK(world.drops(DropReason::TtlExpired) == 300);
    world.pass(999us);
    CHECK(world.send(north, expiring()).sent.empty());
    world.pass(1us);
    CHECK(world.send(north, expiring()).sent.size() == 1);
    CHECK(world.send(north, expiring()).sent.empty());
    world.pass(1h);
    sent = 0;
    for (int i = 0; i < 300; ++i)
        sent += static_cast<unsigned>(world.send(north, expiring()).sent.size());
    CHECK(sent == 200);
}

TEST_CASE("a sender to whom there is no way, or on a port without an address of the family, gets no error") {
    World world;
    Spec spec = expiring();
    spec.source = "10.9.9.9";
    CHECK(world.send(north, spec).is_dropped(DropReason::TtlExpired));
    Setup setup;
    setup.change_config = [](config::Config& config) { config.ports[north].addresses.pop_back(); };
    World ipv4_only(setup);
    CHECK(ipv4_only.send(north, over_ipv6(expiring())).is_dropped(DropReason::TtlExpired));
}

TEST_CASE("without room in front for its headers there is no error, and no harm") {
    for (std::size_t headroom = 0; headroom < 60; ++headroom) {
        World world;
        const Outcome outcome = world.burst(north, {World::frame_for(north, ip_packet(expiring()))}, 0, headroom);
        CHECK(outcome.drops == std::vector<DropReason>{DropReason::TtlExpired});
    }
}

TEST_CASE("each tenant's errors come from its own address and go out of its own port") {
    World world;
    const Outcome outcome = world.send(branch_north, expiring());
    REQUIRE(outcome.sent.size() == 1);
    CHECK(outcome.sent[0].port == branch_north);
}
