// SPDX-License-Identifier: Apache-2.0
// Fragments that do not pass: those made to get past appliances, impossible ones, and those that come to nothing.
#include "pieces.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::journey::test;
using namespace std::chrono_literals;

namespace {

Bytes sample(bool v4, std::size_t payload_bytes = 400) {
    Spec spec = v4 ? Spec{} : over_ipv6(Spec{});
    spec.payload_bytes = payload_bytes;
    return ip_packet(spec);
}

Outcome arrive(World& world, const Bytes& ip) {
    return world.arrive(north, World::frame_for(north, ip));
}

} // namespace

TEST_CASE("an overlap ends the packet: the fragment that overlaps, and all that come after it") {
    struct Overlap {
        const char* sentence;
        std::size_t begin, size;
        bool more;
    };
    for (const bool v4 : {true, false}) {
        for (const Overlap& one : {Overlap{"its end", 56, 16, true}, Overlap{"its beginning", 120, 16, true},
                                   Overlap{"all of it", 56, 96, true}, Overlap{"a part of it", 72, 8, true},
                                   Overlap{"the ports", 0, 32, true}}) {
            INFO((v4 ? "IPv4, " : "IPv6, ") << one.sentence);
            World world;
            const Bytes whole = sample(v4);
            CHECK(arrive(world, fragment_of(whole, 0, 64, true)).only().port == inspect);
            CHECK(arrive(world, fragment_of(whole, 64, 64, true)).only().port == inspect);
            CHECK(arrive(world, fragment_of(whole, one.begin, one.size, one.more))
                      .is_dropped(DropReason::FragmentOverlap));
            CHECK(arrive(world, fragment_of(whole, 128, 64, false)).is_dropped(DropReason::FragmentOverlap));
            CHECK(arrive(world, fragment_of(whole, 0, 64, true, 99)).only().port == inspect);
        }
    }
}

TEST_CASE("an overlap among those that wait ends them too") {
    World world;
    const Bytes whole = sample(true);
    CHECK(arrive(world, fragment_of(whole, 64, 64, true)).drops.empty());
    CHECK(arrive(world, fragment_of(whole, 128, 64, true)).drops.empty());
    const Outcome outcome = arrive(world, fragment_of(whole, 120, 16, true));
    CHECK(outcome.drops == std::vector<DropReason>(3, DropReason::FragmentOverlap));
    CHECK(arrive(world, fragment_of(whole, 0, 64, true)).is_dropped(DropReason::FragmentOverlap));
    CHECK(world.pending() == 0);
}

TEST_CASE("the same fragment once more is dropped, and harms nothing") {
    for (const bool v4 : {true, false}) {
        World world;
        const std::vector<Bytes> fragments = fragments_of(sample(v4), 160);
        CHECK(arrive(world, fragments[1]).drops.empty());
        CHECK(arrive(world, fragments[1]).is_dropped(DropReason::FragmentDuplicate));
        CHECK(arrive(world, fragments[0]).sent.size() == 2);
        for (const Bytes& fragment : {fragments[0], fragments[1]})
            CHECK(arrive(world, fragment).is_dropped(DropReason::FragmentDuplicate));
        CHECK(arrive(world, fragments[2]).only().port == inspect);
    }
}

