// SPDX-License-Identifier: Apache-2.0
// Fragments follow their first one: through every hop, in any order, whichever worker receives them.
#include "pieces.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::journey::test;
using namespace std::chrono_literals;

namespace {

Setup with_hops(unsigned hops, unsigned workers = 1) {
    Setup setup;
    setup.hops = hops;
    setup.workers = workers;
    return setup;
}

Spec numbered(Spec spec, unsigned number, std::size_t payload_bytes) {
    spec.source_port = static_cast<std::uint16_t>(1024 + number);
    spec.payload_bytes = payload_bytes;
    spec.dont_fragment = false;
    return spec;
}

std::vector<Spec> kinds_of_packets() {
    Spec echo;
    echo.protocol = 1;
    Spec echo6 = over_ipv6(Spec{});
    echo6.protocol = 58;
    return {Spec{}, tcp(0x02), echo, over_ipv6(Spec{}), over_ipv6(tcp(0x02)), echo6};
}

} // namespace

TEST_CASE("fragments in any order, given back in any order, visit the appliances of their flow's whole packets") {
    for (const unsigned workers : {1U, 2U, 4U}) {
        Random random(workers);
        unsigned number = 0;
        World world(with_hops(2, workers));
        for (unsigned round = 0; round < 25; ++round) {
            for (const Spec& kind : kinds_of_packets()) {
                const std::size_t piece = 8 * (3 + random() % 40);
                const Spec spec = numbered(kind, number, 100 + random() % (piece * 50));
                const Bytes whole = ip_packet(spec);
                INFO(workers << " workers, packet " << number << " of protocol " << unsigned{spec.protocol});
                std::vector<Bytes> fragments = fragments_of(whole, piece, ++number);
                std::shuffle(fragments.begin(), fragments.end(), random);
                const Passage passage = pass_shuffled(world, north, fragments, workers, random);
                REQUIRE(passage.dropped == 0);
                REQUIRE(put_together(passage.left) == payload_of(whole));
                Spec small = spec;
                small.payload_bytes = 4;
                const Way way = [&] {
                    Way walked;
                    for (walked.last = world.send(north, small, number % workers).only();
                         walked.last.port == inspect;) {
                        walked.appliances.push_back(tunnel_of(walked.last.frame).destination);
                        walked.last = world.give_back(walked.last.frame).only();
                    }
                    return walked;
                }();
                for (const std::vector<IpAddress>& visited : passage.appliances)
                    REQUIRE(visited == way.appliances);
            }
        }
        REQUIRE(world.pending() == 0);
    }
}

TEST_CASE("fragments of the reply visit the same appliances in reverse") {
    Random random(7);
    World world(with_hops(3));
    for (const Spec& kind : {Spec{}, over_ipv6(Spec{})}) {
        const Way out = walk(world, north, kind);
        std::vector<Bytes> fragments =
            fragments_of(ip_packet(numbered(answered(kind), kind.destination_port - 1024, 999)), 400);
        Spec reply = answered(kind);
        reply.payload_bytes = 999;
        fragments = fragments_of(ip_packet(reply), 400);
        std::shuffle(fragments.begin(), fragments.end(), random);
        const Passage passage = pass_shuffled(world, south, fragments, 1, random);
        REQUIRE(passage.left.size() == 3);
        std::vector<IpAddress> reversed = out.appliances;
        std::reverse(reversed.begin(), reversed.end());
        for (std::size_t i = 0; i < 3; ++i) {
            CHECK(passage.ports[i] == north);
            CHECK(passage.appliances[i] == reversed);
        }
    }
}

TEST_CASE("what waited for its first fragment leaves behind it, in the order in which it came") {
    World world;
    const Bytes whole = ip_packet(numbered(Spec{}, 0, 200));
    const std::vector<Bytes> fragments = fragments_of(whole, 48);
    for (const std::size_t later : {3U, 1U, 4U, 2U}) {
        const Outcome outcome = world.arrive(north, World::frame_for(north, fragments[later]));
        CHECK(outcome.sent.empty());
        CHECK(outcome.drops.empty());
    }
    CHECK(world.pending() == 4);
    const Outcome all = world.arrive(north, World::frame_for(north, fragments[0]));
    REQUIRE(all.sent.size() == 5);
    std::size_t next = 0;
    for (const std::size_t expected : {0U, 3U, 1U, 4U, 2U})
        CHECK(tunnel_of(all.sent[next++].frame).inner == fragments[expected]);
    CHECK(world.pending() == 0);
}

TEST_CASE("policy and firewalls see the ports: fragments of a flow without a chain are routed on") {
    Setup setup;
    setup.change_config = [](config::Config& config) {
        config::PolicyRule rule;
        rule.match.destination_ports = {{53, 53}};
        config.policy.insert(config.policy.begin(), rule);
    };
    World world(setup);
    Random random(1);
    std::vector<Bytes> fragments = fragments_of(ip_packet(numbered(Spec{}, 0, 300)), 80);
    std::reverse(fragments.begin(), fragments.end());
    const Passage passage = pass_shuffled(world, north, fragments, 1, random);
    CHECK(passage.left.size() == fragments.size());
    for (const auto& visited : passage.appliances)
        CHECK(visited.empty());
}

