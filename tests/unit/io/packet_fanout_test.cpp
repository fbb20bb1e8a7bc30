// SPDX-License-Identifier: Apache-2.0
#include "io/packet_fanout.hpp"

#include <catch2/catch.hpp>
#include <linux/if_packet.h>

using namespace sallyport;

namespace {

constexpr std::uint32_t fanout(std::uint32_t type_and_flags, std::uint32_t group) {
    return type_and_flags << 16U | group;
}

} // namespace

TEST_CASE("the frames of a flow stay on its socket, and fragments are not put together") {
    constexpr std::uint32_t asked = PACKET_FANOUT_HASH | PACKET_FANOUT_FLAG_DEFRAG | PACKET_FANOUT_FLAG_ROLLOVER;
    CHECK(io::fanout_by_flow(fanout(asked, 0x41aa)) == fanout(PACKET_FANOUT_HASH, 0x41aa));
}

TEST_CASE("other ways to spread frames, and other flags, are left alone") {
    constexpr std::uint32_t asked = PACKET_FANOUT_CPU | PACKET_FANOUT_FLAG_UNIQUEID;
    CHECK(io::fanout_by_flow(fanout(asked, 0xffff)) == fanout(asked, 0xffff));
}
