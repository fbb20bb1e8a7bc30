// SPDX-License-Identifier: Apache-2.0
#include "kit/inner_packet.hpp"
#include "packets.hpp"

#include <catch2/catch.hpp>

using namespace sallyport::appliances;
using namespace sallyport::appliances::test;

namespace {

const Ends v4{"192.0.2.10", "203.0.113.11"};
const Ends v6{"2001:db8:1::10", "2001:db8:3::11"};

InnerFault parse(const Bytes& bytes, InnerPacket& out) {
    return parse_inner(!bytes.empty() && bytes[0] >> 4 == 6 ? 0x86DD : 0x0800, bytes, out);
}

InnerFault fault_of(const Bytes& bytes) {
    InnerPacket packet;
    return parse(bytes, packet);
}

} // namespace

TEST_CASE("addresses, protocol and ports of a plain packet are read in both families") {
    InnerPacket packet;
    REQUIRE(parse(ipv4(v4, {}, tcp({40000, 443}, tcp_flag::syn)), packet) == InnerFault::none);
    CHECK(packet.to_string() == "tcp 192.0.2.10:40000 > 203.0.113.11:443");
    CHECK(packet.tcp_flags == tcp_flag::syn);
    REQUIRE(parse(ipv6(v6, protocol::udp, udp({40000, 53})), packet) == InnerFault::none);
    CHECK(packet.to_string() == "udp [2001:db8:1::10]:40000 > [2001:db8:3::11]:53");
    CHECK(packet.transport.size() == 8);
}

TEST_CASE("ports are found behind IPv4 options") {
    InnerPacket packet;
    REQUIRE(parse(ipv4(v4, {.options = Bytes(40, 1)}, tcp({40000, 443}, 0)), packet) == InnerFault::none);
    CHECK(packet.destination_port == 443);
}

TEST_CASE("ports are found behind every kind of IPv6 extension header") {
    // hop-by-hop, routing, destination options (16 bytes), authentication (24 bytes), then UDP
    Bytes chain{43, 0, 0, 0, 0, 0, 0, 0};
    chain = chain + Bytes{60, 0, 0, 0, 0, 0, 0, 0};
    Bytes destination_options(16);
    destination_options[0] = 51;
    destination_options[1] = 1;
    Bytes authentication(24);
    authentication[0] = protocol::udp;
    authentication[1] = 4;
    InnerPacket packet;
    REQUIRE(parse(ipv6(v6, 0, chain + destination_options + authentication + udp({1, 53})), packet) ==
            InnerFault::none);
    CHECK(packet.protocol == protocol::udp);
    CHECK(packet.destination_port == 53);
}

TEST_CASE("a chain of extension headers without an end is refused") {
    Bytes chain;
    for (int i = 0; i < 9; ++i)
        chain = chain + Bytes{60, 0, 0, 0, 0, 0, 0, 0};
    CHECK(fault_of(ipv6(v6, 60, chain + udp({1, 53}))) == InnerFault::too_many_extensions);
}

TEST_CASE("a later fragment has no ports, whatever its bytes look like") {
    InnerPacket packet;
    REQUIRE(parse(ipv4(v4, {.protocol = protocol::udp, .fragment = 185, .id = 77}, udp({1, 53})), packet) ==
            InnerFault::none);
    CHECK(packet.fragment == Fragment::later);
    CHECK(packet.fragment_id == 77);
    CHECK_FALSE(packet.has_ports);
    const Bytes fragment_header{protocol::udp, 0, 0x05, 0xC8, 0, 0, 0, 77};
    REQUIRE(parse(ipv6(v6, 44, fragment_header + udp({1, 53})), packet) == InnerFault::none);
    CHECK(packet.fragment == Fragment::later);
    CHECK(packet.fragment_id == 77);
    CHECK_FALSE(packet.has_ports);
}

TEST_CASE("a first fragment has ports, and an atomic fragment is no fragment") {
    InnerPacket packet;
    REQUIRE(parse(ipv4(v4, {.protocol = protocol::udp, .fragment = 0x2000}, udp({1, 53})), packet) == InnerFault::none);
    CHECK(packet.fragment == Fragment::first);
    CHECK(packet.destination_port == 53);
    // RFC 6946: offset 0 and no more to come
    const Bytes fragment_header{protocol::udp, 0, 0, 0, 0, 0, 0, 77};
    REQUIRE(parse(ipv6(v6, 44, fragment_header + udp({1, 53})), packet) == InnerFault::none);
    CHECK(packet.fragment == Fragment::none);
}

TEST_CASE("fragments made to get past filters are refused") {
    const Bytes tiny(tcp({40000, 23}, tcp_flag::syn));
    CHECK(fault_of(ipv4(v4, {.fragment = 0x2000}, Bytes(tiny.begin(), tiny.begin() + 8))) ==
          InnerFault::transport_truncated);
    CHECK(fault_of(ipv4(v4, {.fragment = 1}, Bytes(12))) == InnerFault::fragment_overlaps_ports);
}

