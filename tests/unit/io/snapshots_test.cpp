// SPDX-License-Identifier: Apache-2.0
#include "io/resolve_queue.hpp"
#include "io/snapshots.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;

namespace {

void publish(io::Snapshots& snapshots) {
    snapshots.publish(nullptr, forward::Table(forward::Inputs()));
}

} // namespace

TEST_CASE("a snapshot stays until every worker has picked up a newer one") {
    io::Snapshots snapshots;
    publish(snapshots);
    snapshots.join(0);
    snapshots.join(1);
    CHECK(snapshots.pick_up(0).version == 1);
    CHECK(snapshots.pick_up(1).version == 1);
    publish(snapshots);
    CHECK(snapshots.held() == 2);
    CHECK(snapshots.pick_up(0).version == 2);
    snapshots.collect();
    CHECK(snapshots.held() == 2);
    CHECK(snapshots.pick_up(1).version == 2);
    snapshots.collect();
    CHECK(snapshots.held() == 1);
}

TEST_CASE("a worker that has not had its first round keeps everything") {
    io::Snapshots snapshots;
    publish(snapshots);
    snapshots.join(0);
    publish(snapshots);
    CHECK(snapshots.held() == 2);
}

TEST_CASE("a worker that has ended keeps nothing") {
    io::Snapshots snapshots;
    publish(snapshots);
    snapshots.join(0);
    static_cast<void>(snapshots.pick_up(0));
    snapshots.leave(0);
    publish(snapshots);
    CHECK(snapshots.held() == 1);
}

TEST_CASE("a resolve queue gives back what it got in order, and forgets what does not fit") {
    io::ResolveQueue queue;
    std::uint16_t pushed = 0;
    while (queue.push({pushed, {}}))
        ++pushed;
    CHECK(pushed == 256);
    io::ResolveRequest request;
    for (std::uint16_t i = 0; i < pushed; ++i) {
        REQUIRE(queue.pop(request));
        CHECK(request.port == i);
    }
    CHECK_FALSE(queue.pop(request));
    CHECK(queue.push({1, {}}));
}
