// SPDX-License-Identifier: Apache-2.0
// What is larger than a way: cut where the sender allows it; and made smaller beforehand where TCP can be asked to.
#include "pieces.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::journey::test;

namespace {

Spec may_be_cut(std::size_t ip_bytes) {
    Spec spec;
    spec.dont_fragment = false;
    spec.payload_bytes = ip_bytes - 28;
    return spec;
}

Setup with_mtus(std::uint16_t inspect_mtu, std::uint16_t south_mtu, unsigned hops = 2) {
    Setup setup;
    setup.hops = hops;
    setup.change_config = [=](config::Config& config) {
        config.ports[north].mtu = 9000;
        config.ports[inspect].mtu = inspect_mtu;
        config.ports[south].mtu = south_mtu;
    };
    return setup;
}

std::size_t largest(const std::vector<Bytes>& packets) {
    std::size_t bytes = 0;
    for (const Bytes& ip : packets)
        bytes = std::max(bytes, ip.size());
    return bytes;
}

/// A SYN with these options.
Spec syn(const Bytes& options, std::uint8_t flags = 0x02) {
    Spec spec = tcp(flags);
    spec.transport = transport_of([&] {
        Spec bare = tcp(flags);
        bare.payload_bytes = options.size();
        return bare;
    }());
    std::copy(options.begin(), options.end(), spec.transport.begin() + 20);
    spec.transport[12] = static_cast<std::uint8_t>((20 + options.size()) / 4 << 4);
    return spec;
}

/// The TCP checksum, computed from nothing.
unsigned tcp_checksum(const Bytes& ip) {
    const std::size_t header = header_bytes_of(ip);
    Bytes covered = is_v4(ip) ? part(ip, 12, 8) : part(ip, 8, 32);
    Bytes segment = part(ip, header, ip.size() - header);
    append(covered,
           {0, 0, static_cast<std::uint8_t>(segment.size() >> 8), static_cast<std::uint8_t>(segment.size()), 0, 6});
    if (covered.size() % 2 != 0) throw std::logic_error("odd");
    put16(segment, 16, 0);
    append(covered, segment);
    return plain_checksum(covered);
}

Bytes with_checksum(Bytes ip) {
    put16(ip, header_bytes_of(ip) + 16, tcp_checksum(ip));
    return ip;
}

Setup clamped(config::MssClamp clamp, std::uint16_t mss = 0) {
    Setup setup;
    setup.hops = 2;
    setup.change_config = [=](config::Config& config) {
        config.ports[inspect].mtu = 1500;
        config.endpoints[0].mss_clamp = clamp;
        config.endpoints[0].mss = mss;
    };
    return setup;
}

} // namespace

TEST_CASE("a packet without DF is cut to fit its encapsulation, and all of it arrives by the same appliances") {
    Random random(1);
    World world(with_mtus(1500, 9000));
    for (const std::size_t size : {1432U, 1433U, 1440U, 2000U, 2861U, 4000U, 8999U, 9000U}) {
        INFO(size);
        const Bytes whole = ip_packet(may_be_cut(size));
        const Passage passage = pass_shuffled(world, north, {whole}, 1, random);
        CHECK(passage.dropped == 0);
        CHECK(passage.left.size() == (size - 20 + 1407) / 1408 - (size == 1432 ? 1 : 0));
        CHECK(put_together(passage.left) == payload_of(whole));
        CHECK(largest(passage.left) <= 1432);
        for (const std::vector<IpAddress>& visited : passage.appliances)
            CHECK(visited == passage.appliances[0]);
    }
    CHECK(world.flows() == 1);
}

TEST_CASE("it is cut for the way behind the chain too, fragments among them") {
    Random random(2);
    for (const unsigned hops : {0U, 1U, 2U}) {
        World world(with_mtus(3000, 1300, hops));
        const Bytes whole = ip_packet(may_be_cut(8000));
        const Passage passage = pass_shuffled(world, north, {whole}, 1, random);
        CHECK(passage.dropped == 0);
        CHECK(put_together(passage.left) == payload_of(whole));
        CHECK(largest(passage.left) <= 1300);
        std::vector<Bytes> fragments = fragments_of(ip_packet(may_be_cut(8000)), 2000, 7);
        std::shuffle(fragments.begin(), fragments.end(), random);
        const Passage of_fragments = pass_shuffled(world, north, fragments, 1, random);
        CHECK(of_fragments.dropped == 0);
        CHECK(put_together(of_fragments.left) == payload_of(whole));
        CHECK(largest(of_fragments.left) <= 1300);
    }
}

TEST_CASE("parts carry the options that are to be copied, and the first one all") {
    World world(with_mtus(9000, 1300, 0));
    Spec spec = may_be_cut(3000);
    // No-operation, router alert (copied), timestamp (not copied).
    spec.ip_options = {1, 0x94, 4, 0, 0, 0x44, 4, 5, 0, 0, 0, 0};
    const Bytes whole = ip_packet(spec);
    const Outcome outcome = world.send(north, spec);
    REQUIRE(outcome.sent.size() == 3);
    std::vector<Bytes> parts;
    for (const Outcome::Sent& sent : outcome.sent)
        parts.push_back(ip_of(sent.frame));
    CHECK(put_together(parts) == part(whole, 32, whole.size() - 32));
    CHECK(part(parts[0], 20, 12) == part(whole, 20, 12));
    for (const std::size_t i : {1U, 2U}) {
        CHECK(header_bytes_of(parts[i]) == 24);
        CHECK(part(parts[i], 20, 4) == Bytes{0x94, 4, 0, 0});
    }
    for (const Bytes& ip : parts) {
        CHECK(get16(ip, 4) == 0x1234);
        CHECK(ip[8] == 63);
        CHECK(source_of(ip) == source_of(whole));
    }
}

