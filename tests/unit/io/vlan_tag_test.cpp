// SPDX-License-Identifier: Apache-2.0
#include "io/vlan_tag.hpp"

#include <catch2/catch.hpp>
#include <numeric>
#include <vector>

using namespace sallyport;

namespace {

struct Frame {
    std::vector<std::uint8_t> memory = std::vector<std::uint8_t>(256);
    journey::Packet packet;

    Frame(std::uint16_t headroom, const std::vector<std::uint8_t>& bytes) {
        packet.buffer = memory.data();
        packet.capacity = static_cast<std::uint16_t>(memory.size());
        packet.begin = headroom;
        packet.end = static_cast<std::uint16_t>(headroom + bytes.size());
        std::copy(bytes.begin(), bytes.end(), memory.begin() + headroom);
    }
    std::vector<std::uint8_t> bytes() const { return {packet.bytes().begin(), packet.bytes().end()}; }
};

const std::vector<std::uint8_t> plain = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0x08, 0x00, 0x45, 0xaa};
// Priority 5, VLAN 0x123.
const std::vector<std::uint8_t> tagged = {1,  2,  3,    4,    5,    6,    7,    8,    9,    10,
                                          11, 12, 0x81, 0x00, 0xa1, 0x23, 0x08, 0x00, 0x45, 0xaa};

} // namespace

TEST_CASE("a tag is taken off and its VLAN is told, without the priority") {
    Frame frame(16, tagged);
    CHECK(io::strip_vlan_tag(frame.packet) == 0x123);
    CHECK(frame.bytes() == plain);
}

TEST_CASE("a frame without a tag stays as it is") {
    Frame frame(16, plain);
    CHECK(io::strip_vlan_tag(frame.packet) == io::untagged);
    CHECK(frame.bytes() == plain);
}

TEST_CASE("a priority tag counts as untagged and comes off") {
    Frame frame(16, tagged);
    frame.memory[16 + 14] = 0xe0;
    frame.memory[16 + 15] = 0x00;
    CHECK(io::strip_vlan_tag(frame.packet) == io::untagged);
    CHECK(frame.bytes() == plain);
}

TEST_CASE("of two tags the outer one comes off") {
    std::vector<std::uint8_t> twice = tagged;
    twice.insert(twice.begin() + 12, {0x81, 0x00, 0x00, 0x07});
    Frame frame(16, twice);
    CHECK(io::strip_vlan_tag(frame.packet) == 7);
    CHECK(frame.bytes() == tagged);
}

TEST_CASE("a frame that ends inside its tag is left for the journey to drop") {
    for (std::size_t length = 0; length < 18; ++length) {
        const std::vector<std::uint8_t> cut(tagged.begin(), tagged.begin() + static_cast<std::ptrdiff_t>(length));
        Frame frame(16, cut);
        CHECK(io::strip_vlan_tag(frame.packet) == io::untagged);
        CHECK(frame.bytes() == cut);
    }
}

TEST_CASE("putting a tag on and taking it off gives the same frame") {
    Frame frame(16, plain);
    REQUIRE(io::insert_vlan_tag(frame.packet, 4094));
    CHECK(frame.packet.length() == plain.size() + io::vlan_tag_bytes);
    CHECK(frame.bytes()[14] == 0x0f);
    CHECK(frame.bytes()[15] == 0xfe);
    CHECK(io::strip_vlan_tag(frame.packet) == 4094);
    CHECK(frame.bytes() == plain);
}

TEST_CASE("without room in front no tag is put on") {
    Frame frame(3, plain);
    CHECK_FALSE(io::insert_vlan_tag(frame.packet, 5));
    CHECK(frame.bytes() == plain);
}
