// SPDX-License-Identifier: Apache-2.0
#include "balance/serve/reactor.hpp"

#include <catch2/catch.hpp>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <thread>

using namespace sallyport;
using namespace sallyport::serve;
using namespace std::chrono_literals;

namespace {

struct Pair {
    Pair() {
        int ends[2];
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
        here = Descriptor(ends[0]);
        there = Descriptor(ends[1]);
    }
    Descriptor here;
    Descriptor there;
};

class Listening : public Watched {
public:
    explicit Listening(std::function<void(std::uint32_t)> call) : call_(std::move(call)) {}
    void on_ready(std::uint32_t events) override { call_(events); }

private:
    std::function<void(std::uint32_t)> call_;
};

std::unique_ptr<Reactor> made() {
    auto reactor = Reactor::make();
    REQUIRE(reactor);
    return std::move(*reactor);
}

} // namespace

TEST_CASE("what other threads post is called on the loop's thread, in order") {
    const auto reactor = made();
    std::vector<int> seen;
    std::thread::id where;
    std::thread loop([&] { reactor->run(); });
    const std::thread::id wanted = loop.get_id();
    for (int i = 0; i < 1000; ++i)
        reactor->post([&, i] {
            seen.push_back(i);
            where = std::this_thread::get_id();
        });
    reactor->stop();
    loop.join();
    REQUIRE(seen.size() == 1000);
    CHECK(std::ranges::is_sorted(seen));
    CHECK(where == wanted);
}

TEST_CASE("an edge is told once, and whoever takes over hears how things stand") {
    const auto reactor = made();
    Pair pair;
    int first_told = 0;
    std::uint32_t second_told = 0;
    Listening second([&](std::uint32_t events) {
        second_told |= events;
        reactor->stop();
    });
    Listening first([&](std::uint32_t events) {
        if ((events & EPOLLIN) == 0) return;
        ++first_told;
        // Nothing is read: only who takes over learns of it again.
        REQUIRE(reactor->watch(pair.here.number(), second));
    });
    REQUIRE(reactor->watch(pair.here.number(), first));
    REQUIRE(::send(pair.there.number(), "x", 1, 0) == 1);
    reactor->run();
    CHECK(first_told == 1);
    CHECK((second_told & EPOLLIN) != 0);
}

TEST_CASE("the dead live until the round is over, and may bury others") {
    const auto reactor = made();
    bool is_gone = false;
    struct Dead : Watched {
        Dead(Reactor& at, bool& told) : reactor(at), gone(told) {}
        ~Dead() override { gone = true; }
        void on_ready(std::uint32_t) override {}
        Reactor& reactor;
        bool& gone;
    };
    bool inner_is_gone = false;
    struct Outer : Dead {
        Outer(Reactor& at, bool& told, bool& inner) : Dead(at, told), inner_gone(inner) {}
        ~Outer() override { reactor.bury(std::make_unique<Dead>(reactor, inner_gone)); }
        bool& inner_gone;
    };
    reactor->post([&] {
        reactor->bury(std::make_unique<Outer>(*reactor, is_gone, inner_is_gone));
        CHECK_FALSE(is_gone);
        reactor->stop();
    });
    reactor->run();
    CHECK(is_gone);
    CHECK(inner_is_gone);
}

TEST_CASE("the end of a round comes once for each that asked, also for those that ask meanwhile, unless forgotten") {
    const auto reactor = made();
    struct End : RoundEnd {
        explicit End(std::function<void()> what) : call(std::move(what)) {}
        void on_round_end() override { call(); }
        std::function<void()> call;
    };
    int asked = 0;
    int meanwhile = 0;
    int forgotten = 0;
    End late([&] { ++meanwhile; });
    End never([&] { ++forgotten; });
    End first([&] {
        ++asked;
        reactor->at_round_end(late);
        reactor->forget(never);
    });
    reactor->post([&] {
        reactor->at_round_end(first);
        reactor->at_round_end(first);
        reactor->at_round_end(never);
        reactor->stop();
    });
    reactor->run();
    CHECK(asked == 1);
    CHECK(meanwhile == 1);
    CHECK(forgotten == 0);
}
