// SPDX-License-Identifier: Apache-2.0
// The edges of a listener's flows: how handshakes end, what a reload leaves, and packets that are not what they seem.
#include "balanced.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::journey::test;
using namespace std::chrono_literals;

namespace {

const ListenerCounters& counts(World& world, unsigned listener = 0) {
    return world.worker().counters().listeners.at(listener);
}

Bytes from_client(std::uint8_t tcp_flags, std::uint16_t port = 40000) {
    Spec spec = to_listener(6, true, port);
    spec.tcp_flags = tcp_flags;
    return with_checksum(ip_packet(spec));
}

} // namespace

TEST_CASE("a handshake that a reset ends is nobody's half-open connection any more") {
    SECTION("its target is not to have it") {
        World world(balanced(0, [](config::Config& config) { config.listeners[0].half_open_limit = 2; }));
        const Bytes syn = from_client(0x02);
        const Bytes there = ip_of(through(world, north, syn).only().frame);
        CHECK(counts(world).half_open.read() == 1);
        world.stand_target(destination_of(there).bytes()[15] - 11U, [](balance::TargetPlace& place) {
            place.standing.health = chain::Health::unhealthy;
            place.unhealthy_flows_end = true;
        });
        static_cast<void>(world.arrive(north, World::frame_for(north, syn)));
        CHECK(counts(world).half_open.read() == 0);
    }
    SECTION("its appliance has failed") {
        World world(balanced(1, [](config::Config& config) { config.listeners[0].half_open_limit = 2; }));
        const Bytes syn = from_client(0x02);
        static_cast<void>(world.arrive(north, World::frame_for(north, syn)));
        CHECK(counts(world).half_open.read() == 1);
        world.change_roster([](chain::Roster& roster) {
            for (chain::Appliance& appliance : roster.appliances)
                appliance.flows_meet = chain::Meets::reset;
        });
        static_cast<void>(world.arrive(north, World::frame_for(north, syn)));
        CHECK(counts(world).half_open.read() == 0);
    }
}
