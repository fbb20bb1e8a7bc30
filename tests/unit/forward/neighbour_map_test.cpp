// SPDX-License-Identifier: Apache-2.0
#include "forward/neighbour_map.hpp"

#include <catch2/catch.hpp>
#include <random>

using namespace sallyport;
using namespace sallyport::forward;

namespace {

MacAddress numbered_mac(unsigned number) {
    return {{2, 0, 0, 0, static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)}};
}

IpAddress numbered_address(unsigned number) {
    return number % 2 == 0 ? IpAddress::v4(0xc000'0200U + number)
                           : IpAddress::from_halves(Family::ipv6, 0x2001'0db8'0000'0000U, number);
}

} // namespace

TEST_CASE("every neighbour is found by its port and address, and nobody else is") {
    std::vector<Neighbour> neighbours;
    for (unsigned number = 0; number < 3000; ++number)
        neighbours.push_back({static_cast<PortIndex>(number % 3), numbered_address(number), numbered_mac(number)});
    const NeighbourMap map(neighbours);
    for (unsigned number = 0; number < 3000; ++number) {
        MacAddress mac;
        REQUIRE(map.find(static_cast<PortIndex>(number % 3), numbered_address(number), mac));
        REQUIRE(mac == numbered_mac(number));
        REQUIRE_FALSE(map.find(static_cast<PortIndex>(number % 3 + 1), numbered_address(number), mac));
        REQUIRE_FALSE(map.find(static_cast<PortIndex>(number % 3), numbered_address(number + 3000), mac));
    }
}

TEST_CASE("one address on two ports is two neighbours, and of two entries for one the last wins") {
    const IpAddress address = *IpAddress::parse("192.0.2.1");
    const NeighbourMap map(
        {{0, address, numbered_mac(1)}, {1, address, numbered_mac(2)}, {0, address, numbered_mac(3)}});
    MacAddress mac;
    REQUIRE(map.find(0, address, mac));
    CHECK(mac == numbered_mac(3));
    REQUIRE(map.find(1, address, mac));
    CHECK(mac == numbered_mac(2));
}

TEST_CASE("192.0.2.1 and ::ffff:192.0.2.1 are two neighbours") {
    const NeighbourMap map({{0, *IpAddress::parse("192.0.2.1"), numbered_mac(1)}});
    MacAddress mac;
    CHECK_FALSE(map.find(0, *IpAddress::parse("::ffff:192.0.2.1"), mac));
}

TEST_CASE("an empty map knows nobody") {
    MacAddress mac;
    CHECK_FALSE(NeighbourMap().find(0, IpAddress::v4(1), mac));
    CHECK_FALSE(NeighbourMap(std::vector<Neighbour>{}).find(0, IpAddress::v4(1), mac));
}
