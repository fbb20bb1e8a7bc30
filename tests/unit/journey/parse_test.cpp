// SPDX-License-Identifier: Apache-2.0
// Sound and unsound frames: one row for each thing that can be wrong with a header.
#include "world.hpp"

#include <catch2/catch.hpp>
#include <optional>
#include <random>

using namespace sallyport;
using namespace sallyport::journey::test;

namespace {

struct Case {
    const char* sentence;
    Bytes ip;
    std::optional<DropReason> reason; // nothing: it goes on
};

Bytes with(Bytes ip, std::size_t at, std::uint8_t value, bool fix_checksum = true) {
    ip.at(at) = value;
    if (fix_checksum && ip[0] >> 4 == 4 && (ip[0] & 0xfU) >= 5) fix_ipv4_checksum(ip);
    return ip;
}
Bytes cut(Bytes ip, std::size_t size) {
    ip.resize(size);
    return ip;
}
Bytes v4() {
    return ip_packet(Spec{});
}
Bytes v4_tcp() {
    return ip_packet(tcp(0x02));
}
Bytes v6() {
    return ip_packet(over_ipv6(Spec{}));
}

Bytes v4_options(const Bytes& options) {
    Spec spec;
    spec.ip_options = options;
    return ip_packet(spec);
}
Bytes v6_extensions(std::uint8_t first, const Bytes& headers) {
    Spec spec = over_ipv6(Spec{});
    spec.first_header = first;
    spec.ip_options = headers;
    return ip_packet(spec);
}
Bytes v4_fragment(unsigned fragment) {
    Spec spec;
    spec.dont_fragment = false;
    spec.fragment = fragment;
    return ip_packet(spec);
}
/// `count` destination options headers of eight bytes, the last of which leads to UDP.
Bytes chain_of(unsigned count) {
    Bytes headers;
    for (unsigned i = 1; i <= count; ++i)
        append(headers, {static_cast<std::uint8_t>(i == count ? 17 : 60), 0, 1, 4, 0, 0, 0, 0});
    return headers;
}

const std::vector<Case>& cases() {
    using R = DropReason;
    static const std::vector<Case> all = {
        {"IPv4", v4(), {}},
        {"IPv4 with its header cut off", cut(v4(), 19), R::Ipv4Truncated},
        {"IPv4 with its payload cut off", cut(v4(), v4().size() - 1), R::Ipv4Truncated},
        {"IPv4 in a padded frame", cut(v4(), v4().size() + 10), {}},
        {"a header length below 20", with(v4(), 0, 0x44), R::Ipv4BadHeader},
        {"a header length beyond the total", with(with(v4(), 3, 20), 0, 0x46, false), R::Ipv4BadHeader},
        {"a total length below the header's", with(v4(), 3, 19), R::Ipv4BadHeader},
        {"version 5", with(v4(), 0, 0x55), R::Ipv4BadHeader},
        {"IPv6 under IPv4's EtherType", with(v4(), 0, 0x65, false), R::Ipv4BadHeader},
        {"a wrong header checksum", with(v4(), 11, 0, false), R::Ipv4BadChecksum},
        {"a router alert option", v4_options({0x94, 4, 0, 0}), {}},
        {"no-operation and end options", v4_options({1, 1, 1, 0}), {}},
        {"a loose source route", v4_options({0x83, 7, 4, 1, 2, 3, 4, 0}), R::Ipv4SourceRoute},
        {"a strict source route behind others", v4_options({1, 0x89, 3, 4}), R::Ipv4SourceRoute},
        {"a source route behind the end of options", v4_options({0, 0x83, 3, 4}), {}},
        {"an option of length 0", v4_options({0x94, 0, 0, 0}), R::Ipv4BadHeader},
        {"an option of length 1", v4_options({0x94, 1, 0, 0}), R::Ipv4BadHeader},
        {"an option beyond the header", v4_options({0x94, 5, 0, 0}), R::Ipv4BadHeader},
        {"an option whose length is beyond the header", v4_options({1, 1, 1, 0x94}), R::Ipv4BadHeader},
        {"a first fragment that ends within eight bytes", v4_fragment(0x2000), R::FragmentBad},
        {"a last fragment beyond 64 KiB", v4_fragment(0x1ffe), R::FragmentBad},
        {"IPv6", v6(), {}},
        {"IPv6 with its header cut off", cut(v6(), 39), R::Ipv6Truncated},
        {"IPv6 with its payload cut off", cut(v6(), v6().size() - 1), R::Ipv6Truncated},
        {"IPv6 in a padded frame", cut(v6(), v6().size() + 10), {}},
        {"hop-by-hop options", v6_extensions(0, {17, 0, 1, 4, 0, 0, 0, 0}), {}},
        {"hop-by-hop behind another", v6_extensions(60, {0, 0, 1, 4, 0, 0, 0, 0, 17, 0, 1, 4, 0, 0, 0, 0}),
         R::Ipv6BadHeader},
        {"a routing header", v6_extensions(43, {17, 0, 0, 0, 0, 0, 0, 0}), R::Ipv6RoutingHeader},
        {"a routing header behind another", v6_extensions(60, {43, 0, 1, 4, 0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 0}),
         R::Ipv6RoutingHeader},
        {"a fragment that ends within eight bytes", v6_extensions(44, {17, 0, 0, 1, 0, 0, 0, 1}), R::FragmentBad},
        {"an atomic fragment", v6_extensions(44, {17, 0, 0, 0, 0, 0, 0, 1}), {}},
        {"an atomic fragment between options",
         v6_extensions(60, {44, 0, 1, 4, 0, 0, 0, 0, 60, 0, 0, 0, 0, 0, 0, 1, 17, 0, 1, 4, 0, 0, 0, 0}),
         {}},
        {"a fragment header within an atomic fragment",
         v6_extensions(44, {44, 0, 0, 0, 0, 0, 0, 1, 17, 0, 0, 0, 0, 0, 0, 1}), R::Ipv6BadHeader},
        {"a fragment header cut off", cut(with(v6_extensions(44, {17, 0, 0, 0, 0, 0, 0, 1}), 5, 7), 47),
         R::Ipv6Truncated},
        {"an authentication header of 12 bytes", v6_extensions(51, {17, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}), {}},
        {"eight extension headers", v6_extensions(60, chain_of(8)), {}},
        {"nine extension headers", v6_extensions(60, chain_of(9)), R::Ipv6BadHeader},
        {"an extension header beyond the packet", v6_extensions(60, {17, 200, 1, 4, 0, 0, 0, 0}), R::Ipv6Truncated},
        {"TCP", v4_tcp(), {}},
        {"TCP cut off", with(cut(v4_tcp(), 39), 3, 39), R::TransportTruncated},
        {"TCP with an offset below 5", with(v4_tcp(), 32, 0x40), R::TransportBadHeader},
        {"TCP with options beyond the packet", with(v4_tcp(), 32, 0xf0), R::TransportTruncated},
        {"UDP cut off", with(cut(v4(), 27), 3, 27), R::TransportTruncated},
        {"UDP with a length below 8", with(v4(), 25, 7), R::TransportBadHeader},
        {"UDP with a length beyond the packet", with(v4(), 25, 200), R::TransportTruncated},
        {"UDP shorter than its packet", with(v4(), 25, 20), {}},
    };
    return all;
}

} // namespace