TEST_CASE("lengths that do not fit the packet are refused, each under its own name") {
    Bytes short_header = ipv4(v4, {}, tcp({1, 2}, 0));
    short_header[0] = 0x44;
    CHECK(fault_of(short_header) == InnerFault::header_length_wrong);
    Bytes header_past_total = ipv4(v4, {.protocol = 99}, {});
    header_past_total[0] = 0x46;
    CHECK(fault_of(header_past_total) == InnerFault::header_length_wrong);
    Bytes longer = ipv4(v4, {}, tcp({1, 2}, 0));
    longer[3] = static_cast<std::uint8_t>(longer[3] + 1);
    CHECK(fault_of(longer) == InnerFault::longer_than_packet);
    Bytes longer6 = ipv6(v6, protocol::udp, udp({1, 2}));
    longer6[5] = static_cast<std::uint8_t>(longer6[5] + 1);
    CHECK(fault_of(longer6) == InnerFault::longer_than_packet);
    CHECK(fault_of(ipv6(v6, 60, {protocol::udp, 9, 0, 0, 0, 0, 0, 0})) == InnerFault::header_truncated);
}

TEST_CASE("the protocol type and the IP version have to agree") {
    InnerPacket packet;
    const Bytes bytes4 = ipv4(v4, {}, tcp({1, 2}, 0));
    const Bytes bytes6 = ipv6(v6, protocol::udp, udp({1, 2}));
    CHECK(parse_inner(0x86DD, bytes6, packet) == InnerFault::none);
    CHECK(parse_inner(0x0800, bytes6, packet) == InnerFault::version_wrong);
    Bytes long4 = bytes4;
    long4.resize(60);
    CHECK(parse_inner(0x86DD, long4, packet) == InnerFault::version_wrong);
    CHECK(parse_inner(0x0806, bytes4, packet) == InnerFault::not_ip);
}

TEST_CASE("an Ethernet frame is read through its VLAN tags") {
    Bytes frame(12, 2);
    frame = frame + Bytes{0x88, 0xA8, 0, 5, 0x81, 0x00, 0, 7, 0x08, 0x00} + ipv4(v4, {}, tcp({1, 443}, 0));
    InnerPacket packet;
    REQUIRE(parse_inner(0x6558, frame, packet) == InnerFault::none);
    CHECK(packet.destination_port == 443);
    CHECK(parse_inner(0x6558, Bytes(12, 2) + Bytes{0x08, 0x06} + Bytes(28), packet) == InnerFault::not_ip);
    CHECK(parse_inner(0x6558, Bytes(12, 2) + Bytes{0x65, 0x58} + frame, packet) == InnerFault::not_ip);
    CHECK(parse_inner(0x6558, Bytes(13), packet) == InnerFault::header_truncated);
}

TEST_CASE("trailing bytes behind the IP packet are not part of it") {
    InnerPacket packet;
    REQUIRE(parse(ipv4(v4, {.protocol = protocol::udp}, udp({1, 2})) + Bytes(18), packet) == InnerFault::none);
    CHECK(packet.transport.size() == 8);
}

TEST_CASE("the packet that an ICMP error quotes is read although it ends early") {
    const Bytes original = ipv4(v4, {}, tcp({40000, 443}, tcp_flag::syn));
    const Bytes quote(original.begin(), original.begin() + 28);
    const Bytes error = ipv4({"198.18.0.1", "192.0.2.10"}, {.protocol = protocol::icmp}, icmp(3, 0, quote));
    InnerPacket packet;
    REQUIRE(parse(error, packet) == InnerFault::none);
    CHECK(packet.is_icmp_error());
    InnerPacket about;
    REQUIRE(parse_quoted(packet, about) == InnerFault::none);
    CHECK(about.to_string() == "tcp 192.0.2.10:40000 > 203.0.113.11:443");

    const Bytes echo = ipv4(v4, {.protocol = protocol::icmp}, icmp(8, 7, quote));
    REQUIRE(parse(echo, packet) == InnerFault::none);
    CHECK(parse_quoted(packet, about) == InnerFault::not_ip);
}

TEST_CASE("no inner packet is read past its end, however it is cut or changed") {
    const Bytes fragment_header{protocol::tcp, 0, 0, 1, 0, 0, 0, 77};
    const Bytes quote = ipv6(v6, protocol::udp, udp({1, 2}));
    const std::vector<Bytes> whole{
        ipv4(v4, {.options = Bytes(8, 1)}, tcp({1, 2}, 0)),
        ipv6(v6, 44, fragment_header + tcp({1, 2}, 0)),
        ipv6(v6, protocol::icmp6, icmp(1, 0, quote)),
    };
    for (const Bytes& packet : whole) {
        for (std::size_t size = 0; size < packet.size(); ++size) {
            const Bytes cut(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(size));
            InnerPacket out;
            CHECK(parse_inner(packet[0] >> 4 == 6 ? 0x86DD : 0x0800, cut, out) != InnerFault::none);
        }
        for (std::size_t at = 0; at < packet.size(); ++at) {
            for (int value = 0; value < 256; ++value) {
                Bytes changed = packet;
                changed[at] = static_cast<std::uint8_t>(value);
                InnerPacket out;
                InnerPacket about;
                if (parse_inner(packet[0] >> 4 == 6 ? 0x86DD : 0x0800, changed, out) == InnerFault::none) {
                    if (parse_quoted(out, about) == InnerFault::none && about.transport.size() > changed.size()) {
                        FAIL_CHECK("a quote larger than the packet that quotes it");
                    }
                    if (out.transport.size() > changed.size()) FAIL_CHECK("more transport than packet");
                }
            }
        }
    }
}
