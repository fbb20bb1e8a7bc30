// SPDX-License-Identifier: Apache-2.0
#include "balance/proxy/proxy_protocol.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace sallyport;
using namespace sallyport::balance;

namespace {

using Bytes = std::vector<std::uint8_t>;

SocketAddress end(const char* address, std::uint16_t port) {
    return {IpAddress::parse(address).value(), port};
}

const ClientRoute route4{end("192.0.2.10", 40000), end("198.51.100.1", 443)};
const ClientRoute route6{end("2001:db8::10", 40000), end("2001:db8:1::1", 443)};

Bytes bytes_of(std::string_view text) {
    return {text.begin(), text.end()};
}

const Bytes signature = {0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A};

/// The 16 bytes in front, written by hand, and what follows them.
Bytes v2(std::uint8_t version_command, std::uint8_t family_transport, std::uint16_t length, const Bytes& rest) {
    Bytes bytes = signature;
    for (const int byte : {int{version_command}, int{family_transport}, length >> 8, length & 0xFF})
        bytes.push_back(static_cast<std::uint8_t>(byte));
    bytes.insert(bytes.end(), rest.begin(), rest.end());
    return bytes;
}

const Bytes addresses4 = {192, 0, 2, 10, 198, 51, 100, 1, 0x9C, 0x40, 0x01, 0xBB};

Bytes joined(Bytes first, const Bytes& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

/// Until the last byte it needs more, whichever the header.
ProxyReading read_growing(const Bytes& bytes) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const Bytes exact(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
        INFO("the first " << size << " bytes");
        REQUIRE(read_proxy_header(exact).state == Reading::needs_more);
    }
    return read_proxy_header(bytes);
}

} // namespace

TEST_CASE("a v2 header for IPv4 is what the specification says, byte for byte") {
    ProxyHeaderWriter writer(route4);
    const Bytes header = writer.finish();
    CHECK(Bytes(header.begin(), header.begin() + 28) == v2(0x21, 0x11, 12 + 7, addresses4));
    CHECK(Bytes(header.begin() + 28, header.begin() + 31) == Bytes{0x03, 0x00, 0x04});
    CHECK(header.size() == 35);
}

TEST_CASE("what is written is read again, and needs every byte") {
    for (const ClientRoute& route : {route4, route6}) {
        ProxyHeaderWriter writer(route);
        CHECK(writer.add(TlvType::authority, "www.example.com"));
        CHECK(writer.add(TlvType::aws, aws_endpoint_value(0x2b8ee1d4db0c51c4)));
        CHECK(writer.add(TlvType::endpoint_name, "office"));
        CHECK(writer.add(TlvType::chain_name, "perimeter"));
        const Bytes header = writer.finish();
        const ProxyReading reading = read_growing(header);
        REQUIRE(reading.state == Reading::done);
        CHECK(reading.header.version == 2);
        CHECK(reading.header.route == route);
        TlvReader reader(reading.header.tlvs);
        std::vector<std::pair<TlvType, std::string>> seen;
        for (Tlv tlv; reader.next(tlv);)
            seen.emplace_back(tlv.type, std::string(tlv.value.begin(), tlv.value.end()));
        REQUIRE(seen.size() == 5);
        CHECK(seen[0] == std::pair(TlvType::authority, std::string("www.example.com")));
        CHECK(seen[1] == std::pair(TlvType::aws, std::string("\x01"
                                                             "0x2b8ee1d4db0c51c4")));
        CHECK(seen[2] == std::pair(TlvType::endpoint_name, std::string("office")));
        CHECK(seen[3] == std::pair(TlvType::chain_name, std::string("perimeter")));
        CHECK(seen[4].first == TlvType::crc32c);
    }
}

TEST_CASE("a LOCAL header has no addresses, and says to take the connection's own") {
    ProxyHeaderWriter writer(std::nullopt);
    const Bytes header = writer.finish();
    CHECK(header[12] == 0x20);
    CHECK(header[13] == 0x00);
    const ProxyReading reading = read_growing(header);
    CHECK(reading.state == Reading::done);
    CHECK_FALSE(reading.header.route);
}

