// SPDX-License-Identifier: Apache-2.0
// ICMP errors of other routers and hosts: they go where the packet goes that they are about, and nowhere without one.
#include "pieces.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::journey::test;
using namespace std::chrono_literals;

namespace {

struct Type {
    std::uint8_t type, code;
};

/// From a router, to the sender of `about`, as much of which is quoted as `bytes` says.
Bytes error_about(const Bytes& about, Type type, std::size_t bytes = 2000, std::string router = "") {
    Spec spec;
    const bool v4 = is_v4(about);
    spec.source = !router.empty() ? router : v4 ? "203.0.113.99" : "2001:db8:2::99";
    spec.destination = source_of(about).to_string();
    spec.protocol = v4 ? 1 : 58;
    spec.transport = {type.type, type.code, 0, 0, 0, 0, 0, 0};
    append(spec.transport, part(about, 0, std::min(bytes, about.size())));
    return ip_packet(spec);
}

std::vector<Type> error_types(bool v4) {
    return v4 ? std::vector<Type>{{3, 1}, {3, 4}, {4, 0}, {5, 1}, {11, 0}, {12, 0}}
              : std::vector<Type>{{1, 3}, {2, 0}, {3, 0}, {4, 1}};
}

std::vector<Spec> kinds_of_packets() {
    Spec echo;
    echo.protocol = 1;
    Spec echo6 = over_ipv6(Spec{});
    echo6.protocol = 58;
    Spec gre;
    gre.protocol = 47;
    return {Spec{}, tcp(0x02), echo, gre, over_ipv6(Spec{}), over_ipv6(tcp(0x02)), echo6};
}

Setup two_hops(unsigned workers = 1) {
    Setup setup;
    setup.hops = 2;
    setup.workers = workers;
    return setup;
}

} // namespace

TEST_CASE("an error about a flow's packet visits the flow's appliances the other way, and reaches who sent it") {
    for (const unsigned workers : {1U, 3U}) {
        World world(two_hops(workers));
        Random random(workers);
        for (const Spec& spec : kinds_of_packets()) {
            const Passage out = pass_shuffled(world, north, {ip_packet(spec)}, workers, random);
            REQUIRE(out.left.size() == 1);
            std::vector<IpAddress> reversed = out.appliances[0];
            std::reverse(reversed.begin(), reversed.end());
            for (const Type type : error_types(is_v4(out.left[0]))) {
                INFO("type " << unsigned{type.type} << " about protocol " << unsigned{spec.protocol});
                const Bytes error = error_about(out.left[0], type);
                const Passage back = pass_shuffled(world, south, {error}, workers, random);
                REQUIRE(back.left.size() == 1);
                CHECK(back.ports[0] == north);
                CHECK(back.appliances[0] == reversed);
                CHECK(payload_of(back.left[0]) == payload_of(error));
            }
        }
        CHECK(world.flows() == kinds_of_packets().size());
    }
}

TEST_CASE("an error about a reply goes the forward way") {
    World world(two_hops());
    Random random(1);
    for (const Spec& spec : {Spec{}, over_ipv6(Spec{})}) {
        const Way out = walk(world, north, spec);
        const bool v4 = is_v4(ip_packet(spec));
        const Bytes error = error_about(ip_packet(answered(spec)), {static_cast<std::uint8_t>(v4 ? 11 : 3), 0}, 2000,
                                        v4 ? "192.0.2.77" : "2001:db8:1::77");
        const Passage passage = pass_shuffled(world, north, {error}, 1, random);
        REQUIRE(passage.left.size() == 1);
        CHECK(passage.ports[0] == south);
        CHECK(passage.appliances[0] == out.appliances);
    }
}

TEST_CASE("the first four bytes behind the quoted header are enough, and fewer are not") {
    for (const Spec& spec : {Spec{}, tcp(0x02), over_ipv6(Spec{})}) {
        World world;
        const Bytes about = ip_packet(spec);
        world.send(north, spec);
        const std::size_t header = header_bytes_of(about);
        const Type type{static_cast<std::uint8_t>(is_v4(about) ? 3 : 1), 0};
        for (std::size_t bytes = 0; bytes <= header + 8; ++bytes) {
            INFO(bytes);
            const Outcome outcome = world.arrive(south, World::frame_for(south, error_about(about, type, bytes)));
            if (bytes < header + 4) {
                CHECK(outcome.is_dropped(DropReason::IcmpUnrelated));
            } else {
                CHECK(outcome.only().port == inspect);
            }
        }
    }
}

TEST_CASE("options and extension headers of the quoted packet are passed over") {
    World world;
    world.send(north, Spec{});
    Spec spec;
    spec.ip_options = {0x94, 4, 0, 0};
    CHECK(world.arrive(south, World::frame_for(south, error_about(ip_packet(spec), {3, 1}, 28))).only().port ==
          inspect);
    world.send(north, over_ipv6(Spec{}));
    Spec spec6 = over_ipv6(Spec{});
    spec6.first_header = 60;
    spec6.ip_options = {44, 0, 1, 4, 0, 0, 0, 0, 17, 0, 0, 1, 0, 0, 0, 9};
    CHECK(world.arrive(south, World::frame_for(south, error_about(ip_packet(spec6), {2, 0}))).only().port == inspect);
}

TEST_CASE("unsolicited errors do not pass, and begin no flow") {
    for (const Spec& spec : kinds_of_packets()) {
        World world;
        const Bytes about = ip_packet(spec);
        for (const Type type : error_types(is_v4(about)))
            CHECK(world.arrive(south, World::frame_for(south, error_about(about, type)))
                      .is_dropped(DropReason::IcmpUnrelated));
        CHECK(world.flows() == 0);
    }
}

