// SPDX-License-Identifier: Apache-2.0
#include "telemetry/counters.hpp"

#include <catch2/catch.hpp>

#include <thread>

using namespace sallyport;

TEST_CASE("a worker's counters start at nothing and have one place for each port, appliance and reason") {
    WorkerCounters counters(CounterSizes{.ports = 3, .appliances = 2, .groups = 1});
    REQUIRE(counters.ports.size() == 3);
    REQUIRE(counters.appliances.size() == 2);
    for (const Counter& drop : counters.drops)
        CHECK(drop.read() == 0);
    counters.drop(DropReason::TtlExpired).add(2);
    CHECK(counters.drops[static_cast<std::size_t>(DropReason::TtlExpired)].read() == 2);
}

TEST_CASE("a reader on another thread sees a counter grow and never fall") {
    constexpr std::uint64_t last = 200'000;
    Counter counter;
    std::thread writer([&] {
        for (std::uint64_t step = 0; step < last; ++step)
            counter.add(1);
    });
    std::uint64_t seen = 0;
    bool fell = false;
    while (seen < last) {
        const std::uint64_t now = counter.read();
        fell = fell || now < seen;
        seen = now;
    }
    writer.join();
    CHECK_FALSE(fell);
    CHECK(counter.read() == last);
}
