// SPDX-License-Identifier: Apache-2.0
#include "replay/packet_pool.hpp"
#include "replay/vlan.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

using namespace sallyport;
using namespace sallyport::replay;

namespace {

using Bytes = std::vector<std::uint8_t>;

const Bytes macs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

Bytes frame(Bytes rest) {
    Bytes all = macs;
    all.insert(all.end(), rest.begin(), rest.end());
    return all;
}

journey::Packet& put(PacketPool& pool, const Bytes& bytes) {
    journey::Packet& packet = *pool.take();
    std::ranges::copy(bytes, packet.buffer + packet.begin);
    packet.end = static_cast<std::uint16_t>(packet.begin + bytes.size());
    return packet;
}

Bytes content(const journey::Packet& packet) {
    return {packet.bytes().begin(), packet.bytes().end()};
}

} // namespace

TEST_CASE("tags are counted, and the outermost names the VLAN") {
    PacketPool pool;
    CHECK(read_vlan_tags(put(pool, frame({0x08, 0x00}))).count == 0);
    const VlanTags one = read_vlan_tags(put(pool, frame({0x81, 0x00, 0xe0, 0x2a, 0x08, 0x00})));
    CHECK(one.count == 1);
    CHECK(one.vlan == 42); // priority bits are no part of it
    const VlanTags two = read_vlan_tags(put(pool, frame({0x88, 0xa8, 0, 7, 0x81, 0, 0, 42, 0x08, 0x00})));
    CHECK(two.count == 2);
    CHECK(two.vlan == 7);
}

TEST_CASE("a frame cut within its tag has none") {
    PacketPool pool;
    CHECK(read_vlan_tags(put(pool, frame({0x81, 0x00, 0x00, 0x2a, 0x08}))).count == 0);
    CHECK(read_vlan_tags(put(pool, frame({0x81}))).count == 0);
    CHECK(read_vlan_tags(put(pool, {})).count == 0);
}

TEST_CASE("a tag is taken off and put on again") {
    PacketPool pool;
    const Bytes tagged = frame({0x81, 0x00, 0x00, 0x2a, 0x08, 0x00, 0x45});
    journey::Packet& packet = put(pool, tagged);
    remove_vlan_tags(packet, 1);
    CHECK(content(packet) == frame({0x08, 0x00, 0x45}));
    REQUIRE(add_vlan_tag(packet, 42));
    CHECK(content(packet) == tagged);
}

TEST_CASE("a tag needs room in front and an Ethernet header") {
    PacketPool pool;
    journey::Packet& packet = put(pool, Bytes(11));
    CHECK(!add_vlan_tag(packet, 42));
    packet.begin = 3;
    packet.end = 40;
    CHECK(!add_vlan_tag(packet, 42));
}
