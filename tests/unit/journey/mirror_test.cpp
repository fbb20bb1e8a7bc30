// SPDX-License-Identifier: Apache-2.0
// Mirror groups: copies for sensors, and nothing that they do or leave undone holds a packet up.
#include "world.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::journey::test;

namespace {

/// Of `hops` groups the named ones are mirrors.
Setup mirrors(unsigned hops, std::vector<unsigned> which, std::uint16_t percent = 100) {
    Setup setup;
    setup.hops = hops;
    setup.change_config = [which, percent](config::Config& config) {
        for (const unsigned group : which) {
            config.appliance_groups[group].mode = config::GroupMode::mirror;
            config.appliance_groups[group].sample_percent = percent;
        }
    };
    return setup;
}

/// What left by each kind of port.
struct Split {
    std::vector<Bytes> to_appliances;
    std::vector<Outcome::Sent> to_tenants;
};
Split split(const Outcome& outcome) {
    Split split;
    for (const Outcome::Sent& sent : outcome.sent) {
        if (sent.port == inspect) {
            split.to_appliances.push_back(sent.frame);
        } else {
            split.to_tenants.push_back(sent);
        }
    }
    return split;
}

} // namespace

TEST_CASE("in 1, out 2: the packet goes on at once, and the mirror gets a copy of it, in both directions") {
    World world(mirrors(1, {0}));
    const auto both = [&](PortIndex from, PortIndex to, const Spec& spec) {
        const Split out = split(world.send(from, spec));
        REQUIRE(out.to_appliances.size() == 1);
        REQUIRE(out.to_tenants.size() == 1);
        CHECK(out.to_tenants[0].port == to);
        const Tunnel tunnel = tunnel_of(out.to_appliances[0]);
        CHECK(tunnel.inner == ip_packet(spec)); // as it came, TTL included
        return tunnel;
    };
    const Tunnel there = both(north, south, Spec{});
    const Tunnel back = both(south, north, answered(Spec{}));
    CHECK(there.destination == back.destination);
    CHECK(there.cookie() == back.cookie());
    CHECK(world.worker().counters().appliances[world.member(there.destination)].copies_sent.read() == 2);
}

TEST_CASE("a mirror between two firewalls copies what the first gave back, and the second gets the packet at once") {
    World world(mirrors(3, {1}));
    const Bytes first = world.send(north, Spec{}).only().frame;
    const Split then = split(world.give_back(first));
    REQUIRE(then.to_appliances.size() == 2);
    CHECK(then.to_tenants.empty());
    std::vector<unsigned> groups;
    for (const Bytes& frame : then.to_appliances)
        groups.push_back(tunnel_of(frame).destination.bytes()[15] / 10U - 1);
    CHECK(groups == std::vector<unsigned>{2, 1}); // the copy follows the packet
    CHECK(world.give_back(then.to_appliances[0]).only().port == south);
}

TEST_CASE("a mirror that gives something back is not listened to") {
    World world(mirrors(1, {0}));
    const Split out = split(world.send(north, Spec{}));
    CHECK(world.give_back(out.to_appliances.at(0)).is_dropped(DropReason::MirrorReturned));
}

TEST_CASE("mirrors that failed, left or have no buffer for their copy cost the flow nothing") {
    World world(mirrors(1, {0}));
    CHECK(world.send(north, Spec{}).sent.size() == 2);
    world.no_buffers = true;
    CHECK(world.send(north, Spec{}).only().port == south);
    CHECK(world.worker().counters().copies_lost.read() == 1);
    world.no_buffers = false;
    for (const unsigned member : {0U, 1U})
        world.stand(0, member, {.registration = chain::Registration::deregistered});
    Spec other;
    other.source_port = 7;
    CHECK(world.send(north, other).only().port == south);
    CHECK(world.worker().counters().groups[0].flows_bypassed.read() == 0);
}

TEST_CASE("a mirror is shown the sampled share of flows, and of those every packet") {
    World world(mirrors(1, {0}, 25));
    unsigned seen = 0;
    for (std::uint16_t port = 1; port <= 400; ++port) {
        Spec spec;
        spec.source_port = port;
        const std::size_t copies = world.send(north, spec).sent.size();
        CHECK(world.send(south, answered(spec)).sent.size() == copies);
        seen += copies == 2 ? 1 : 0;
    }
    CHECK(seen > 60);
    CHECK(seen < 140);
}

TEST_CASE("a copy that is too big for the mirror's way is lost, the packet is not") {
    Setup setup = mirrors(1, {0});
    World world(setup);
    Spec spec;
    spec.payload_bytes = 1500 - 28;
    CHECK(world.send(north, spec).sent.size() == 2);
    setup.change_config = [change = setup.change_config](config::Config& config) {
        change(config);
        config.ports[inspect].mtu = 1500;
    };
    World narrow(setup);
    CHECK(narrow.send(north, spec).only().port == south);
    CHECK(narrow.worker().counters().copies_lost.read() == 1);
}

TEST_CASE("a burst of 64 packets through seven mirrors leaves as 64 packets and 448 copies") {
    World world(mirrors(7, {0, 1, 2, 3, 4, 5, 6}));
    std::vector<Bytes> frames;
    for (std::uint16_t port = 1; port <= 64; ++port) {
        Spec spec;
        spec.source_port = port;
        frames.push_back(World::frame_for(north, ip_packet(spec)));
    }
    const Split out = split(world.burst(north, frames));
    CHECK(out.to_tenants.size() == 64);
    CHECK(out.to_appliances.size() == 448);
}
