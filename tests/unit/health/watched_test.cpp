// SPDX-License-Identifier: Apache-2.0
#include "health/watched.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::health;

namespace {

config::ApplianceGroup group(const char* name, std::initializer_list<const char*> addresses) {
    config::ApplianceGroup made;
    made.name = name;
    for (const char* address : addresses) {
        config::Appliance appliance;
        appliance.name = "a" + std::to_string(made.appliances.size() + 1);
        appliance.address = *IpAddress::parse(address);
        made.appliances.push_back(appliance);
    }
    return made;
}

config::Config two_endpoints(std::vector<config::ApplianceGroup> groups) {
    config::Config made;
    made.endpoints.resize(2);
    made.endpoints[0].name = "office";
    made.endpoints[1].name = "branch";
    made.appliance_groups = std::move(groups);
    return made;
}

std::vector<Watched> watched_of(const config::Config& config) {
    return watched(config, chain::first_slots(config));
}

} // namespace

TEST_CASE("every appliance of a group with a health check is watched, at its place in the roster") {
    auto firewalls = group("firewalls", {"198.51.100.11", "198.51.100.12"});
    firewalls.health_check.emplace().probe.endpoint = "branch";
    const auto list = watched_of(two_endpoints({group("sensors", {"198.51.100.21"}), firewalls}));
    REQUIRE(list.size() == 3);
    CHECK(list[0].name == "sensors/a1");
    CHECK_FALSE(list[0].check);
    CHECK(list[0].is_passive);
    CHECK(list[2].index == 2);
    CHECK(list[2].name == "firewalls/a2");
    CHECK(list[2].address == *IpAddress::parse("198.51.100.12"));
    CHECK(list[2].check);
    CHECK(list[2].probe_endpoint == 1);
}

TEST_CASE("a probe that names no endpoint carries the first one's id") {
    auto firewalls = group("firewalls", {"198.51.100.11"});
    firewalls.health_check.emplace();
    CHECK(watched_of(two_endpoints({firewalls})).front().probe_endpoint == 0);
}

TEST_CASE("from a mirror nothing is awaited, so silence is no sign; its health check is made") {
    auto mirrors = group("mirrors", {"198.51.100.31"});
    mirrors.mode = config::GroupMode::mirror;
    CHECK(watched_of(two_endpoints({mirrors})).empty());
    mirrors.health_check.emplace();
    const auto list = watched_of(two_endpoints({mirrors}));
    REQUIRE(list.size() == 1);
    CHECK_FALSE(list[0].is_passive);
}

TEST_CASE("a group that is watched in no way is left out") {
    auto blind = group("blind", {"198.51.100.41"});
    blind.passive_check = false;
    CHECK(watched_of(two_endpoints({blind})).empty());
}

TEST_CASE("an appliance that a reload took out is watched on, for it has flows yet; its place, once free, is not") {
    auto both = two_endpoints({group("firewalls", {"198.51.100.11", "198.51.100.12"})});
    const auto slots = chain::first_slots(both);
    both.appliance_groups[0].appliances.erase(both.appliance_groups[0].appliances.begin());
    auto next = chain::next_slots(slots, both, {});
    REQUIRE(watched(both, next).size() == 2);
    CHECK(watched(both, next)[0].name == "firewalls/" + slots.appliances[0].name);
    next.appliances[0].is_free = true;
    REQUIRE(watched(both, next).size() == 1);
    CHECK(watched(both, next)[0].index == 1);
}

TEST_CASE("a check is another one when any parameter changed, but not when it moved to another line") {
    Watched one;
    one.check.emplace();
    CHECK(same_check(one, one));
    Watched moved = one;
    moved.check->line = 77;
    CHECK(same_check(one, moved));

    using Edit = void (*)(Watched&);
    const Edit edits[] = {
        [](Watched& watched) { watched.check.reset(); },
        [](Watched& watched) { watched.probe_endpoint = 1; },
        [](Watched& watched) { watched.tls_group = "inner"; },
        [](Watched& watched) { watched.check->protocol = config::HealthProtocol::http; },
        [](Watched& watched) { watched.check->port = 81; },
        [](Watched& watched) { watched.check->interval *= 2; },
        [](Watched& watched) { watched.check->timeout *= 2; },
        [](Watched& watched) { watched.check->healthy_threshold = 9; },
        [](Watched& watched) { watched.check->unhealthy_threshold = 9; },
        [](Watched& watched) { watched.check->path = "/health"; },
        [](Watched& watched) { watched.check->host = "fw.example"; },
        [](Watched& watched) { watched.check->matcher[0].last = 299; },
        [](Watched& watched) {
            watched.check->matcher.push_back({404, 404});
        },
        [](Watched& watched) { watched.is_http2 = true; },
        [](Watched& watched) { watched.check->is_grpc = true; },
        [](Watched& watched) { watched.check->grpc_matcher[0].first = 0; },
        [](Watched& watched) { watched.check->grpc_service = "shop.Cart"; },
        [](Watched& watched) { watched.check->ca = "/etc/ca.pem"; },
        [](Watched& watched) { watched.check->probe.protocol = 6; },
        [](Watched& watched) { watched.check->probe.port = 7; },
        [](Watched& watched) { watched.check->probe.source = IpAddress::v4(1); },
        [](Watched& watched) { watched.check->probe.destination = IpAddress::v4(1); },
    };
    for (const Edit edit : edits) {
        Watched edited = one;
        edit(edited);
        CHECK_FALSE(same_check(one, edited));
        CHECK(same_member(one, edited));
    }
}

TEST_CASE("an appliance is another one with another address, name or place") {
    Watched one;
    one.name = "firewalls/a1";
    Watched other = one;
    other.address = IpAddress::v4(7);
    CHECK_FALSE(same_member(one, other));
    other = one;
    other.name = "firewalls/a2";
    CHECK_FALSE(same_member(one, other));
    other = one;
    other.index = 3;
    CHECK_FALSE(same_member(one, other));
}