TEST_CASE("without buffers for the parts the whole packet is dropped, whichever of them is missing") {
    for (const PortIndex narrow : {inspect, south}) {
        World world(narrow == inspect ? with_mtus(1500, 9000) : with_mtus(9000, 1300, 0));
        for (unsigned buffers = 0; buffers < 6; ++buffers) {
            world.buffers_left = buffers;
            CHECK(world.send(north, may_be_cut(9000)).is_dropped(DropReason::NoBuffer));
        }
    }
}

TEST_CASE("with DF, or over IPv6, the sender is told instead") {
    World world(with_mtus(1500, 9000));
    Spec spec = may_be_cut(1433);
    spec.dont_fragment = true;
    CHECK(world.send(north, spec).drops == std::vector<DropReason>{DropReason::TooBig});
    Spec spec6 = over_ipv6(Spec{});
    spec6.payload_bytes = 1433 - 48;
    CHECK(world.send(north, spec6).drops == std::vector<DropReason>{DropReason::TooBig});
}

TEST_CASE("jumbo frames of 9000 bytes pass, in both families, and fragments of them too") {
    Random random(4);
    World world(with_mtus(9200, 9000));
    std::uint32_t id = 0;
    for (const Spec& kind : {Spec{}, tcp(0x02), over_ipv6(Spec{}), over_ipv6(tcp(0x02))}) {
        Spec spec = kind;
        spec.payload_bytes = 0;
        spec.payload_bytes = 9000 - ip_packet(spec).size();
        const Bytes whole = ip_packet(spec);
        const Passage passage = pass_shuffled(world, north, {whole}, 1, random);
        REQUIRE(passage.left.size() == 1);
        CHECK(payload_of(passage.left[0]) == payload_of(whole));
        spec.payload_bytes = 40000;
        const Bytes large = ip_packet(spec);
        const Passage of_fragments = pass_shuffled(world, north, fragments_of(large, 8944, ++id), 1, random);
        CHECK(of_fragments.dropped == 0);
        CHECK(put_together(of_fragments.left) == payload_of(large));
    }
}

TEST_CASE("the segment size that a SYN offers is lowered to what the flow's way carries, and nothing else changes") {
    for (const bool v4 : {true, false}) {
        World world(clamped(config::MssClamp::automatic));
        // Behind the encapsulation of 68 bytes 1432 are left.
        const unsigned fits = 1432 - (v4 ? 40 : 60);
        for (const unsigned mss : {500U, fits - 1, fits, fits + 1, 1460U, 65535U}) {
            for (const bool odd : {false, true}) {
                const Bytes offer = {2, 4, static_cast<std::uint8_t>(mss >> 8), static_cast<std::uint8_t>(mss)};
                Bytes options = odd ? Bytes{1} : Bytes{};
                append(options, offer);
                append(options, odd ? Bytes{3, 3, 7} : Bytes{1, 3, 3, 7});
                Spec spec = syn(options);
                if (!v4) spec = over_ipv6(spec);
                const Bytes before = with_checksum(ip_packet(spec));
                const Bytes after = tunnel_of(world.arrive(north, World::frame_for(north, before)).only().frame).inner;
                const std::size_t at = header_bytes_of(before) + 20 + (odd ? 3 : 2);
                CHECK(get16(after, at) == std::min(mss, fits));
                CHECK(get16(after, header_bytes_of(after) + 16) == tcp_checksum(after));
                Bytes otherwise = after;
                put16(otherwise, at, mss);
                put16(otherwise, header_bytes_of(after) + 16, get16(before, header_bytes_of(after) + 16));
                CHECK(otherwise == before);
            }
        }
    }
}

TEST_CASE("the answer to a SYN is lowered too, segments after it are left alone") {
    World world(clamped(config::MssClamp::fixed, 1200));
    const Bytes options = {2, 4, 0x05, 0xb4};
    const Bytes offer = with_checksum(ip_packet(syn(options)));
    CHECK(get16(tunnel_of(world.arrive(north, World::frame_for(north, offer)).only().frame).inner, 42) == 1200);
    const Bytes accept = with_checksum(ip_packet(answered(syn(options, 0x12))));
    Bytes swapped = accept;
    std::swap(swapped[20], swapped[22]);
    std::swap(swapped[21], swapped[23]);
    const Bytes inner =
        tunnel_of(world.arrive(south, World::frame_for(south, with_checksum(swapped))).only().frame).inner;
    CHECK(get16(inner, 42) == 1200);
    CHECK(get16(inner, 36) == tcp_checksum(inner));
    const Bytes data = with_checksum(ip_packet(syn(options, 0x10)));
    CHECK(tunnel_of(world.arrive(north, World::frame_for(north, data)).only().frame).inner == data);
}

TEST_CASE("no clamp changes nothing, no option is added, and broken options are left alone") {
    World off(clamped(config::MssClamp::off));
    const Bytes offer = with_checksum(ip_packet(syn({2, 4, 0x05, 0xb4})));
    CHECK(tunnel_of(off.arrive(north, World::frame_for(north, offer)).only().frame).inner == offer);
    World world(clamped(config::MssClamp::fixed, 500));
    for (const Bytes& options :
         {Bytes{}, Bytes{1, 1, 1, 0}, Bytes{0, 2, 4, 0xff}, Bytes{2, 3, 0xff, 0xff},
          Bytes{3, 0, 2, 4, 0xff, 0xff, 0, 0}, Bytes{1, 1, 2, 4}, Bytes{1, 1, 1, 2}, Bytes{2, 0xff, 9, 9}}) {
        const Bytes ip = with_checksum(ip_packet(syn(options)));
        CHECK(tunnel_of(world.arrive(north, World::frame_for(north, ip)).only().frame).inner == ip);
    }
}
