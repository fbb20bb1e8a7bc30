// SPDX-License-Identifier: Apache-2.0
#include "geneve/decode.hpp"
#include "geneve/gwlb.hpp"
#include "packets.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <string>

using namespace sallyport::geneve;
using test::Bytes;
using test::from_hex;
using test::gwlb_packet;

namespace {

struct FaultyPacket {
    std::string sentence;
    std::string packet;
    Fault fault;
};

} // namespace

TEST_CASE("a packet of a gateway gives its header, its options and the packet inside") {
    const Bytes packet = gwlb_packet();
    Decoded decoded;
    REQUIRE(decode(packet, decoded) == Fault::none);
    CHECK(decoded.header == Header{0, 32, false, false, protocol_type_ipv4, 0});
    CHECK(decoded.options.data() == packet.data() + 8);
    CHECK(decoded.options.size() == 32);
    CHECK(decoded.payload.data() == packet.data() + 40);
    CHECK(decoded.payload.size() == 4);
}

TEST_CASE("every bit of the fixed header is read where RFC 8926 puts it") {
    Decoded decoded;
    REQUIRE(decode(from_hex("00 c0 65 58 ab cd ef 00"), decoded) == Fault::none);
    CHECK(decoded.header == Header{0, 0, true, true, protocol_type_ethernet, 0xABCDEF});
    CHECK(decoded.options.empty());
    CHECK(decoded.payload.empty());
}

TEST_CASE("each way in which a packet can be wrong is a fault of its own") {
    const auto faulty = GENERATE(values<FaultyPacket>({
        {"no bytes at all", "", Fault::header_truncated},
        {"seven bytes", "00 00 08 00 00 00 00", Fault::header_truncated},
        {"version 1", "40 00 08 00 00 00 00 00", Fault::version_unsupported},
        {"version 3", "c0 00 08 00 00 00 00 00", Fault::version_unsupported},
        {"a reserved bit beside the flags", "00 01 08 00 00 00 00 00", Fault::reserved_bits_set},
        {"the highest reserved bit beside the flags", "00 20 08 00 00 00 00 00", Fault::reserved_bits_set},
        {"a reserved bit behind the VNI", "00 00 08 00 00 00 00 80", Fault::reserved_bits_set},
        {"options announced but not there", "01 00 08 00 00 00 00 00", Fault::options_truncated},
        {"one byte too few for the options", "01 00 08 00 00 00 00 00 01 08 01", Fault::options_truncated},
        {"an option longer than the options", "01 00 08 00 00 00 00 00 01 08 01 01", Fault::option_overrun},
        {"an option that reaches into the payload", "01 00 08 00 00 00 00 00 01 08 01 01 45 00 00 14",
         Fault::option_overrun},
        {"a second option that is too long", "03 00 08 00 00 00 00 00 01 08 01 01 00 00 00 00 01 08 02 1f",
         Fault::option_overrun},
        {"a reserved bit of an option", "01 00 08 00 00 00 00 00 01 08 01 20", Fault::option_reserved_bits_set},
    }));
    INFO(faulty.sentence);
    Decoded decoded;
    CHECK(name(decode(from_hex(faulty.packet), decoded)) == name(faulty.fault));
}

TEST_CASE("an appliance passes over reserved bits that a gateway refuses") {
    Decoded decoded;
    CHECK(decode(from_hex("01 3f 08 00 00 00 01 ff 01 08 01 e0"), decoded, ReservedBits::ignore) == Fault::none);
    CHECK(decoded.header.vni == 1);
    // The other checks hold all the same.
    CHECK(decode(from_hex("01 3f 08 00 00 00 01 ff 01 08 01 e1"), decoded, ReservedBits::ignore) ==
          Fault::option_overrun);
}

TEST_CASE("options that end within an option header are a fault of their own") {
    // Cannot come from a packet, whose options are whole words; a caller with a span of its own can do it.
    CHECK(check_options(from_hex("01 08 01")) == Fault::option_header_truncated);
    CHECK(check_options(from_hex("01 08 01 00 01")) == Fault::option_header_truncated);
}

TEST_CASE("options come out one by one, with a critical one known by its highest type bit") {
    const Bytes options = from_hex("01 08 81 01 aa bb cc dd 00 00 00 00");
    OptionReader reader(options);
    Option option;
    REQUIRE(reader.next(option));
    CHECK(option.option_class == 0x0108);
    CHECK(option.type == 0x81);
    CHECK(option.critical());
    CHECK(Bytes(option.data.begin(), option.data.end()) == from_hex("aa bb cc dd"));
    REQUIRE(reader.next(option));
    CHECK(option.option_class == 0);
    CHECK_FALSE(option.critical());
    CHECK(option.data.empty());
    CHECK_FALSE(reader.next(option));
    CHECK(reader.fault() == Fault::none);
}

TEST_CASE("only IPv4, IPv6 and Ethernet are traffic, and a control message never is") {
    CHECK(check_traffic({.protocol_type = 0x0800}) == Fault::none);
    CHECK(check_traffic({.protocol_type = 0x86DD}) == Fault::none);
    CHECK(check_traffic({.protocol_type = 0x6558}) == Fault::none);
    CHECK(check_traffic({.protocol_type = 0x0806}) == Fault::protocol_type_unsupported);
    CHECK(check_traffic({.control = true, .protocol_type = 0x0800}) == Fault::control_packet);
}

TEST_CASE("no packet is read past its end, wherever it is cut") {
    const Bytes whole = gwlb_packet();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        // A copy of its own, so that AddressSanitizer sees a read past its end.
        const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        Decoded decoded;
        const Fault fault = decode(cut, decoded);
        CAPTURE(size);
        CHECK(fault == (size < 8 ? Fault::header_truncated : size < 40 ? Fault::options_truncated : Fault::none));
    }
}

TEST_CASE("whatever a single byte turns into, all that is read lies within the packet") {
    const Bytes whole = gwlb_packet();
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (int value = 0; value < 256; ++value) {
            Bytes packet = whole;
            packet[at] = static_cast<std::uint8_t>(value);
            Decoded decoded;
            if (decode(packet, decoded) != Fault::none) continue;
            GwlbOptions options;
            const Fault fault = read_gwlb_options(decoded.options, options);
            const bool adds_up = header_size + decoded.options.size() + decoded.payload.size() == packet.size();
            if (!adds_up || decoded.options.size() != decoded.header.option_bytes) {
                CAPTURE(at, value, name(fault));
                FAIL_CHECK("header, options and payload do not add up to the packet");
            }
        }
    }
}

TEST_CASE("every fault has a name and a sentence, and no two share a name") {
    std::set<std::string_view> names;
    for (const auto& text : fault_texts) {
        CHECK(names.insert(name(text.fault)).second);
        CHECK(describe(text.fault).back() == '.');
    }
}
