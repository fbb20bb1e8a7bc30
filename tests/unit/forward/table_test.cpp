// SPDX-License-Identifier: Apache-2.0
// The snapshot: domains, ways with and without a gateway, appliances, and what stands in where there is no kernel.
#include "forward/table.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::forward;

namespace {

IpAddress address(const char* text) {
    return IpAddress::parse(text).value();
}
IpPrefix prefix(const char* text) {
    return IpPrefix::parse(text).value();
}
MacAddress mac(std::uint8_t last) {
    return {{2, 0, 0, 0, 0, last}};
}

/// Two tenants (domains 0 and 1) with the same addresses, and the transport domain 2.
Inputs two_tenants() {
    Inputs inputs;
    inputs.domains = 3;
    inputs.routes = {
        {0, prefix("10.0.0.0/8"), 0, {}},      {0, prefix("10.1.0.0/16"), 0, address("10.0.0.254")},
        {1, prefix("10.0.0.0/8"), 1, {}},      {0, prefix("2001:db8::/32"), 0, {}},
        {2, prefix("198.51.100.0/24"), 2, {}}, {2, prefix("0.0.0.0/0"), 2, address("198.51.100.254")},
    };
    inputs.neighbours = {{0, address("10.0.0.254"), mac(1)},
                         {2, address("198.51.100.11"), mac(2)},
                         {2, address("198.51.100.254"), mac(3)}};
    inputs.appliances = {address("198.51.100.11"), address("198.51.100.12"), address("192.0.2.99"),
                         address("2001:db8::1")};
    return inputs;
}

} // namespace

TEST_CASE("the same destination leaves by each tenant's own port") {
    const Table table(two_tenants());
    CHECK(table.route(0, address("10.2.3.4")).port == 0);
    CHECK(table.route(1, address("10.2.3.4")).port == 1);
    CHECK(table.route(2, address("10.2.3.4")).port == 2);
    CHECK(table.route(3, address("10.2.3.4")).port == no_index);
}

TEST_CASE("a destination on the link is its own next station; behind a gateway the gateway is") {
    const Table table(two_tenants());
    const Adjacency& on_link = table.route(0, address("10.2.3.4"));
    CHECK(on_link.on_link);
    CHECK_FALSE(on_link.resolved);
    const Adjacency& behind = table.route(0, address("10.1.3.4"));
    CHECK_FALSE(behind.on_link);
    CHECK(behind.address == address("10.0.0.254"));
    CHECK(behind.resolved);
    CHECK(behind.mac == mac(1));
}

TEST_CASE("IPv4 and IPv6 routes of a domain are apart") {
    const Table table(two_tenants());
    CHECK(table.route(0, address("2001:db8::9")).port == 0);
    CHECK(table.route(1, address("2001:db8::9")).port == no_index);
    CHECK(table.route(0, address("::ffff:10.2.3.4")).port == no_index);
}

TEST_CASE("a host bit set in a route's destination changes nothing") {
    Inputs inputs = two_tenants();
    inputs.routes[0].destination = prefix("10.9.8.7/8");
    CHECK(Table(inputs).route(0, address("10.2.3.4")).port == 0);
}

TEST_CASE("an appliance is reached through the transport domain, resolved as far as it is known") {
    const Table table(two_tenants());
    CHECK(table.to_appliance(0).port == 2);
    CHECK(table.to_appliance(0).resolved);
    CHECK(table.to_appliance(0).mac == mac(2));
    CHECK(table.to_appliance(1).port == 2);
    CHECK_FALSE(table.to_appliance(1).resolved);
    CHECK(table.to_appliance(1).address == address("198.51.100.12"));
    CHECK_FALSE(table.to_appliance(1).on_link);
    CHECK(table.to_appliance(2).mac == mac(3));
    CHECK(table.to_appliance(3).port == no_index);
}

TEST_CASE("without stand-ins an unknown neighbour stays unknown and nothing is across") {
    const Table table(two_tenants());
    MacAddress unknown;
    CHECK_FALSE(table.neighbour(0, address("10.9.9.9"), unknown));
    CHECK(table.across(0) == no_index);
    CHECK(table.beyond(table.across(0)).port == no_index);
}

TEST_CASE("in a replay every neighbour has a MAC made from its address, and the other side stands in for routes") {
    Inputs inputs = two_tenants();
    inputs.stand_ins.neighbours = true;
    inputs.stand_ins.across = {1, 0, no_index};
    const Table table(inputs);
    MacAddress made;
    REQUIRE(table.neighbour(0, address("10.9.8.7"), made));
    CHECK(made == MacAddress{{0x02, 0, 10, 9, 8, 7}});
    CHECK(stand_in_mac(address("2001:db8::102:304:506")) == MacAddress{{0x02, 0x02, 0x03, 0x04, 0x05, 0x06}});
    CHECK(table.to_appliance(1).resolved);
    // A neighbour that is known is not stood in for.
    REQUIRE(table.neighbour(0, address("10.0.0.254"), made));
    CHECK(made == mac(1));

    CHECK(table.across(0) == 1);
    CHECK(table.across(2) == no_index);
    CHECK(table.across(7) == no_index);
    CHECK(table.beyond(1).port == 1);
    CHECK(table.beyond(1).on_link);
    CHECK(table.beyond(no_index).port == no_index);
}

TEST_CASE("a table of nothing has no way anywhere") {
    const Table table;
    CHECK(table.route(0, address("10.2.3.4")).port == no_index);
    CHECK(Table(Inputs{}).route(0, address("2001:db8::9")).port == no_index);
}
