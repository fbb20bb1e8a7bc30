// SPDX-License-Identifier: Apache-2.0
#include "replay/sides.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using appliances::InnerPacket;
using replay::Side;
using replay::Sides;

namespace {

constexpr std::uint8_t syn = appliances::tcp_flag::syn;
constexpr std::uint8_t ack = appliances::tcp_flag::ack;

InnerPacket packet(std::string_view source, std::uint16_t source_port, std::string_view destination,
                   std::uint16_t destination_port, std::uint8_t protocol = 17, std::uint8_t tcp_flags = 0) {
    InnerPacket inner;
    inner.source = *IpAddress::parse(source);
    inner.destination = *IpAddress::parse(destination);
    inner.protocol = protocol;
    inner.has_ports = true;
    inner.source_port = source_port;
    inner.destination_port = destination_port;
    inner.tcp_flags = tcp_flags;
    return inner;
}

InnerPacket there(std::uint8_t protocol = 17, std::uint8_t tcp_flags = 0) {
    return packet("10.0.0.1", 1000, "10.0.0.2", 53, protocol, tcp_flags);
}

InnerPacket back(std::uint8_t protocol = 17, std::uint8_t tcp_flags = 0) {
    return packet("10.0.0.2", 53, "10.0.0.1", 1000, protocol, tcp_flags);
}

} // namespace

TEST_CASE("who sends first is north, and the other south") {
    Sides sides({});
    CHECK(sides.side_of_sender(0, back()) == Side::north);
    CHECK(sides.side_of_sender(0, there()) == Side::south);
    CHECK(sides.side_of_sender(0, back()) == Side::north);
}

TEST_CASE("another endpoint's flow of the same addresses is another flow") {
    Sides sides({});
    CHECK(sides.side_of_sender(0, there()) == Side::north);
    CHECK(sides.side_of_sender(1, back()) == Side::north);
}

TEST_CASE("a SYN tells the initiator, even after other packets") {
    Sides sides({});
    CHECK(sides.side_of_sender(0, back(6, ack)) == Side::north);
    CHECK(sides.side_of_sender(0, there(6, syn)) == Side::north);
    CHECK(sides.side_of_sender(0, back(6, syn | ack)) == Side::south);
    CHECK(sides.side_of_sender(0, there(6, ack)) == Side::north);
}

TEST_CASE("a SYN with ACK that comes first is the responder's") {
    Sides sides({});
    CHECK(sides.side_of_sender(0, back(6, syn | ack)) == Side::south);
    CHECK(sides.side_of_sender(0, there(6, ack)) == Side::north);
}

TEST_CASE("given prefixes decide alone") {
    Sides sides({*IpPrefix::parse("10.0.0.2/32"), *IpPrefix::parse("2001:db8::/32")});
    CHECK(sides.side_of_sender(0, there(6, syn)) == Side::south);
    CHECK(sides.side_of_sender(0, back()) == Side::north);
    CHECK(sides.side_of_sender(0, packet("2001:db8::1", 1, "2001:db9::1", 2)) == Side::north);
}

TEST_CASE("protocols without ports are told apart by addresses and protocol") {
    Sides sides({});
    CHECK(sides.side_of_sender(0, there(47)) == Side::north);
    InnerPacket other_ports = back(47);
    other_ports.source_port = 7;
    CHECK(sides.side_of_sender(0, other_ports) == Side::south);
}

TEST_CASE("memory is bounded, and flows in use are not the ones forgotten") {
    Sides sides({}, 100);
    CHECK(sides.side_of_sender(0, there()) == Side::north);
    for (unsigned i = 0; i < 10'000; ++i) {
        const auto port = static_cast<std::uint16_t>(i);
        (void)sides.side_of_sender(0, packet("10.1.0.1", port, "10.1.0.2", 53));
        if (i % 50 == 0) CHECK(sides.side_of_sender(0, back()) == Side::south);
    }
    // The first of the others is long gone: its responder is taken for the initiator.
    CHECK(sides.side_of_sender(0, packet("10.1.0.2", 53, "10.1.0.1", 0)) == Side::north);
}