TEST_CASE("a field that would make the header too long is left out, and the header stays sound") {
    ProxyHeaderWriter writer(route4);
    const Bytes large(1500, 'x');
    CHECK(writer.add(TlvType::unique_id, large));
    CHECK(writer.add(TlvType::unique_id, large));
    CHECK_FALSE(writer.add(TlvType::unique_id, large));
    CHECK(writer.add(TlvType::chain_name, "perimeter"));
    const Bytes header = writer.finish();
    CHECK(header.size() <= max_proxy_header_size);
    CHECK(read_proxy_header(header).state == Reading::done);

    ProxyHeaderWriter full(route4);
    const Bytes all(max_proxy_header_size - 28 - 7 - 3, 'x');
    CHECK(full.add(TlvType::noop, all));
    CHECK_FALSE(full.add(TlvType::noop, ""));
    CHECK(full.finish().size() == max_proxy_header_size);
}

TEST_CASE("addresses of two families are written as IPv6") {
    ProxyHeaderWriter writer(ClientRoute{route6.source, route4.destination});
    const Bytes header = writer.finish();
    const ProxyReading reading = read_proxy_header(header);
    REQUIRE(reading.header.route);
    CHECK(reading.header.route->source == route6.source);
    CHECK(reading.header.route->destination.address.to_string() == "::ffff:198.51.100.1");
}

TEST_CASE("headers that say nothing of the client are taken, and the connection's own ends hold") {
    const Bytes unix_addresses(216, 'u');
    const std::pair<const char*, Bytes> headers[] = {
        {"LOCAL with addresses that are to be skipped", v2(0x20, 0x11, 12, addresses4)},
        {"LOCAL with an unknown family", v2(0x20, 0xFF, 0, {})},
        {"LOCAL with bytes that are no fields", v2(0x20, 0x00, 2, {0x03, 0xFF})},
        {"PROXY UNSPEC", v2(0x21, 0x00, 0, {})},
        {"PROXY over UDP", v2(0x21, 0x12, 12, addresses4)},
        {"PROXY over UNIX", v2(0x21, 0x31, 216, unix_addresses)},
        {"v1 UNKNOWN", bytes_of("PROXY UNKNOWN\r\n")},
        {"v1 UNKNOWN with more", bytes_of("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n")},
    };
    for (const auto& [sentence, header] : headers) {
        INFO(sentence);
        const ProxyReading reading = read_growing(header);
        CHECK(reading.state == Reading::done);
        CHECK(reading.header.size == header.size());
        CHECK_FALSE(reading.header.route);
    }
}

TEST_CASE("a v1 line is read, and what follows it is not the header's") {
    const std::pair<std::string, ClientRoute> lines[] = {
        {"PROXY TCP4 192.0.2.10 198.51.100.1 40000 443\r\n", route4},
        {"PROXY TCP6 2001:db8::10 2001:db8:1::1 40000 443\r\n", route6},
        {"PROXY TCP4 255.255.255.255 255.255.255.255 65535 0\r\n",
         {end("255.255.255.255", 65535), end("255.255.255.255", 0)}},
    };
    for (const auto& [line, route] : lines) {
        const ProxyReading alone = read_growing(bytes_of(line));
        REQUIRE(alone.state == Reading::done);
        CHECK(alone.header.version == 1);
        CHECK(alone.header.route == route);
        const Bytes more = bytes_of(line + "GET / HTTP/1.1\r\n");
        CHECK(read_proxy_header(more).header.size == line.size());
    }
}

