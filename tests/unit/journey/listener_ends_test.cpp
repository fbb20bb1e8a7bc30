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

/// Another configuration in the place of the world's own.
void reload(World& world, const Setup& before, const Setup& after) {
    const config::Config config = configuration(after);
    const balance::TargetSlots slots =
        balance::next_target_slots(balance::first_target_slots(configuration(before)), config, {});
    world.change_roster([&](chain::Roster& roster) {
        const std::uint64_t version = roster.version;
        roster = balance::build_roster(config, chain::first_slots(config), slots);
        roster.version = version;
    });
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

TEST_CASE("a client that is itself a target of others, by workers") {
    Setup setup = balanced(0, [](config::Config& config) {
        config::TargetGroup other = target_group("front", "192.0.2.");
        config.target_groups.push_back(other);
        config.listeners.push_back(listener("front", "192.0.2.81", "front"));
    });
    setup.workers = 4;
    World world(setup);
    Random random(7);
    for (std::uint16_t port = 40000; port < 40040; ++port) {
        Spec spec = to_listener(6, true, port);
        spec.source = "192.0.2.11";
        const Passage there = pass_shuffled(world, north, {with_checksum(ip_packet(spec))}, 4, random);
        REQUIRE(there.left.size() == 1);
        const Outcome back = world.arrive(south, World::frame_for(south, reply_to(there.left[0])), random() % 4);
        CHECK(back.drops.empty());
    }
    CHECK(world.flows() == 40);
}

TEST_CASE("flows of a listener that a reload took out live on") {
    for (const unsigned workers : {1U, 4U}) {
        for (const char* at : {vip_v4, "192.0.2.1"}) {
            Setup before = balanced(0, [&](config::Config& config) { config.listeners[0].address = address(at); });
            before.workers = workers;
            const Setup after = balanced(0, [](config::Config& config) {
                config.listeners.clear();
                config.target_groups.clear();
            });
            World world(before);
            std::vector<Bytes> sent;
            for (std::uint16_t port = 40000; port < 40020; ++port) {
                Spec spec = to_listener(17, true, port);
                spec.destination = at;
                sent.push_back(with_checksum(ip_packet(spec)));
                REQUIRE(through(world, north, sent.back()).only().port == south);
            }
            reload(world, before, after);
            unsigned passed = 0;
            for (const Bytes& ip : sent) {
                const Outcome outcome = world.arrive(north, World::frame_for(north, ip));
                passed += outcome.sent.size() == 1 && outcome.sent[0].port == south &&
                          sides_of(ip_of(outcome.sent[0].frame)).destination_port == 8080;
            }
            CAPTURE(workers, at);
            CHECK(passed == sent.size());
        }
    }
}

TEST_CASE("the kernel hears its IPv6 neighbours at addresses of the gateway where there are listeners") {
    World world(balanced(1));
    for (const char* to : {"2001:db8:1::1", vip_v6}) {
        Spec solicitation;
        solicitation.source = "fe80::1";
        solicitation.destination = to;
        solicitation.protocol = 58;
        solicitation.ttl = 255;
        solicitation.transport = {135, 0, 0, 0, 0, 0, 0, 0};
        const std::array<std::uint8_t, 16> asked = address(to).bytes();
        append(solicitation.transport, Bytes(asked.begin(), asked.end()));
        CHECK(world.send(north, solicitation).to_host.size() == 1);
    }
}

TEST_CASE("nobody but the target answers in a listener's name") {
    World world(balanced(0));
    static_cast<void>(through(world, north, from_client(0x02)));
    Spec forged = answered(to_listener(6));
    forged.tcp_flags = 0x14;
    for (const PortIndex port : {north, south})
        CHECK(world.send(port, forged).sent.empty());
    forged.destination_port = 41000; // and no flow begins there
    forged.tcp_flags = 0x02;
    CHECK(world.send(south, forged).sent.empty());
    CHECK(world.flows() == 1);
}

TEST_CASE("a target's late segment in the burst in which its client opens the flow anew is not of the new flow") {
    World world(balanced(
        0, [](config::Config& config) { config.target_groups[0].algorithm = config::Algorithm::round_robin; }));
    const Bytes there = ip_of(through(world, north, from_client(0x02)).only().frame);
    static_cast<void>(through(world, south, reply_to(there, 0x14))); // refused
    const Outcome outcome = world.burst(
        north, {World::frame_for(north, reply_to(there, 0x14)), World::frame_for(north, from_client(0x02))});
    for (const Outcome::Sent& sent : outcome.sent)
        CHECK(transport_sum(ip_of(sent.frame)) == 0);
    CHECK(world.worker().counters().listeners.at(0).half_open.read() == 1);
}

TEST_CASE("no port in the place of a client's is a listener's own") {
    Setup setup = balanced(0, [](config::Config& config) {
        config.target_groups[0].preserve_client_ip = false;
        for (std::uint16_t port = 1024; port < 1224; ++port) {
            config::Listener more = listener("more-" + std::to_string(port), "203.0.113.1", "web");
            more.port = port;
            config.listeners.push_back(more);
        }
    });
    setup.settings.flow_capacity = 16'384;
    World world(setup);
    for (unsigned port = 40000; port < 48000; ++port) {
        const Bytes sent = with_checksum(ip_packet(to_listener(6, true, static_cast<std::uint16_t>(port))));
        REQUIRE(sides_of(ip_of(through(world, north, sent).only().frame)).source_port >= 1224);
    }
}

TEST_CASE("whatever becomes of a listener's flows, the books balance in the end") {
    for (const bool preserve : {true, false}) {
        World world(balanced(0, [&](config::Config& config) {
            config.target_groups[0].algorithm = config::Algorithm::weighted_random;
            config.target_groups[0].preserve_client_ip = preserve;
            config.target_groups[0].source_addresses = {};
            config.listeners[0].half_open_limit = 20;
            config.listeners.push_back(listener("more", "192.0.2.81", "web"));
        }));
        Random random(11);
        std::vector<Bytes> seen; // what targets were sent
        const std::array<std::uint8_t, 7> flags = {0x02, 0x02, 0x10, 0x11, 0x04, 0x12, 0x18};
        for (unsigned step = 0; step < 20'000; ++step) {
            std::vector<Bytes> frames;
            for (unsigned i = random() % 8; i > 0; --i) {
                if (random() % 3 == 0 && !seen.empty()) {
                    const Bytes& about = seen[random() % seen.size()];
                    frames.push_back(World::frame_for(north, reply_to(about, flags[random() % flags.size()])));
                    continue;
                }
                const auto port = static_cast<std::uint16_t>(40000 + random() % 60);
                Spec spec = to_listener(random() % 4 == 0 ? 17 : 6, true, port);
                if (random() % 2 == 0) spec.destination = "192.0.2.81";
                spec.tcp_flags = flags[random() % flags.size()];
                frames.push_back(World::frame_for(north, with_checksum(ip_packet(spec))));
            }
            for (const Outcome::Sent& sent : world.burst(north, frames).sent) {
                const Bytes ip = ip_of(sent.frame);
                if (sent.port != south) continue;
                REQUIRE(transport_sum(ip) == 0);
                if (seen.size() < 200) seen.push_back(ip);
                seen[random() % seen.size()] = ip;
            }
            if (random() % 16 == 0) world.pass(std::chrono::seconds(random() % 70));
            if (random() % 400 == 0) world.pass(std::chrono::seconds(400));
            if (random() % 50 == 0) {
                const bool dead = random() % 2 == 0;
                world.stand_target(random() % 3, [&](balance::TargetPlace& place) {
                    place.standing.health = dead ? chain::Health::unhealthy : chain::Health::healthy;
                    place.unhealthy_flows_end = dead;
                });
            }
            if (random() % 4 == 0) static_cast<void>(world.tend());
        }
        for (unsigned i = 0; i < 20; ++i) {
            world.pass(400s);
            static_cast<void>(world.tend());
        }
        CHECK(world.flows() == 0);
        const WorkerCounters& counters = world.worker().counters();
        for (unsigned i = 0; i < 3; ++i) {
            CHECK(counters.listeners[i].half_open.read() == 0);
            CHECK(counters.listeners[i].flows_created.read() == counters.listeners[i].flows_ended.read());
            CHECK(counters.targets[i].flows_created.read() == counters.targets[i].flows_ended.read());
        }
        CHECK(counters.listeners[0].flows_created.read() > 1000);
        // Neither does the index hold anything any more.
        unsigned begun = 0;
        for (unsigned port = 1; port <= 1024; ++port) {
            Spec spec = to_listener(17, true, static_cast<std::uint16_t>(port));
            begun += world.send(north, spec).drops.empty();
        }
        CHECK(begun == 1024);
    }
}
