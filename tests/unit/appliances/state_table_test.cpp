// SPDX-License-Identifier: Apache-2.0
#include "firewall/state_table.hpp"
#include "packets.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <random>

using namespace sallyport;
using namespace sallyport::appliances;
using test::seconds;

namespace {

StateKey key(std::uint64_t number) {
    return {{number, 0, 0, 0, 0, 0}};
}

} // namespace

TEST_CASE("an entry lives until it was idle for its lifetime") {
    StateTable table({.capacity = 8});
    REQUIRE(table.insert(key(1), Lifetime::other, seconds(0)) != nullptr);
    CHECK(table.find(key(2), seconds(0)) == nullptr);
    auto* entry = table.find(key(1), seconds(119));
    REQUIRE(entry != nullptr);
    table.touch(*entry, Lifetime::other, seconds(119));
    CHECK(table.find(key(1), seconds(238)) != nullptr);
    CHECK(table.find(key(1), seconds(239)) == nullptr);
    CHECK(table.size() == 0);
}

TEST_CASE("a full table takes nothing new until an entry is over") {
    StateTable table({.capacity = 2});
    REQUIRE(table.insert(key(1), Lifetime::tcp, seconds(0)) != nullptr);
    REQUIRE(table.insert(key(2), Lifetime::closing, seconds(0)) != nullptr);
    CHECK(table.insert(key(3), Lifetime::tcp, seconds(9)) == nullptr);
    CHECK(table.insert(key(3), Lifetime::tcp, seconds(10)) != nullptr);
    CHECK(table.find(key(2), seconds(10)) == nullptr);
    CHECK(table.find(key(1), seconds(10)) != nullptr);
    CHECK(table.size() == 2);
}

TEST_CASE("the table does what a map with times of use would do") {
    constexpr std::uint32_t capacity = 50;
    StateTable table({.capacity = capacity});
    struct Known {
        Lifetime lifetime;
        std::uint64_t used_at_s;
    };
    const std::array<std::uint64_t, lifetime_count> idle_s{350, 120, 10, 30};
    std::map<std::uint64_t, Known> model;
    std::mt19937_64 dice(6081);
    std::uint64_t now_s = 0;
    for (int step = 0; step < 200'000; ++step) {
        now_s += dice() % 8 == 0 ? dice() % 20 : 0;
        std::erase_if(model, [&](const auto& item) {
            return now_s - item.second.used_at_s >= idle_s[static_cast<std::size_t>(item.second.lifetime)];
        });
        const std::uint64_t number = dice() % 80;
        const auto lifetime = static_cast<Lifetime>(dice() % lifetime_count);
        auto* entry = table.find(key(number), seconds(now_s));
        const bool known = model.count(number) == 1;
        CAPTURE(step, number);
        REQUIRE((entry != nullptr) == known);
        if (known && dice() % 4 == 0) {
            table.erase(*entry);
            model.erase(number);
        } else if (known) {
            table.touch(*entry, lifetime, seconds(now_s));
            model[number] = {lifetime, now_s};
        } else if (table.insert(key(number), lifetime, seconds(now_s)) != nullptr) {
            model[number] = {lifetime, now_s};
        } else {
            REQUIRE(model.size() == capacity);
        }
        REQUIRE(table.size() <= capacity);
    }
}
