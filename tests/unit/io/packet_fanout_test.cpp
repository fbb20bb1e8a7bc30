// SPDX-License-Identifier: Apache-2.0
#include "io/packet_fanout.hpp"

#include <catch2/catch.hpp>
#include <linux/if_packet.h>

using namespace sallyport;

TEST_CASE("the frames of a flow stay on its socket, and fragments are not put together") {
    const std::uint32_t asked =
        (PACKET_FANOUT_HASH | PACKET_FANOUT_FLAG_DEFRAG | PACKET_FANOUT_FLAG_ROLLOVER) << 16 | 0x41aa;
    CHECK(io::fanout_by_flow(asked) == (PACKET_FANOUT_HASH << 16 | 0x41aa));
}

TEST_CASE("other ways to spread frames, and other flags, are left alone") {
    const std::uint32_t asked = (PACKET_FANOUT_CPU | PACKET_FANOUT_FLAG_UNIQUEID) << 16 | 0xffff;
    CHECK(io::fanout_by_flow(asked) == asked);
}
