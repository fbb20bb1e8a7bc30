// SPDX-License-Identifier: Apache-2.0
// Addresses and prefixes beside Python's ipaddress module: address_table.hpp holds what that makes of each text.
#include "support/address.hpp"

#include "address_table.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;

TEST_CASE("addresses are read and printed as Python's ipaddress does") {
    for (const AddressRow& row : address_rows) {
        INFO(row.text);
        const auto address = IpAddress::parse(row.text);
        REQUIRE(address.has_value() == (row.family != 0));
        if (!address) continue;
        CHECK(static_cast<int>(address->family()) == row.family);
        CHECK(address->to_string() == row.printed);
        CHECK(IpAddress::parse(row.printed) == address);
        CHECK(address->is_unspecified() == row.unspecified);
        CHECK(address->is_multicast() == row.multicast);
        CHECK(address->is_loopback() == row.loopback);
        CHECK(address->is_link_local() == row.link_local);
        CHECK(IpAddress::from_halves(address->family(), address->high(), address->low()) == *address);
    }
}

TEST_CASE("prefixes contain and overlap as Python's ipaddress says") {
    for (const PrefixRow& row : prefix_rows) {
        INFO(row.text << " " << row.address << " " << row.other);
        const auto prefix = IpPrefix::parse(row.text);
        REQUIRE(prefix.has_value() == (*row.network != '\0'));
        if (!prefix) continue;
        CHECK(prefix->network().to_string() == row.network);
        CHECK(prefix->is_canonical() == row.canonical);
        CHECK(prefix->contains(*IpAddress::parse(row.address)) == row.contained);
        const auto other = IpPrefix::parse(row.other);
        REQUIRE(other);
        CHECK(prefix->overlaps(*other) == row.overlapping);
        CHECK(other->overlaps(*prefix) == row.overlapping);
    }
}

TEST_CASE("an IPv4 address and its mapped IPv6 form are two addresses") {
    const auto four = IpAddress::parse("192.0.2.1");
    const auto mapped = IpAddress::parse("::ffff:192.0.2.1");
    REQUIRE((four && mapped));
    CHECK(four->bytes() == mapped->bytes());
    CHECK(*four != *mapped);
    CHECK(*four < *mapped);
    CHECK(mapped->to_string() == "::ffff:192.0.2.1");
    CHECK(four->v4_host_order() == 0xc0000201);
    CHECK(IpAddress::v4(0xc0000201) == *four);
    CHECK(IpAddress::v6(mapped->bytes().data()) == *mapped);
    CHECK_FALSE(IpPrefix{*four, 0}.contains(*mapped));
    CHECK_FALSE(IpPrefix{*four, 0}.overlaps({*mapped, 0}));
}

TEST_CASE("a text with a zero byte or a zone is no address") {
    CHECK_FALSE(IpAddress::parse(std::string_view("192.0.2.1\0", 10)));
    CHECK_FALSE(IpAddress::parse("fe80::1%eth0"));
    CHECK_FALSE(IpAddress::parse(std::string(1000, '1')));
}

TEST_CASE("a prefix length is a plain number") {
    CHECK(IpPrefix::parse("192.0.2.1")->length == 32);
    CHECK(IpPrefix::parse("2001:db8::1")->length == 128);
    for (const char* text : {"192.0.2.0/", "192.0.2.0/024", "192.0.2.0/+24", "192.0.2.0/-1", "192.0.2.0/24 ",
                             "192.0.2.0/255.255.255.0", "192.0.2.0/24/24", "192.0.2.0/256", "/24"}) {
        INFO(text);
        CHECK_FALSE(IpPrefix::parse(text));
    }
}

TEST_CASE("MAC addresses are six pairs of hex digits with colons between") {
    const auto mac = MacAddress::parse("02:00:5E:00:53:af");
    REQUIRE(mac);
    CHECK(mac->to_string() == "02:00:5e:00:53:af");
    CHECK_FALSE(mac->is_multicast());
    CHECK_FALSE(mac->is_zero());
    CHECK(MacAddress::parse("01:00:5e:00:00:01")->is_multicast());
    CHECK(MacAddress::parse("00:00:00:00:00:00")->is_zero());
    for (const char* text :
         {"", "02:00:5e:00:53", "02:00:5e:00:53:0g", "02-00-5e-00-53-01", "02:00:5e:00:53:01:", "2:0:5e:0:53:1"}) {
        INFO(text);
        CHECK_FALSE(MacAddress::parse(text));
    }
}