TEST_CASE("a first fragment without the whole transport header ends its packet, and so does what could replace one") {
    for (const bool v4 : {true, false}) {
        for (const std::size_t header : {8U, 16U}) {
            INFO("TCP of " << header << " bytes, " << (v4 ? "IPv4" : "IPv6"));
            World world;
            const Bytes whole = ip_packet(v4 ? tcp(0x02) : over_ipv6(tcp(0x02)));
            CHECK(arrive(world, fragment_of(whole, 0, header, true)).is_dropped(DropReason::FragmentTiny));
            CHECK(arrive(world, fragment_of(whole, 24, 8, false)).is_dropped(DropReason::FragmentTiny));
        }
        World world;
        const Bytes whole = ip_packet(v4 ? tcp(0x02) : over_ipv6(tcp(0x02)));
        CHECK(arrive(world, fragment_of(whole, 0, 24, true)).only().port == inspect);
        CHECK(arrive(world, fragment_of(whole, 8, 16, true, 5)).is_dropped(DropReason::FragmentTiny));
        CHECK(arrive(world, fragment_of(whole, 0, 24, true, 5)).is_dropped(DropReason::FragmentTiny));
    }
    // TCP options belong to the header (RFC 7112 for IPv6).
    World world;
    Bytes whole = ip_packet(tcp(0x02));
    whole[32] = 0x80;
    CHECK(arrive(world, fragment_of(whole, 0, 24, true)).is_dropped(DropReason::FragmentTiny));
    // Extension headers too.
    Spec spec = over_ipv6(Spec{});
    spec.first_header = 60;
    spec.ip_options = {17, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    const Bytes hidden = ip_packet(spec);
    CHECK(arrive(world, fragment_of(hidden, 0, 8, true)).is_dropped(DropReason::FragmentTiny));
    CHECK(arrive(world, fragment_of(hidden, 0, 16, true, 2)).is_dropped(DropReason::FragmentTiny));
    CHECK(arrive(world, fragment_of(hidden, 0, 24, true, 3)).only().port == inspect);
    CHECK(arrive(world, fragment_of(hidden, 24, 8, true, 3)).only().port == inspect);
}

TEST_CASE("no fragment is empty, reaches beyond 64 KiB, or ends within eight bytes while more follows") {
    const Bytes whole = sample(true, 65507);
    for (const bool v4 : {true, false}) {
        const Bytes large = v4 ? whole : sample(false, 65507);
        const std::size_t most = v4 ? 65535 - 20 : 65535;
        struct Piece {
            std::size_t begin, size;
            bool more, is_bad;
        };
        for (const Piece& one :
             {Piece{800, 0, true, true}, Piece{800, 0, false, true}, Piece{800, 12, true, true},
              Piece{800, 12, false, false}, Piece{65512, most - 65512, false, false},
              Piece{65512, most - 65512 + 1, false, true}, Piece{65528, 8, true, true}, Piece{65504, 16, true, v4}}) {
            INFO((v4 ? "IPv4 " : "IPv6 ") << one.begin << "+" << one.size);
            World world;
            Bytes padded = large;
            padded.resize(70000);
            const Outcome outcome = arrive(world, fragment_of(padded, one.begin, one.size, one.more));
            if (one.is_bad) {
                CHECK(outcome.is_dropped(DropReason::FragmentBad));
            } else {
                CHECK(outcome.drops.empty());
            }
        }
    }
}

TEST_CASE("nothing comes behind the last fragment, there is but one, and never more than 64 in all") {
    World world;
    const Bytes whole = sample(true, 2000);
    CHECK(arrive(world, fragment_of(whole, 0, 64, true, 1)).drops.empty());
    CHECK(arrive(world, fragment_of(whole, 128, 64, false, 1)).drops.empty());
    CHECK(arrive(world, fragment_of(whole, 192, 8, true, 1)).is_dropped(DropReason::FragmentBad));
    CHECK(arrive(world, fragment_of(whole, 0, 64, true, 2)).drops.empty());
    CHECK(arrive(world, fragment_of(whole, 128, 64, true, 2)).drops.empty());
    CHECK(arrive(world, fragment_of(whole, 64, 64, false, 2)).is_dropped(DropReason::FragmentBad));
    CHECK(arrive(world, fragment_of(whole, 0, 64, true, 3)).drops.empty());
    CHECK(arrive(world, fragment_of(whole, 128, 64, false, 3)).drops.empty());
    CHECK(arrive(world, fragment_of(whole, 64, 16, false, 3)).is_dropped(DropReason::FragmentBad));
    for (unsigned number = 0; number < 64; ++number)
        CHECK(arrive(world, fragment_of(whole, number * 8, 8, true, 4)).drops.empty());
    CHECK(arrive(world, fragment_of(whole, 512, 8, true, 4)).is_dropped(DropReason::FragmentBad));
}

TEST_CASE("an ICMP error is never fragmented") {
    World world;
    Spec spec;
    spec.protocol = 1;
    spec.transport = Bytes(200);
    spec.transport[0] = 3;
    CHECK(arrive(world, fragment_of(ip_packet(spec), 0, 64, true)).is_dropped(DropReason::FragmentBad));
}

TEST_CASE("what waits a second for its first fragment ends, and the packet with it") {
    World world;
    const std::vector<Bytes> fragments = fragments_of(sample(true), 160);
    CHECK(arrive(world, fragments[1]).drops.empty());
    world.pass(600ms);
    CHECK(arrive(world, fragments[2]).drops.empty());
    CHECK(world.tend().drops.empty());
    world.pass(399ms);
    CHECK(world.tend().drops.empty());
    world.pass(1ms);
    CHECK(world.tend().is_dropped(DropReason::FragmentOrphaned));
    CHECK(arrive(world, fragments[0]).drops == std::vector<DropReason>(1, DropReason::FragmentOrphaned));
    world.pass(600ms);
    CHECK(world.tend().is_dropped(DropReason::FragmentOrphaned));
    CHECK(world.pending() == 0);
}

TEST_CASE("when the worker ends, what waits ends as orphaned") {
    World world;
    CHECK(arrive(world, fragments_of(sample(true), 160)[1]).drops.empty());
    CHECK(world.give_up().is_dropped(DropReason::FragmentOrphaned));
}

TEST_CASE("as many fragments wait as there are places, and no more") {
    Setup setup;
    setup.settings.held_fragments = 3;
    World world(setup);
    const Bytes whole = sample(true);
    for (unsigned id = 0; id < 3; ++id)
        CHECK(arrive(world, fragment_of(whole, 64, 64, true, id)).drops.empty());
    CHECK(arrive(world, fragment_of(whole, 64, 64, true, 3)).is_dropped(DropReason::FragmentTableFull));
    CHECK(arrive(world, fragment_of(whole, 0, 64, true, 1)).sent.size() == 2);
    CHECK(arrive(world, fragment_of(whole, 64, 64, true, 4)).drops.empty());
    world.pass(2s);
    CHECK(world.tend().drops.size() == 3);
}

TEST_CASE("as many packets are followed as there are entries; the oldest makes room after a second") {
    Setup setup;
    setup.settings.fragmented_packets = 4;
    World world(setup);
    const Bytes whole = sample(true);
    for (unsigned id = 0; id < 4; ++id)
        CHECK(arrive(world, fragment_of(whole, 0, 64, true, id)).only().port == inspect);
    CHECK(arrive(world, fragment_of(whole, 0, 64, true, 4)).is_dropped(DropReason::FragmentTableFull));
    world.pass(1001ms);
    CHECK(arrive(world, fragment_of(whole, 0, 64, true, 4)).only().port == inspect);
    CHECK(arrive(world, fragment_of(whole, 64, 64, true, 1)).only().port == inspect);
    CHECK(arrive(world, fragment_of(whole, 64, 64, true, 0)).sent.empty());
    // The memory is bounded in time as well.
    world.pass(16s);
    CHECK(arrive(world, fragment_of(whole, 128, 64, true, 4)).sent.empty());
}

TEST_CASE("a packet of which all fragments came makes room after a tenth of a second") {
    Setup setup;
    setup.settings.fragmented_packets = 1;
    World world(setup);
    const Bytes whole = sample(true);
    for (const Bytes& fragment : fragments_of(whole, 64, 7))
        CHECK(arrive(world, fragment).only().port == inspect);
    CHECK(arrive(world, fragment_of(whole, 0, 64, true, 8)).is_dropped(DropReason::FragmentTableFull));
    world.pass(101ms);
    CHECK(arrive(world, fragment_of(whole, 0, 64, true, 8)).only().port == inspect);
}

TEST_CASE("fragments of a refused flow end for the reason of the first one") {
    Setup setup;
    setup.change_config = [](config::Config& config) { config.policy.clear(); };
    World world(setup);
    for (const Bytes& fragment : fragments_of(sample(true), 160))
        CHECK(arrive(world, fragment).is_dropped(DropReason::NoPolicyMatch));
}

TEST_CASE("no order, loss or repetition of fragments loses a packet or lets one past the chain") {
    Random random(11);
    Setup setup;
    setup.workers = 3;
    setup.settings.fragmented_packets = 8;
    setup.settings.held_fragments = 5;
    World world(setup);
    const std::vector<Bytes> wholes = {sample(true), sample(false), ip_packet(tcp(0x02)), sample(true, 1200)};
    for (unsigned i = 0; i < 20000; ++i) {
        const Bytes& whole = wholes[random() % wholes.size()];
        const std::size_t payload = whole.size() - (is_v4(whole) ? 20 : 40);
        const std::size_t begin = random() % 3 == 0 ? 0 : random() % (payload / 8) * 8;
        const std::size_t size = std::min<std::size_t>(payload - begin, 1 + random() % 100);
        const Bytes fragment = fragment_of(whole, begin, size, random() % 2 == 0, random() % 20);
        const Outcome outcome = world.arrive(north, World::frame_for(north, fragment), random() % 3);
        for (const Outcome::Sent& sent : outcome.sent)
            REQUIRE(sent.port == inspect);
        if (i % 10 == 0) {
            world.pass(std::chrono::milliseconds(random() % 300));
            world.tend();
        }
    }
}
