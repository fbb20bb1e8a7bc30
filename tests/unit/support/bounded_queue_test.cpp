// SPDX-License-Identifier: Apache-2.0
#include "support/bounded_queue.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <thread>

using namespace sallyport;

namespace {

/// Larger than a word, so that an item that is read while it is written shows.
struct Item {
    std::uint64_t number = 0;
    std::array<std::uint64_t, 30> copies = {};

    [[nodiscard]] bool is_whole() const {
        for (const std::uint64_t copy : copies) {
            if (copy != number) return false;
        }
        return true;
    }
};

Item item(std::uint64_t number) {
    Item made{number, {}};
    made.copies.fill(number);
    return made;
}

} // namespace

TEST_CASE("a queue gives items back in their order, and takes no more than it has room for") {
    BoundedQueue<int, 4> queue;
    for (int round = 0; round < 3; ++round) {
        for (int number = 0; number < 4; ++number) {
            CHECK_FALSE(queue.is_full());
            CHECK(queue.push(number));
        }
        CHECK(queue.is_full());
        CHECK_FALSE(queue.push(4));
        int got = -1;
        for (int number = 0; number < 4; ++number) {
            REQUIRE(queue.pop(got));
            CHECK(got == number);
        }
        CHECK_FALSE(queue.pop(got));
    }
}

TEST_CASE("between two threads every item is whole, in order, and either taken or refused") {
    constexpr std::uint64_t pushed = 200'000;
    const auto queue = std::make_unique<BoundedQueue<Item, 8>>();
    std::uint64_t refused = 0;
    std::atomic<bool> is_done{false};
    std::thread writer([&] {
        for (std::uint64_t number = 1; number <= pushed; ++number) {
            if (!queue->push(item(number))) ++refused;
        }
        is_done = true;
    });
    std::uint64_t taken = 0;
    std::uint64_t last = 0;
    bool is_sound = true;
    for (Item got;;) {
        const bool was_done = is_done;
        if (!queue->pop(got)) {
            if (was_done) break;
            continue;
        }
        is_sound = is_sound && got.is_whole() && got.number > last;
        last = got.number;
        ++taken;
    }
    writer.join();
    CHECK(is_sound);
    CHECK(taken + refused == pushed);
}