TEST_CASE("each fault of a header has its name") {
    const Bytes good = [] {
        ProxyHeaderWriter writer(route4);
        return writer.finish();
    }();
    Bytes flipped = good;
    flipped[16] ^= 1U;
    const std::string long_line = "PROXY UNKNOWN " + std::string(94, 'x');
    const std::tuple<const char*, Bytes, ProxyFault> faults[] = {
        {"HTTP", bytes_of("GET / HTTP/1.1\r\n"), ProxyFault::no_signature},
        {"one wrong byte", bytes_of("\r\n\r\n\n"), ProxyFault::no_signature},
        {"lower case", bytes_of("proxy TCP4"), ProxyFault::no_signature},
        {"version 1 in binary", v2(0x11, 0x11, 12, addresses4), ProxyFault::wrong_version},
        {"version 3", v2(0x31, 0x11, 12, addresses4), ProxyFault::wrong_version},
        {"command 2", v2(0x22, 0x11, 12, addresses4), ProxyFault::unknown_command},
        {"family 4", v2(0x21, 0x41, 12, addresses4), ProxyFault::unknown_family},
        {"transport 3", v2(0x21, 0x13, 12, addresses4), ProxyFault::unknown_transport},
        {"11 bytes of IPv4 addresses", v2(0x21, 0x11, 11, {}), ProxyFault::addresses_cut},
        {"12 bytes of IPv6 addresses", v2(0x21, 0x21, 12, addresses4), ProxyFault::addresses_cut},
        {"12 bytes of UNIX addresses", v2(0x21, 0x31, 12, addresses4), ProxyFault::addresses_cut},
        {"more than 4096 bytes", v2(0x21, 0x11, 4081, {}), ProxyFault::header_too_long},
        {"65,535 bytes of LOCAL", v2(0x20, 0x00, 65535, {}), ProxyFault::header_too_long},
        {"half a field", v2(0x21, 0x11, 14, joined(addresses4, {0x04, 0x00})), ProxyFault::tlv_overruns},
        {"a field past the end", v2(0x21, 0x11, 16, joined(addresses4, {0x04, 0x00, 0x02, 0x00})),
         ProxyFault::tlv_overruns},
        {"a checksum of 3 bytes", v2(0x21, 0x11, 18, joined(addresses4, {0x03, 0x00, 0x03, 0x00, 0x00, 0x00})),
         ProxyFault::checksum_malformed},
        {"a bit that changed on the way", flipped, ProxyFault::checksum_wrong},
        {"a line of 108 bytes", bytes_of(long_line), ProxyFault::line_too_long},
        {"a line of 108 bytes, with its end", bytes_of(long_line.substr(0, 106) + "\r\n"), ProxyFault::line_too_long},
        {"LF alone", bytes_of("PROXY TCP4 192.0.2.10 198.51.100.1 40000 443\n"), ProxyFault::line_without_crlf},
        {"CR alone", bytes_of("PROXY TCP4 192.0.2.10 198.51.100.1 40000 443\rGET"), ProxyFault::line_without_crlf},
        {"UDP4", bytes_of("PROXY UDP4 192.0.2.10 198.51.100.1 40000 443\r\n"), ProxyFault::line_unknown_protocol},
        {"no protocol", bytes_of("PROXY \r\n"), ProxyFault::line_unknown_protocol},
        {"UNKNOWNS", bytes_of("PROXY UNKNOWNS\r\n"), ProxyFault::line_unknown_protocol},
        {"two spaces", bytes_of("PROXY TCP4  192.0.2.10 198.51.100.1 40000 443\r\n"), ProxyFault::line_malformed},
        {"three words", bytes_of("PROXY TCP4 192.0.2.10 198.51.100.1 40000\r\n"), ProxyFault::line_malformed},
        {"five words", bytes_of("PROXY TCP4 192.0.2.10 198.51.100.1 40000 443 x\r\n"), ProxyFault::line_malformed},
        {"a space at the end", bytes_of("PROXY TCP4 192.0.2.10 198.51.100.1 40000 443 \r\n"),
         ProxyFault::line_malformed},
        {"IPv6 as TCP4", bytes_of("PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n"), ProxyFault::line_bad_address},
        {"IPv4 as TCP6", bytes_of("PROXY TCP6 192.0.2.10 198.51.100.1 1 2\r\n"), ProxyFault::line_bad_address},
        {"a zero in front", bytes_of("PROXY TCP4 192.0.2.010 198.51.100.1 1 2\r\n"), ProxyFault::line_bad_address},
        {"port 65536", bytes_of("PROXY TCP4 192.0.2.10 198.51.100.1 65536 443\r\n"), ProxyFault::line_bad_port},
        {"port 0443", bytes_of("PROXY TCP4 192.0.2.10 198.51.100.1 40000 0443\r\n"), ProxyFault::line_bad_port},
        {"port -1", bytes_of("PROXY TCP4 192.0.2.10 198.51.100.1 -1 443\r\n"), ProxyFault::line_bad_port},
    };
    std::vector<bool> seen(17);
    for (const auto& [sentence, bytes, fault] : faults) {
        INFO(sentence);
        const Bytes exact(bytes.begin(), bytes.end());
        const ProxyReading reading = read_proxy_header(exact);
        CHECK(reading.state == Reading::malformed);
        CHECK(describe(reading.fault) == describe(fault));
        seen[static_cast<std::size_t>(fault)] = true;
    }
    seen[0] = true;
    CHECK(std::count(seen.begin(), seen.end(), false) == 0); // a fault without a line here
}

TEST_CASE("the endpoint's id is text of sixteen digits") {
    CHECK(endpoint_id_text(0x2b8ee1d4db0c51c4) == "0x2b8ee1d4db0c51c4");
    CHECK(endpoint_id_text(1) == "0x0000000000000001");
}
