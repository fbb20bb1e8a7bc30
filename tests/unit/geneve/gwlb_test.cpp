// SPDX-License-Identifier: Apache-2.0
#include "geneve/gwlb.hpp"
#include "packets.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <string>

using namespace sallyport::geneve;
using test::Bytes;
using test::from_hex;
using test::gwlb_packet;

namespace {

const std::string endpoint = "01 08 01 02 2b 8e e1 d4 db 0c 51 c4 ";
const std::string attachment = "01 08 02 02 00 00 00 00 00 00 00 07 ";
const std::string cookie = "01 08 03 01 ca fe 00 01 ";

struct FaultyOptions {
    std::string sentence;
    std::string options;
    Fault fault;
};

} // namespace

TEST_CASE("the three options of AWS are read from their usual places") {
    GwlbOptions options;
    REQUIRE(read_gwlb_options(from_hex(endpoint + attachment + cookie), options) == Fault::none);
    CHECK(options == GwlbOptions{0x2b8ee1d4db0c51c4, 7, 0xcafe0001, true, true, true});
    CHECK(options.complete());
}

TEST_CASE("the options are read in any order and between foreign ones") {
    const std::string foreign = GENERATE("", "01 04 05 00 ", "ff ff 01 02 01 08 01 02 01 08 01 02 ");
    const std::string text =
        GENERATE_COPY(cookie + foreign + attachment + endpoint, foreign + attachment + endpoint + cookie,
                      endpoint + cookie + attachment + foreign);
    GwlbOptions options;
    REQUIRE(read_gwlb_options(from_hex(text), options) == Fault::none);
    CHECK(options == GwlbOptions{0x2b8ee1d4db0c51c4, 7, 0xcafe0001, true, true, true});
}

TEST_CASE("options that are missing are no fault, but are known to be missing") {
    GwlbOptions options{1, 2, 3, true, true, true};
    REQUIRE(read_gwlb_options(from_hex(cookie), options) == Fault::none);
    CHECK(options == GwlbOptions{0, 0, 0xcafe0001, false, false, true});
    CHECK_FALSE(options.complete());
    REQUIRE(read_gwlb_options({}, options) == Fault::none);
    CHECK(options == GwlbOptions{});
}

TEST_CASE("each way in which GWLB options can be wrong is a fault of its own") {
    const auto faulty = GENERATE(values<FaultyOptions>({
        {"an endpoint id of four bytes", "01 08 01 01 00 00 00 01", Fault::option_length_wrong},
        {"an attachment id of twelve bytes", "01 08 02 03 00 00 00 00 00 00 00 00 00 00 00 00",
         Fault::option_length_wrong},
        {"a cookie without bytes", "01 08 03 00", Fault::option_length_wrong},
        {"a cookie of eight bytes", "01 08 03 02 00 00 00 00 00 00 00 00", Fault::option_length_wrong},
        {"two cookies", "01 08 03 01 00 00 00 00 01 08 03 01 00 00 00 00", Fault::option_duplicated},
        {"two endpoint ids among all three", endpoint + attachment + cookie + endpoint, Fault::option_duplicated},
        {"two attachment ids", attachment + attachment, Fault::option_duplicated},
        {"a critical option of another class", endpoint + "ff ff 80 00", Fault::critical_option_unknown},
        {"a critical option of the GWLB class", "01 08 81 02 2b 8e e1 d4 db 0c 51 c4", Fault::critical_option_unknown},
        {"an option that overruns behind good ones", endpoint + "01 08 03 02 ca fe 00 01", Fault::option_overrun},
        {"a reserved bit in front of the length", "01 08 03 81 00 00 00 00", Fault::option_reserved_bits_set},
    }));
    INFO(faulty.sentence);
    GwlbOptions options;
    CHECK(name(read_gwlb_options(from_hex(faulty.options), options)) == name(faulty.fault));
}

TEST_CASE("an option of the GWLB class that nobody knows yet is passed over") {
    GwlbOptions options;
    CHECK(read_gwlb_options(from_hex("01 08 04 01 00 00 00 00 " + cookie), options) == Fault::none);
    CHECK(options.flow_cookie == 0xcafe0001);
}

TEST_CASE("cutting or changing any byte of the options never goes unseen by the lengths") {
    const Bytes whole = from_hex(endpoint + attachment + cookie);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        GwlbOptions options;
        const bool at_a_border = size == 0 || size == 12 || size == 24;
        CAPTURE(size);
        CHECK((read_gwlb_options(cut, options) == Fault::none) == at_a_border);
        CHECK_FALSE(options.complete());
    }
}

TEST_CASE("a packet that comes back is read in one pass") {
    Decoded decoded;
    GwlbOptions options;
    REQUIRE(decode_gwlb(gwlb_packet(), decoded, options) == Fault::none);
    CHECK(options.endpoint_id == 0x2b8ee1d4db0c51c4);
    CHECK(decoded.payload.size() == 4);

    Bytes control = gwlb_packet();
    control[1] = 0x80;
    CHECK(decode_gwlb(control, decoded, options) == Fault::control_packet);
    Bytes arp = gwlb_packet();
    arp[3] = 0x06;
    CHECK(decode_gwlb(arp, decoded, options) == Fault::protocol_type_unsupported);
    Bytes long_cookie = gwlb_packet();
    long_cookie[35] = 0x02;
    CHECK(decode_gwlb(long_cookie, decoded, options) == Fault::option_overrun);
    CHECK(decode_gwlb(from_hex("08"), decoded, options) == Fault::header_truncated);
}

TEST_CASE("what is written is the layout of AWS, byte for byte") {
    std::array<std::uint8_t, gwlb_header_size + 4> room;
    room.fill(0xEE);
    write_gwlb_header(std::span(room).first<gwlb_header_size>(), protocol_type_ipv4, 0,
                      {.endpoint_id = 0x2b8ee1d4db0c51c4, .flow_cookie = 0xcafe0001});
    const Bytes expected = gwlb_packet();
    CHECK(std::equal(room.begin(), room.begin() + gwlb_header_size, expected.begin()));
    CHECK(room[gwlb_header_size] == 0xEE);
}

TEST_CASE("the VNI and the protocol type stand in their places, and the reserved byte stays zero") {
    std::array<std::uint8_t, gwlb_header_size> room;
    write_gwlb_header(room, protocol_type_ipv6, 0xABCDEF, {.attachment_id = 0x0102030405060708});
    Decoded decoded;
    GwlbOptions options;
    REQUIRE(decode_gwlb(room, decoded, options) == Fault::none);
    CHECK(decoded.header == Header{0, 32, false, false, protocol_type_ipv6, 0xABCDEF});
    CHECK(options == GwlbOptions{0, 0x0102030405060708, 0, true, true, true});
}
