// SPDX-License-Identifier: Apache-2.0
#include "balance/legs/leg_notes.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <deque>
#include <thread>
#include <vector>

using namespace sallyport;
using namespace sallyport::balance;
using Noted = LegNotes::Noted;

namespace {

IpAddress address(const char* text) {
    return IpAddress::parse(text).value();
}

LegEnds ends(std::uint16_t port, const char* local = "0.0.0.0") {
    return {address(local), port, address("203.0.113.11"), 8080};
}

LegOwner client(std::uint16_t port) {
    return {.address = address("192.0.2.10"), .port = port};
}

} // namespace

TEST_CASE("a note is found by its leg's ends as long as it is kept") {
    LegNotes notes;
    LegOwner owner;
    {
        LegNote note;
        REQUIRE(notes.add(ends(40000), client(1234), note) == Noted::done);
        REQUIRE(notes.find(ends(40000, "203.0.113.1"), owner));
        CHECK(owner.address == address("192.0.2.10"));
        CHECK(owner.port == 1234);
        CHECK_FALSE(owner.is_gateway);
        CHECK_FALSE(notes.find(ends(40001), owner));
        LegEnds other = ends(40000);
        other.remote_port = 8081;
        CHECK_FALSE(notes.find(other, owner));
        other = ends(40000);
        other.remote = address("203.0.113.12");
        CHECK_FALSE(notes.find(other, owner));
        other.remote = address("::ffff:203.0.113.11");
        CHECK_FALSE(notes.find(other, owner));
        LegNote moved = std::move(note);
        CHECK(notes.find(ends(40000), owner));
    }
    CHECK_FALSE(notes.find(ends(40000), owner));
}

TEST_CASE("a leg that was bound to an address is found by that one alone") {
    LegNotes notes;
    LegNote first;
    LegNote second;
    REQUIRE(notes.add(ends(40000, "203.0.113.1"), client(1), first) == Noted::done);
    REQUIRE(notes.add(ends(40000, "203.0.113.2"), client(2), second) == Noted::done);
    LegOwner owner;
    REQUIRE(notes.find(ends(40000, "203.0.113.1"), owner));
    CHECK(owner.port == 1);
    REQUIRE(notes.find(ends(40000, "203.0.113.2"), owner));
    CHECK(owner.port == 2);
    CHECK_FALSE(notes.find(ends(40000, "203.0.113.3"), owner));
}

TEST_CASE("one leg has one note, and IPv6 and the gateway itself are told apart") {
    LegNotes notes;
    LegNote note;
    LegNote again;
    const LegEnds six{address("::"), 40000, address("2001:db8::1"), 443};
    REQUIRE(notes.add(six, {.is_gateway = true}, note) == Noted::done);
    CHECK(notes.add(six, client(1), again) == Noted::taken);
    LegOwner owner;
    REQUIRE(notes.find({address("2001:db8::9"), 40000, address("2001:db8::1"), 443}, owner));
    CHECK(owner.is_gateway);
    REQUIRE(notes.add({address("::"), 40001, address("2001:db8::1"), 443},
                      {.address = address("2001:db8::2"), .port = 3}, again) == Noted::done);
    REQUIRE(notes.find({address("2001:db8::9"), 40001, address("2001:db8::1"), 443}, owner));
    CHECK(owner.address == address("2001:db8::2"));
}

TEST_CASE("what finds no room is counted, and there is room again") {
    LegNotes notes(16);
    std::deque<LegNote> kept;
    for (std::uint16_t port = 1; port <= 16; ++port)
        CHECK(notes.add(ends(port), client(port), kept.emplace_back()) == Noted::done);
    LegNote more;
    CHECK(notes.add(ends(17), client(17), more) == Noted::lost);
    CHECK(notes.lost() == 1);
    LegOwner owner;
    CHECK_FALSE(notes.find(ends(17), owner));
    kept.pop_front();
    CHECK(notes.add(ends(17), client(17), more) == Noted::done);
    for (std::uint16_t port = 2; port <= 17; ++port) {
        REQUIRE(notes.find(ends(port), owner));
        CHECK(owner.port == port);
    }
}

TEST_CASE("readers on other threads see whole notes, and every one that stands") {
    LegNotes notes(64);
    std::atomic<bool> ends_now{false};
    std::atomic<unsigned> wrong{0};
    LegNote standing;
    REQUIRE(notes.add(ends(7), client(7), standing) == Noted::done);
    const auto write = [&](std::uint16_t first) {
        for (unsigned turn = 0; turn < 20'000; ++turn) {
            const auto port = static_cast<std::uint16_t>(first + turn % 16);
            LegNote note;
            static_cast<void>(notes.add(ends(port), client(port), note));
        }
    };
    const auto read = [&] {
        while (!ends_now) {
            LegOwner owner;
            if (!notes.find(ends(7), owner) || owner.port != 7) ++wrong;
            for (std::uint16_t port = 100; port < 132; ++port)
                if (notes.find(ends(port), owner) && owner.port != port) ++wrong;
        }
    };
    std::thread reader(read);
    std::thread one(write, std::uint16_t{100});
    std::thread other(write, std::uint16_t{108}); // half of the ports are wanted by both
    one.join();
    other.join();
    ends_now = true;
    reader.join();
    CHECK(wrong == 0);
    LegOwner owner;
    for (std::uint16_t port = 100; port < 132; ++port)
        CHECK_FALSE(notes.find(ends(port), owner));
}