TEST_CASE("a packet goes on when its headers are sound, and is dropped under what is wrong with them") {
    for (const Case& one : cases()) {
        INFO(one.sentence);
        World world;
        Bytes arriving = World::frame_for(north, one.ip);
        if (one.ip == with(v4(), 0, 0x65, false)) put16(arriving, 12, 0x0800);
        if (one.ip[0] == 0x55) put16(arriving, 12, 0x0800);
        const Outcome outcome = world.arrive(north, arriving);
        if (one.reason) {
            CHECK(outcome.is_dropped(*one.reason));
            if (!outcome.drops.empty()) CHECK(name(outcome.drops[0]) == name(*one.reason));
        } else {
            CHECK(outcome.drops.empty());
            REQUIRE(outcome.sent.size() == 1);
            // Padding stays behind.
            const Bytes inner = tunnel_of(outcome.sent[0].frame).inner;
            CHECK(inner == part(one.ip, 0, inner.size()));
            CHECK(is_sound_ip(inner));
        }
    }
}

TEST_CASE("a packet of IP options or extension headers is of the same flow as one without") {
    World world;
    walk(world, north, Spec{});
    CHECK(world.arrive(north, World::frame_for(north, v4_options({1, 1, 1, 0}))).only().port == inspect);
    CHECK(world.flows() == 1);
    walk(world, north, over_ipv6(Spec{}));
    CHECK(world.arrive(north, World::frame_for(north, v6_extensions(60, chain_of(3)))).only().port == inspect);
    CHECK(world.flows() == 2);
}

TEST_CASE("frames too short for Ethernet, and those of other protocols, are dropped under their reasons") {
    World world;
    const Bytes whole = World::frame_for(north, v4());
    for (std::size_t size = 0; size < 14; ++size)
        CHECK(world.arrive(north, part(whole, 0, size)).is_dropped(DropReason::EthernetTruncated));
    for (const unsigned type : {0x88ccU, 0x8100U, 0x88a8U, 0x0026U}) {
        Bytes other = whole;
        put16(other, 12, type);
        CHECK(world.arrive(north, other).is_dropped(DropReason::EtherTypeUnsupported));
    }
}

TEST_CASE("every way to cut a frame off is dropped or, in its padding, forwarded; nothing is read behind it") {
    for (const Bytes& ip : {v4(), v4_tcp(), v6(), v6_extensions(60, chain_of(3)), v4_options({0x94, 4, 0, 0})}) {
        const Bytes whole = World::frame_for(north, ip);
        for (std::size_t size = 0; size < whole.size(); ++size) {
            World world;
            CHECK(world.arrive(north, part(whole, 0, size)).drops.size() == 1);
        }
    }
}

TEST_CASE("without room in front for the encapsulation a packet is dropped, not written before its buffer") {
    for (std::size_t headroom = 0; headroom < 80; ++headroom) {
        World world;
        const Outcome outcome = world.burst(north, {World::frame_for(north, v4())}, 0, headroom);
        // The frame's own Ethernet header is used again, so 68 bytes are enough.
        if (headroom < 68) {
            CHECK(outcome.is_dropped(DropReason::NoHeadroom));
        } else {
            CHECK(outcome.only().port == inspect);
        }
    }
}
