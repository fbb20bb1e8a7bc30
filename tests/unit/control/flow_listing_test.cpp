// SPDX-License-Identifier: Apache-2.0
#include "control/flow_listing.hpp"
#include "fake_view.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

using namespace sallyport;
using boost::json::value;
using control::FlowListing;
using control::FlowsRequest;
using test::FakeView;
using test::tcp_flow;

namespace {

value list(FakeView& view, const FlowsRequest& request) {
    FlowListing listing(request);
    for (int step = 0; step < 1000; ++step) {
        const auto done = listing.step(view);
        REQUIRE(done);
        if (*done) return boost::json::parse(listing.take());
    }
    FAIL("the listing does not end");
    return {};
}

std::size_t count(FakeView& view, const FlowsRequest& request) {
    return list(view, request).at("flows").as_array().size();
}

/// Ten flows on worker 0 and five on worker 1.
void fill(FakeView& view) {
    for (std::uint16_t port = 1; port <= 10; ++port)
        view.flows[0].push_back(tcp_flow("192.0.2.10", port, "203.0.113.80"));
    for (std::uint16_t port = 1; port <= 5; ++port)
        view.flows[1].push_back(tcp_flow("192.0.2.77", port, "203.0.113.81"));
}

} // namespace

TEST_CASE("flows of all workers are listed, in pages of any size") {
    FakeView view;
    fill(view);
    view.page_flows = GENERATE(std::size_t{1}, std::size_t{3}, std::size_t{10}, std::size_t{4096});
    const value listed = list(view, {});
    CHECK(listed.at("flows").as_array().size() == 15);
    CHECK(listed.at("truncated") == false);
    CHECK(listed.at("flows").at(0).at("worker") == 0);
    CHECK(listed.at("flows").at(14).at("worker") == 1);
}

TEST_CASE("no flows are an empty list") {
    FakeView view;
    CHECK(count(view, {}) == 0);
}

TEST_CASE("the limit ends the walk, and the answer says whether more was there") {
    FakeView view;
    fill(view);
    view.page_flows = 2;
    const value some = list(view, {.limit = 3});
    CHECK(some.at("flows").as_array().size() == 3);
    CHECK(some.at("truncated") == true);
    CHECK(view.pages_listed == 2);
    CHECK(list(view, {.limit = 15}).at("truncated") == false);
}

TEST_CASE("filters narrow the list") {
    FakeView view;
    fill(view);
    view.flows[0][0].entry.first_hops[0] = 1; // fw-2 instead of fw-1
    CHECK(count(view, {.appliance = "fw-2"}) == 1);
    CHECK(count(view, {.appliance = "fw-1"}) == 14);
    CHECK(count(view, {.appliance = "sensor-1"}) == 15);
    CHECK(count(view, {.endpoint = "office"}) == 15);
    CHECK(count(view, {.endpoint = "plant"}) == 0);
    CHECK(count(view, {.address = IpPrefix::parse("192.0.2.77")}) == 5);
    CHECK(count(view, {.address = IpPrefix::parse("203.0.113.80")}) == 10);
    CHECK(count(view, {.address = IpPrefix::parse("192.0.2.0/24")}) == 15);
    CHECK(count(view, {.appliance = "fw-2", .address = IpPrefix::parse("192.0.2.77")}) == 0);
}

TEST_CASE("an appliance's name may have its group's before it, and stands for all of that name") {
    FakeView view;
    fill(view);
    CHECK(count(view, {.appliance = "firewalls/fw-1"}) == 15);
    CHECK(FlowListing({.appliance = "sensors/fw-1"}).step(view).error().message ==
          "no appliance is called `sensors/fw-1`");
    view.plan.appliances[1].name = "fw-1"; // the one of before, which still drains
    view.flows[0][0].entry.first_hops[0] = 1;
    CHECK(count(view, {.appliance = "fw-1"}) == 15);
}

TEST_CASE("an appliance that a flow does not visit is not matched by what is left in its entry") {
    FakeView view;
    view.flows[0].push_back(tcp_flow("192.0.2.10", 1, "203.0.113.80"));
    view.flows[0][0].entry.first_hops[2] = 1;
    CHECK(count(view, {.appliance = "fw-2"}) == 0);
}

TEST_CASE("a filter that names nothing there is says so") {
    FakeView view;
    CHECK(FlowListing({.endpoint = "offcie"}).step(view).error().message == "no endpoint is called `offcie`");
    CHECK(FlowListing({.appliance = "fw-9"}).step(view).error().message == "no appliance is called `fw-9`");
}

TEST_CASE("half a list is never shown as a whole one when a worker does not answer") {
    FakeView view;
    view.mute = true;
    CHECK_FALSE(FlowListing({}).step(view));
}
