// SPDX-License-Identifier: Apache-2.0
#include "balance/serve/timers.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <memory>
#include <random>

using namespace sallyport::serve;
using namespace std::chrono_literals;

namespace {

Time at(int ms) {
    return Time{} + std::chrono::milliseconds(ms);
}

} // namespace

TEST_CASE("a timer is due once, at its last deadline") {
    Timers timers;
    int calls = 0;
    Timer timer(timers, [&] { ++calls; });
    CHECK(timers.next() == Time::max());
    timer.set(at(10));
    timer.set(at(30)); // later: the heap learns of it when the first one is reached
    CHECK(timers.next() == at(10));
    timers.run(at(10));
    CHECK(calls == 0);
    CHECK(timers.next() == at(30));
    timer.set(at(20)); // earlier: at once
    CHECK(timers.next() == at(20));
    timers.run(at(25));
    CHECK(calls == 1);
    CHECK_FALSE(timer.is_set());
    timers.run(at(1000));
    CHECK(calls == 1);
}

TEST_CASE("a timer that is given up, or that has ended, is not due") {
    Timers timers;
    int calls = 0;
    Timer given_up(timers, [&] { ++calls; });
    given_up.set(at(10));
    given_up.cancel();
    {
        Timer ended(timers, [&] { ++calls; });
        ended.set(at(10));
    }
    timers.run(at(20));
    CHECK(calls == 0);
    CHECK(timers.next() == Time::max());
}

TEST_CASE("what is due may set, end and make timers") {
    Timers timers;
    std::unique_ptr<Timer> victim;
    std::unique_ptr<Timer> born;
    int calls = 0;
    Timer killer(timers, [&] {
        victim.reset();
        born = std::make_unique<Timer>(timers, [&] { calls += 100; });
        born->set(at(5));
    });
    victim = std::make_unique<Timer>(timers, [&] { ++calls; });
    killer.set(at(1));
    victim->set(at(2));
    timers.run(at(10));
    CHECK(calls == 100);
}

TEST_CASE("timers are due in the order of their deadlines, however they were set") {
    std::mt19937 random(7);
    for (int round = 0; round < 200; ++round) {
        Timers timers;
        std::vector<int> due;
        std::vector<std::unique_ptr<Timer>> all;
        std::map<int, int> wanted; // by timer
        for (int i = 0; i < 40; ++i)
            all.push_back(std::make_unique<Timer>(timers, [&due, i] { due.push_back(i); }));
        for (int step = 0; step < 200; ++step) {
            const int which = static_cast<int>(random() % all.size());
            if (random() % 5 == 0) {
                all[static_cast<std::size_t>(which)]->cancel();
                wanted.erase(which);
            } else if (random() % 5 == 0) {
                all[static_cast<std::size_t>(which)] =
                    std::make_unique<Timer>(timers, [&due, which] { due.push_back(which); });
                wanted.erase(which);
            } else {
                const int deadline = static_cast<int>(random() % 1000);
                all[static_cast<std::size_t>(which)]->set(at(deadline));
                wanted[which] = deadline;
            }
        }
        int last = -1;
        for (int now = 0; now <= 1000; now += 10) {
            timers.run(at(now));
            for (const int which : due) {
                REQUIRE(wanted.contains(which));
                REQUIRE(wanted[which] <= now);
                REQUIRE(wanted[which] > last);
                wanted.erase(which);
            }
            due.clear();
            last = now;
        }
        REQUIRE(wanted.empty());
        REQUIRE(timers.next() == Time::max());
    }
}