TEST_CASE("an error whose quoted packet its receiver can not have sent is none") {
    World world;
    world.send(north, Spec{});
    const auto refused = [&](const Bytes& error) {
        CHECK(world.arrive(south, World::frame_for(south, error)).is_dropped(DropReason::IcmpUnrelated));
    };
    const Bytes about = ip_packet(Spec{});
    // RFC 5927: to somebody else than the quoted packet's sender.
    Bytes elsewhere = error_about(about, {3, 1});
    elsewhere[19] = 11;
    fix_ipv4_checksum(elsewhere);
    refused(elsewhere);
    // Of another flow, of another version, with an impossible header length, about an error.
    const std::size_t quote = 28;
    for (const auto& [at, value] :
         std::initializer_list<std::pair<std::size_t, std::uint8_t>>{{quote + 23, 54}, {quote, 0x65}, {quote, 0x44}}) {
        Bytes changed = error_about(about, {3, 1});
        changed[at] = value;
        refused(changed);
    }
    // The two hosts have a flow of ICMP, so that it is not for want of one.
    Spec echo;
    echo.protocol = 1;
    world.send(north, echo);
    const Bytes from_server = error_about(about, {3, 3}, 2000, "203.0.113.10");
    refused(error_about(from_server, {3, 1}, 2000, "192.0.2.99"));
    // Over IPv6, types without a meaning yet are errors all the same (RFC 4443 2.1).
    world.send(north, over_ipv6(Spec{}));
    CHECK(
        world.arrive(south, World::frame_for(south, error_about(ip_packet(over_ipv6(Spec{})), {127, 0}))).only().port ==
        inspect);
    Spec unknown = over_ipv6(Spec{});
    unknown.source_port = 1;
    refused(error_about(ip_packet(unknown), {127, 0}));
}

TEST_CASE("every way to cut an error off is a drop or the error's own way; nothing is read behind it") {
    for (const bool v4 : {true, false}) {
        Spec spec = v4 ? Spec{} : over_ipv6(Spec{});
        if (!v4) {
            spec.first_header = 60;
            spec.ip_options = {44, 0, 1, 4, 0, 0, 0, 0, 17, 0, 0, 8, 0, 0, 0, 9};
        }
        World world;
        world.send(north, v4 ? Spec{} : over_ipv6(Spec{}));
        const Bytes whole = error_about(ip_packet(spec), {static_cast<std::uint8_t>(v4 ? 3 : 2), 0});
        const std::size_t header = v4 ? 20 : 40;
        for (std::size_t size = header; size < whole.size(); ++size) {
            Bytes ip = part(whole, 0, size);
            put16(ip, v4 ? 2 : 4, static_cast<unsigned>(v4 ? size : size - 40));
            if (v4) fix_ipv4_checksum(ip);
            const Outcome outcome = world.arrive(south, World::frame_for(south, ip));
            CHECK(outcome.sent.size() + outcome.drops.size() == 1);
        }
    }
}

TEST_CASE("an error neither keeps a flow alive nor speaks for its connection") {
    World world;
    world.send(north, tcp(0x02));
    world.pass(29s);
    const Bytes error = error_about(ip_packet(tcp(0x02)), {3, 1});
    CHECK(world.arrive(south, World::frame_for(south, error)).only().port == inspect);
    CHECK(world.worker().flows().entry(0).state == flow::FlowState::tcp_half_open);
    CHECK(world.worker().flows().counters(0).packets[1] == 1);
    world.pass(2s);
    CHECK(world.arrive(south, World::frame_for(south, error)).is_dropped(DropReason::IcmpUnrelated));
}

TEST_CASE("an error about a fragment but the first finds its flow while the fragments are remembered") {
    for (const unsigned workers : {1U, 3U}) {
        for (const Spec& kind : {Spec{}, over_ipv6(Spec{})}) {
            World world(two_hops(workers));
            Random random(3);
            Spec spec = kind;
            spec.payload_bytes = 400;
            const std::vector<Bytes> fragments = fragments_of(ip_packet(spec), 160);
            const Passage out = pass_shuffled(world, north, fragments, workers, random);
            REQUIRE(out.left.size() == 3);
            const Type too_big{static_cast<std::uint8_t>(is_v4(fragments[0]) ? 3 : 2),
                               static_cast<std::uint8_t>(is_v4(fragments[0]) ? 4 : 0)};
            for (const Bytes& about : fragments) {
                const Passage back = pass_shuffled(world, south, {error_about(about, too_big)}, workers, random);
                REQUIRE(back.left.size() == 1);
                CHECK(back.ports[0] == north);
                CHECK(back.appliances[0].size() == 2);
            }
            const Bytes other = fragment_of(ip_packet(spec), 160, 160, true, 99);
            CHECK(world.arrive(south, World::frame_for(south, error_about(other, too_big)))
                      .is_dropped(DropReason::IcmpUnrelated));
            CHECK(world.flows() == 1);
        }
    }
}

TEST_CASE("an error that an appliance changed to be about another flow is not its own any more") {
    World world;
    world.send(north, Spec{});
    Spec other;
    other.source_port = 40001;
    world.send(north, other);
    const Bytes frame =
        world.arrive(south, World::frame_for(south, error_about(ip_packet(Spec{}), {3, 1}))).only().frame;
    Bytes answer = returned(frame);
    answer[geneve_at + 40 + 28 + 20 + 1] ^= 0x01; // the quoted source port
    const Outcome outcome = world.arrive(inspect, answer);
    CHECK(outcome.sent.empty());
    CHECK(outcome.drops.size() == 1);
}
