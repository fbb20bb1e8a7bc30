// SPDX-License-Identifier: Apache-2.0
#include "support/big_endian.hpp"

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <random>
#include <type_traits>

using namespace sallyport;

namespace {

template <typename Field>
std::array<std::uint8_t, sizeof(Field)> wire_bytes(const Field& field) {
    std::array<std::uint8_t, sizeof(Field)> bytes;
    std::memcpy(bytes.data(), &field, sizeof field);
    return bytes;
}

} // namespace

TEST_CASE("a big-endian field stands most significant byte first") {
    CHECK(wire_bytes(be16{0x0102}) == std::array<std::uint8_t, 2>{1, 2});
    CHECK(wire_bytes(be32{0x01020304}) == std::array<std::uint8_t, 4>{1, 2, 3, 4});
    CHECK(wire_bytes(be64{0x0102030405060708}) == std::array<std::uint8_t, 8>{1, 2, 3, 4, 5, 6, 7, 8});
}

TEST_CASE("host order survives the way over the wire, as with htons and htonl") {
    std::mt19937_64 random(3);
    for (int round = 0; round < 1000; ++round) {
        const std::uint64_t value = random();
        CHECK(be64{value}.host() == value);
        CHECK(be32{static_cast<std::uint32_t>(value)}.raw() == htonl(static_cast<std::uint32_t>(value)));
        CHECK(be16{static_cast<std::uint16_t>(value)}.raw() == htons(static_cast<std::uint16_t>(value)));
    }
}

TEST_CASE("raw bytes move between fields unchanged") {
    be32 copy;
    copy.set_raw(be32{0xc0000201}.raw());
    CHECK(copy.host() == 0xc0000201);
    CHECK(copy == be32{0xc0000201});
    CHECK_FALSE(copy == be32{0xc0000202});
}

TEST_CASE("a new field is zero and needs no alignment") {
    CHECK(be16{}.host() == 0);
    CHECK(be64{}.host() == 0);
    CHECK(alignof(be64) == 1);
}

TEST_CASE("no number becomes a field by itself, nor a field a number") {
    CHECK_FALSE(std::is_convertible_v<std::uint16_t, be16>);
    CHECK_FALSE(std::is_convertible_v<be16, std::uint16_t>);
    CHECK_FALSE(std::is_convertible_v<be16, be32>);
}
