// SPDX-License-Identifier: Apache-2.0
#include "io/kernel_mirror.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace sallyport;

namespace {

// Two tenants with a port each, and a port towards appliances. Host links have the kernel's indexes 11, 12, 13.
const chain::Roster& roster() {
    static const chain::Roster roster = [] {
        chain::Roster made;
        made.ports.resize(3);
        made.ports[0].endpoint = 0;
        made.ports[1].endpoint = 1;
        made.endpoints.resize(2);
        return made;
    }();
    return roster;
}

const io::HostLinkIndex links = {{11, 0}, {12, 1}, {13, 2}};

io::KernelRoute route(const std::string& prefix, std::uint32_t metric, std::vector<io::KernelHop> hops) {
    return {*IpPrefix::parse(prefix), metric, std::move(hops)};
}

IpAddress address(const std::string& text) {
    return *IpAddress::parse(text);
}

} // namespace

TEST_CASE("tenants with the same prefix keep their own routes") {
    const auto mapped =
        io::map_routes({route("10.0.0.0/24", 0, {{11, {}}}), route("10.0.0.0/24", 0, {{12, {}}})}, links, roster());
    REQUIRE(mapped.size() == 2);
    CHECK(mapped[0].domain == 0);
    CHECK(mapped[0].port == 0);
    CHECK(mapped[1].domain == 1);
    CHECK(mapped[1].port == 1);
}

TEST_CASE("a port without an endpoint routes in the transport domain") {
    const auto mapped = io::map_routes({route("198.51.100.0/24", 0, {{13, {}}})}, links, roster());
    REQUIRE(mapped.size() == 1);
    CHECK(mapped[0].domain == 2);
}

TEST_CASE("routes of other interfaces are none of the gateway's business") {
    CHECK(io::map_routes({route("0.0.0.0/0", 0, {{2, address("192.0.2.1")}})}, links, roster()).empty());
}

TEST_CASE("of two routes to a prefix the one with the lower metric counts") {
    const auto mapped = io::map_routes(
        {route("0.0.0.0/0", 100, {{11, address("10.0.0.1")}}), route("0.0.0.0/0", 10, {{11, address("10.0.0.2")}})},
        links, roster());
    REQUIRE(mapped.size() == 1);
    CHECK(mapped[0].gateway == address("10.0.0.2"));
}

TEST_CASE("of a multipath route every domain takes the first hop that is its own") {
    const auto mapped = io::map_routes(
        {route("0.0.0.0/0", 0, {{12, address("10.0.0.1")}, {11, address("10.0.0.2")}, {11, address("10.0.0.3")}})},
        links, roster());
    REQUIRE(mapped.size() == 2);
    CHECK(mapped[0].gateway == address("10.0.0.2"));
    CHECK(mapped[1].gateway == address("10.0.0.1"));
}
