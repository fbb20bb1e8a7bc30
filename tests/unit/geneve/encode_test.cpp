// SPDX-License-Identifier: Apache-2.0
#include "geneve/decode.hpp"
#include "geneve/encode.hpp"
#include "packets.hpp"

#include <catch2/catch.hpp>

#include <array>

using namespace sallyport::geneve;
using test::Bytes;
using test::from_hex;
using test::gwlb_packet;

TEST_CASE("header and options end where the packet begins") {
    const Bytes data = from_hex("aa bb cc dd");
    const std::array options{Option{0x0108, 0x03, data}, Option{0xFFFF, 0x80, {}}};
    Bytes room(40, 0xEE);
    const auto written = encode_in_front(room, {.protocol_type = protocol_type_ipv6, .vni = 0x123456}, options);
    REQUIRE(written);
    CHECK(written->data() + written->size() == room.data() + room.size());
    CHECK(Bytes(written->begin(), written->end()) ==
          from_hex("03 40 86 dd 12 34 56 00 01 08 03 01 aa bb cc dd ff ff 80 00"));
    CHECK(Bytes(room.begin(), room.begin() + 20) == Bytes(20, 0xEE));
}

TEST_CASE("without enough room nothing is written") {
    const Bytes data(4, 0xAA);
    const std::array options{Option{0x0108, 0x03, data}};
    for (std::size_t size = 0; size < 16; ++size) {
        Bytes room(size, 0xEE);
        CAPTURE(size);
        CHECK_FALSE(encode_in_front(room, {}, options));
        CHECK(room == Bytes(size, 0xEE));
    }
    Bytes room(16);
    CHECK(encode_in_front(room, {}, options));
    Bytes tight(gwlb_header_size - 1, 0xEE);
    CHECK_FALSE(encode_gwlb_in_front(tight, {}, {}));
    CHECK(tight == Bytes(gwlb_header_size - 1, 0xEE));
}

TEST_CASE("what the wire cannot say is not written") {
    Bytes room(512);
    const Bytes too_long(128);
    const Bytes longest(124);
    const Bytes odd(3);
    const Option big{0x0108, 1, longest};
    CHECK_FALSE(encode_in_front(room, {}, std::array{Option{0x0108, 1, too_long}}));
    CHECK_FALSE(encode_in_front(room, {}, std::array{Option{0x0108, 1, odd}}));
    CHECK_FALSE(encode_in_front(room, {.vni = 0x1000000}, {}));
    CHECK_FALSE(encode_gwlb_in_front(room, {.vni = 0x1000000}, {}));
    // 128 + 124 = 252 bytes is the most that Opt Len can count; two of 128 are one word too many.
    CHECK(encode_in_front(room, {}, std::array{big, Option{1, 1, std::span(longest).first(120)}}));
    CHECK_FALSE(encode_in_front(room, {}, std::array{big, big}));
}

TEST_CASE("the GWLB options in front of a packet are those of AWS") {
    const Bytes expected = gwlb_packet();
    Bytes packet(44, 0xEE);
    const auto written = encode_gwlb_in_front(std::span(packet).first(40), {},
                                              {.endpoint_id = 0x2b8ee1d4db0c51c4, .flow_cookie = 0xcafe0001});
    REQUIRE(written);
    CHECK(Bytes(packet.begin(), packet.begin() + 40) == Bytes(expected.begin(), expected.end() - 4));
}

TEST_CASE("any packet that is encoded is decoded to what it was") {
    test::Generator generator(8926);
    for (int round = 0; round < 5000; ++round) {
        const auto stored = generator.options();
        const auto options = test::views(stored);
        const Encapsulation encapsulation{static_cast<std::uint16_t>(generator.below(0x10000)),
                                          generator.below(max_vni + 1), generator.below(2) == 1};
        const Bytes payload = generator.bytes(generator.below(64));
        Bytes packet(header_size + max_options_size);
        const auto written = encode_in_front(packet, encapsulation, options);
        CAPTURE(round);
        REQUIRE(written);
        const std::size_t header_bytes = written->size();
        packet.erase(packet.begin(), packet.end() - static_cast<std::ptrdiff_t>(header_bytes));
        packet.insert(packet.end(), payload.begin(), payload.end());

        Decoded decoded;
        REQUIRE(decode(packet, decoded) == Fault::none);
        REQUIRE(decoded.header.protocol_type == encapsulation.protocol_type);
        REQUIRE(decoded.header.vni == encapsulation.vni);
        REQUIRE(decoded.header.control == encapsulation.control);
        REQUIRE(Bytes(decoded.payload.begin(), decoded.payload.end()) == payload);
        OptionReader reader(decoded.options);
        bool any_critical = false;
        for (const auto& expected : stored) {
            Option option;
            REQUIRE(reader.next(option));
            REQUIRE(option.option_class == expected.option_class);
            REQUIRE(option.type == expected.type);
            REQUIRE(Bytes(option.data.begin(), option.data.end()) == expected.data);
            any_critical = any_critical || option.critical();
        }
        Option none;
        REQUIRE_FALSE(reader.next(none));
        REQUIRE(reader.fault() == Fault::none);
        REQUIRE(decoded.header.critical == any_critical);
    }
}
