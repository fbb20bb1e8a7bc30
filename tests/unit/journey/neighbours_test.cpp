// SPDX-License-Identifier: Apache-2.0
// Packets whose next station is not known yet: held, sent on, given up, and no more of them than there is room for.
#include "world.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::journey::test;
using namespace std::chrono_literals;

namespace {

Setup without_chain(std::uint32_t pending_capacity = 256) {
    Setup setup;
    setup.hops = 0;
    setup.settings.pending_capacity = pending_capacity;
    return setup;
}

Spec to_unknown(unsigned host = 77) {
    Spec spec;
    spec.destination = "203.0.113." + std::to_string(host);
    return spec;
}

using Asked = std::vector<std::pair<PortIndex, IpAddress>>;

} // namespace

TEST_CASE("a packet for an unknown station waits, the kernel is asked once, and it goes when the station is known") {
    World world(without_chain());
    const Outcome first = world.send(north, to_unknown());
    CHECK(first.sent.empty());
    CHECK(first.drops.empty());
    CHECK(first.asked == Asked{{south, address("203.0.113.77")}});
    CHECK(world.send(north, to_unknown()).asked.empty());
    CHECK(world.pending() == 2);
    CHECK(world.tend().sent.empty());

    world.learn(south, address("203.0.113.77"));
    const Outcome resolved = world.tend();
    REQUIRE(resolved.sent.size() == 2);
    CHECK(resolved.sent[0].port == south);
    CHECK(part(resolved.sent[0].frame, 0, 14) == part(frame(station_mac(south), own_mac(south), {}), 0, 14));
    CHECK(is_sound_ip(ip_of(resolved.sent[0].frame)));
    CHECK(world.pending() == 0);
    CHECK(world.send(north, to_unknown()).only().port == south);
}

TEST_CASE("the kernel is asked again every second, and after three the sender is told") {
    World world(without_chain());
    world.send(north, to_unknown());
    world.pass(999ms);
    CHECK(world.tend().asked.empty());
    world.pass(1ms);
    CHECK(world.tend().asked.size() == 1);
    CHECK(world.tend().asked.empty());
    world.pass(1s);
    CHECK(world.tend().asked.size() == 1);
    world.pass(999ms);
    CHECK(world.tend().drops.empty());
    world.pass(1ms);
    const Outcome given_up = world.tend();
    CHECK(given_up.drops == std::vector<DropReason>{DropReason::NeighbourUnresolved});
    REQUIRE(given_up.sent.size() == 1);
    const Bytes error = ip_of(given_up.sent[0].frame);
    CHECK(given_up.sent[0].port == north);
    CHECK(error[20] == 3);
    CHECK(error[21] == 1);
    CHECK(plain_checksum(part(error, 20, error.size() - 20)) == 0);
    CHECK(world.pending() == 0);
}

TEST_CASE("for IPv6 the sender hears that the address is unreachable") {
    World world(without_chain());
    Spec spec = over_ipv6(Spec{});
    spec.destination = "2001:db8:2::77";
    CHECK(world.send(north, spec).asked == Asked{{south, address("2001:db8:2::77")}});
    world.pass(3s);
    const Outcome given_up = world.tend();
    REQUIRE(given_up.sent.size() == 1);
    const Bytes error = ip_of(given_up.sent[0].frame);
    CHECK(error[40] == 1);
    CHECK(error[41] == 3);
    CHECK(has_sound_ipv6_checksum(error));
}

TEST_CASE("an error whose own next station is unknown waits too, and is then given up without another") {
    World world(without_chain());
    Spec spec = to_unknown();
    spec.source = "192.0.2.88";
    world.send(north, spec);
    world.pass(3s);
    const Outcome first = world.tend();
    CHECK(first.sent.empty());
    CHECK(first.asked == Asked{{north, address("192.0.2.88")}});
    CHECK(world.pending() == 1);
    world.pass(3s);
    CHECK(world.tend().is_dropped(DropReason::NeighbourUnresolved));
    CHECK(world.pending() == 0);
}

TEST_CASE("when the queue is full the next packet is dropped under its reason") {
    World world(without_chain(5));
    for (unsigned i = 0; i < 5; ++i)
        CHECK(world.send(north, to_unknown(70 + i)).drops.empty());
    CHECK(world.send(north, to_unknown(75)).is_dropped(DropReason::NeighbourQueueFull));
    CHECK(world.pending() == 5);
    world.learn(south, address("203.0.113.72"));
    CHECK(world.tend().sent.size() == 1);
    CHECK(world.send(north, to_unknown(75)).drops.empty());
}

TEST_CASE("a station that does not answer takes no more than half of the queue") {
    World world(without_chain(6));
    for (int i = 0; i < 3; ++i)
        CHECK(world.send(north, to_unknown(70)).drops.empty());
    CHECK(world.send(north, to_unknown(70)).is_dropped(DropReason::NeighbourQueueFull));
    CHECK(world.send(north, to_unknown(71)).drops.empty());
}

TEST_CASE("more than a burst that waits goes on over several rounds, in order") {
    World world(without_chain());
    for (std::uint16_t i = 0; i < 100; ++i) {
        Spec spec = to_unknown();
        spec.payload_bytes = i;
        world.send(north, spec);
    }
    world.learn(south, address("203.0.113.77"));
    std::vector<std::size_t> sizes;
    for (int round = 0; round < 3; ++round) {
        for (const Outcome::Sent& sent : world.tend().sent)
            sizes.push_back(sent.frame.size());
    }
    REQUIRE(sizes.size() == 100);
    CHECK(std::is_sorted(sizes.begin(), sizes.end()));
}

TEST_CASE("a full queue that is given up at once leaves nothing behind, whatever the errors meet") {
    Setup setup = without_chain(200);
    World world(setup);
    for (unsigned i = 0; i < 200; ++i) {
        Spec spec = to_unknown(20 + i);
        spec.source = "192.0.2." + std::to_string(20 + i);
        world.send(north, spec);
    }
    for (int round = 0; round < 30; ++round) {
        world.pass(1s);
        world.tend();
    }
    CHECK(world.pending() == 0);
    CHECK(world.flows() == 200);
}

TEST_CASE("an appliance whose station is not known is asked for by its own address, or its gateway's") {
    Setup setup;
    setup.change_forwarding = [](forward::Inputs& inputs) {
        std::erase_if(inputs.neighbours, [](const forward::Neighbour& one) { return one.port == inspect; });
    };
    World near(setup);
    const Outcome waiting = near.send(north, Spec{});
    REQUIRE(waiting.asked.size() == 1);
    CHECK(waiting.asked[0].first == inspect);
    near.pass(3s);
    // Nobody's fault but ours: the tunnel's sender is ourselves.
    CHECK(near.tend().is_dropped(DropReason::NeighbourUnresolved));

    setup.change_forwarding = [](forward::Inputs& inputs) {
        std::erase_if(inputs.neighbours, [](const forward::Neighbour& one) { return one.port == inspect; });
        std::erase_if(inputs.routes, [](const forward::Route& one) { return one.domain == 2; });
        inputs.routes.push_back({2, IpPrefix::parse("0.0.0.0/0").value(), inspect, address("198.51.100.254")});
    };
    World far(setup);
    CHECK(far.send(north, Spec{}).asked == Asked{{inspect, address("198.51.100.254")}});
}

TEST_CASE("packets that still wait when the worker ends are counted and released") {
    World world(without_chain());
    world.send(north, to_unknown());
    CHECK(world.give_up().is_dropped(DropReason::NeighbourUnresolved));
    CHECK(world.pending() == 0);
}
