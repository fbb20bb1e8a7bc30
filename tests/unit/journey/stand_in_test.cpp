// SPDX-License-Identifier: Apache-2.0
// A server's packets, as they stand in a trace from in front of the listener, become what the flow's target would have
// sent: byte for byte what the gateway takes back to the packet that it was.
#include "balanced.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::journey::test;
using namespace std::chrono_literals;

namespace {

struct Begun {
    Bytes from_client;
    Bytes to_target;
};

Begun begin(World& world, std::uint8_t protocol, bool v4, std::size_t payload_bytes = 0) {
    Spec spec = to_listener(protocol, v4);
    spec.payload_bytes = payload_bytes;
    Begun begun;
    begun.from_client = with_checksum(ip_packet(spec));
    begun.to_target = ip_of(through(world, north, begun.from_client).only().frame);
    return begun;
}

Bytes stood_in(World& world, const Bytes& ip) {
    return ip_of(world.stand_in(south, World::frame_for(south, ip)));
}

} // namespace

TEST_CASE("a server's answer becomes its target's, whose own answer reaches the client as the server's") {
    for (const bool keeps_client : {true, false}) {
        World world(balanced(1, [&](config::Config& config) {
            for (config::TargetGroup& group : config.target_groups)
                group.preserve_client_ip = keeps_client;
        }));
        for (const bool v4 : {true, false}) {
            for (const std::uint8_t protocol : {std::uint8_t{6}, std::uint8_t{17}}) {
                const Begun begun = begin(world, protocol, v4);
                const Bytes answer = reply_to(begun.from_client);
                const Bytes targets = stood_in(world, answer);
                CHECK(sides_of(targets) == sides_of(reply_to(begun.to_target)));
                CHECK(is_sound_ip(targets));
                CHECK(transport_sum(targets) == 0);
                CHECK(sides_of(ip_of(through(world, south, targets).only().frame)) == sides_of(answer));
            }
        }
    }
}

TEST_CASE("fragments of a server's answer become the target's, with a chain and without") {
    for (const unsigned hops : {0U, 1U}) {
        for (const bool v4 : {true, false}) {
            World world(balanced(hops));
            const Begun begun = begin(world, 17, v4);
            Bytes answer = reply_to(begun.from_client);
            answer.resize(answer.size() + 2000);
            put16(answer, v4 ? 2 : 4, static_cast<unsigned>(answer.size() - (v4 ? 0 : 40)));
            put16(answer, (v4 ? 20 : 40) + 4, static_cast<unsigned>(answer.size() - (v4 ? 20 : 40)));
            for (const Bytes& part : fragments_of(with_checksum(answer), 1000, 0x77)) {
                const Bytes targets = stood_in(world, part);
                CHECK(source_of(targets) == destination_of(begun.to_target));
                CHECK(is_sound_ip(targets));
                const Bytes back = ip_of(through(world, south, targets).only().frame);
                CHECK(source_of(back) == source_of(answer));
            }
        }
    }
}

TEST_CASE("what is of no listener's flow, or not from its answering side, stays as it is") {
    World world(balanced(1, [](config::Config& config) { config.gateway.timeouts.udp = 120s; }));
    const Begun begun = begin(world, 17, true);
    for (const Bytes& ip : {begun.from_client, reply_to(begun.to_target), part(reply_to(begun.from_client), 0, 20)})
        CHECK(world.stand_in(south, World::frame_for(south, ip)) == World::frame_for(south, ip));
    const Bytes answer = reply_to(begun.from_client);
    world.pass(200s); // its flow is over
    CHECK(stood_in(world, answer) == answer);
    CHECK(world.stand_in(south, {1, 2, 3}) == Bytes{1, 2, 3});
}

TEST_CASE("targets that answer with the listener's address need no stand-in") {
    World world(balanced(1, [](config::Config& config) { config.target_groups[0].direct_server_return = true; }));
    const Begun begun = begin(world, 6, true);
    const Bytes answer = reply_to(begun.from_client);
    CHECK(stood_in(world, answer) == answer);
}