TEST_CASE("an appliance may put the packet together, cut it elsewhere, or give it a new identification") {
    for (const Spec& kind : {Spec{}, over_ipv6(Spec{})}) {
        World world(with_hops(2));
        const Bytes whole = ip_packet(numbered(kind, 5, 400));
        std::vector<Bytes> sent;
        Bytes frame;
        for (const Bytes& fragment : fragments_of(whole, 80, 9)) {
            frame = world.arrive(north, World::frame_for(north, fragment)).only().frame;
        }
        const auto answer_with = [&](const Bytes& inner) {
            Bytes answer = part(frame, 0, frame.size() - tunnel_of(frame).inner.size());
            append(answer, inner);
            put16(answer, 16, static_cast<unsigned>(answer.size() - 14));
            put16(answer, 14 + 20 + 4, static_cast<unsigned>(answer.size() - 34));
            Bytes outer = part(answer, 14, 20);
            fix_ipv4_checksum(outer);
            std::copy(outer.begin(), outer.end(), answer.begin() + 14);
            return world.give_back(answer);
        };
        CHECK(answer_with(whole).only().port == inspect);
        std::vector<Bytes> others = fragments_of(whole, 128, 9);
        std::reverse(others.begin(), others.end());
        for (const Bytes& fragment : others)
            CHECK(answer_with(fragment).only().port == inspect);
        for (const Bytes& fragment : fragments_of(whole, 128, 77))
            CHECK(answer_with(fragment).only().port == inspect);
        CHECK(answer_with(fragments_of(whole, 128, 78)[1]).is_dropped(DropReason::FragmentOrphaned));
    }
}

TEST_CASE("tenants, directions, protocols and identifications keep their fragments apart") {
    World world;
    const Bytes whole = ip_packet(numbered(Spec{}, 0, 200));
    const Bytes first = fragment_of(whole, 0, 64, true, 5);
    const Bytes last = fragment_of(whole, 64, 64, false, 5);
    CHECK(world.arrive(north, World::frame_for(north, first)).only().port == inspect);
    CHECK(world.arrive(branch_north, World::frame_for(branch_north, last)).sent.empty());
    CHECK(world.arrive(north, World::frame_for(north, fragment_of(whole, 64, 64, false, 6))).sent.empty());
    Bytes other = last;
    other[9] = 6;
    fix_ipv4_checksum(other);
    CHECK(world.arrive(north, World::frame_for(north, other)).sent.empty());
    CHECK(world.pending() == 3);
    CHECK(world.arrive(north, World::frame_for(north, last)).only().port == inspect);
    // RFC 8200 4.5: over IPv6 what stands behind the fragment header tells nothing apart.
    const Bytes whole6 = ip_packet(over_ipv6(numbered(Spec{}, 0, 200)));
    CHECK(world.arrive(north, World::frame_for(north, fragment_of(whole6, 0, 64, true, 5))).only().port == inspect);
    Bytes last6 = fragment_of(whole6, 64, 64, false, 5);
    last6[40] = 60;
    CHECK(world.arrive(north, World::frame_for(north, last6)).only().port == inspect);
}

TEST_CASE("an identification that is used again a second after all has come begins a new packet") {
    World world;
    const std::vector<Bytes> before = fragments_of(ip_packet(numbered(Spec{}, 0, 100)), 64, 5);
    const std::vector<Bytes> after = fragments_of(ip_packet(numbered(Spec{}, 1, 100)), 64, 5);
    for (const Bytes& fragment : before)
        CHECK(world.arrive(north, World::frame_for(north, fragment)).only().port == inspect);
    CHECK(world.arrive(north, World::frame_for(north, after[0])).is_dropped(DropReason::FragmentDuplicate));
    world.pass(1001ms);
    CHECK(world.arrive(north, World::frame_for(north, after[1])).sent.empty());
    const Outcome both = world.arrive(north, World::frame_for(north, after[0]));
    CHECK(both.sent.size() == 2);
    CHECK(world.flows() == 2);
}

TEST_CASE("fragments are counted as packets of their flow, and only the first one's flags are followed") {
    World world;
    const Spec syn = numbered(tcp(0x02), 0, 100);
    for (const Bytes& fragment : fragments_of(ip_packet(syn), 64))
        CHECK(world.arrive(north, World::frame_for(north, fragment)).only().port == inspect);
    CHECK(world.worker().flows().counters(0).packets[0] == 2);
    CHECK(world.worker().flows().entry(0).state == flow::FlowState::tcp_half_open);
    // What would be flags if it were a header: RST.
    Spec data = numbered(tcp(0x10), 0, 200);
    Bytes whole = ip_packet(data);
    whole[20 + 64 + 13] = 0x04;
    for (const Bytes& fragment : fragments_of(whole, 64, 8))
        CHECK(world.arrive(north, World::frame_for(north, fragment)).only().port == inspect);
    CHECK(world.worker().flows().entry(0).state == flow::FlowState::tcp_established);
}
