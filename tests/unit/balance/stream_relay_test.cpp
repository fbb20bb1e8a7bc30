// SPDX-License-Identifier: Apache-2.0
#include "running_proxy.hpp"

using namespace sallyport;
using namespace sallyport::test;
using namespace std::chrono_literals;

namespace {

/// One listener, one target, and a connection through both.
struct Line {
    explicit Line(const StreamListener& listener = {}) {
        proxy.targets.choices = {choice(1, server)};
        address = proxy.listen(listener);
        ends = Pair::through(address, server);
    }
    void wait_until_connected() {
        proxy.wait_until([](Proxy& all) { return all.streams(1).at(0).is_connected; });
    }
    Server server;
    RunningProxy proxy;
    SocketAddress address;
    Pair ends;
};

StreamListener with_idle_timeout(std::chrono::milliseconds timeout) {
    StreamListener listener;
    listener.idle_timeout = timeout;
    return listener;
}

/// So many bytes that no socket takes them unread.
constexpr std::size_t flood = std::size_t{64} << 20U;

} // namespace

TEST_CASE("bytes pass both ways, and are counted") {
    Line line;
    line.ends.client.send("hello");
    CHECK(line.ends.target.receive(5) == "hello");
    line.ends.target.send("and welcome");
    CHECK(line.ends.client.receive(11) == "and welcome");
    line.ends.client.close();
    CHECK(line.ends.target.sees_end());
    line.ends.target.close();
    const StreamReport report = line.proxy.targets.wait_for_end();
    CHECK(word(report.end.value()) == "client_closed");
    CHECK(report.bytes_from_client == 5);
    CHECK(report.bytes_from_target == 11);
    CHECK(report.target == 1U);
    CHECK(report.attempts == 1);
    CHECK(report.route.destination == line.address);
    const ListenerCounters counters = line.proxy.counters();
    CHECK(counters.accepted == 1);
    CHECK(counters.open == 0);
    CHECK(counters.bytes_from_clients == 5);
    CHECK(counters.bytes_from_targets == 11);
    CHECK(counters.ended[static_cast<std::size_t>(StreamEnd::client_closed)] == 1);
}

TEST_CASE("a client that has said all can still be answered") {
    Line line;
    line.ends.client.send("question");
    line.ends.client.finish();
    CHECK(line.ends.target.receive(8) == "question");
    CHECK(line.ends.target.sees_end());
    line.ends.target.send("answer");
    CHECK(line.ends.client.receive(6) == "answer");
    line.ends.target.close();
    CHECK(line.ends.client.sees_end());
    CHECK(word(line.proxy.targets.wait_for_end().end.value()) == "client_closed");
}

TEST_CASE("a target that has said all can still be told") {
    Line line;
    line.ends.target.send("banner");
    line.ends.target.finish();
    CHECK(line.ends.client.receive(6) == "banner");
    CHECK(line.ends.client.sees_end());
    line.ends.client.send("late");
    CHECK(line.ends.target.receive(4) == "late");
    line.ends.client.close();
    CHECK(line.ends.target.sees_end());
    CHECK(word(line.proxy.targets.wait_for_end().end.value()) == "target_closed");
}

TEST_CASE("a reset of one side resets the other") {
    {
        Line line;
        line.ends.client.reset();
        CHECK(line.ends.target.sees_reset());
        CHECK(word(line.proxy.targets.wait_for_end().end.value()) == "client_reset");
    }
    Line line;
    line.wait_until_connected(); // a reset before that is a target that does not take connections
    line.ends.target.reset();
    CHECK(line.ends.client.sees_reset());
    CHECK(word(line.proxy.targets.wait_for_end().end.value()) == "target_reset");
}

TEST_CASE("a reset of a side that has said all resets the other") {
    Line line;
    line.ends.target.finish();
    CHECK(line.ends.client.sees_end());
    line.ends.target.reset();
    line.proxy.targets.wait_for_end();
    int error = 0; // after a FIN nothing but this tells of a reset
    socklen_t size = sizeof error;
    ::getsockopt(line.ends.client.number(), SOL_SOCKET, SO_ERROR, &error, &size);
    CHECK(error == EPIPE);
    CHECK(word(line.proxy.targets.wait_for_end().end.value()) == "target_reset");
}

TEST_CASE("a target that does not read stops the client, and loses nothing when it does") {
    Line line;
    std::string pattern(1U << 16U, '\0');
    for (std::size_t i = 0; i < pattern.size(); ++i)
        pattern[i] = static_cast<char>(i * 31 >> 3U);
    // Until the proxy holds something and has stopped reading.
    std::string all;
    for (bool is_full = false; !is_full && all.size() < flood;) {
        const ssize_t count =
            ::send(line.ends.client.number(), pattern.data(), pattern.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count > 0) all.append(pattern, 0, static_cast<std::size_t>(count));
        is_full = count <= 0 && line.proxy.ask([](Proxy& proxy) { return proxy.held_bytes() > 0; });
    }
    CHECK(all.size() < flood);
    CHECK(line.proxy.ask([](Proxy& proxy) { return proxy.held_bytes(); }) <= PumpRoom::largest_read);
    line.ends.client.finish();
    CHECK((line.ends.target.receive(all.size()) == all)); // in brackets: megabytes are not to be printed
    CHECK(line.ends.target.sees_end());
    line.ends.target.close();
    CHECK(line.proxy.targets.wait_for_end().bytes_from_client == all.size());
    CHECK(line.proxy.ask([](Proxy& proxy) { return proxy.held_bytes(); }) == 0);
}

TEST_CASE("a reset is carried over though the other side does not read") {
    Line line;
    const std::string block(1U << 16U, 'x');
    line.proxy.wait_until([&](Proxy& proxy) {
        static_cast<void>(line.ends.client.send_until_full(block, flood));
        return proxy.held_bytes() > 0;
    });
    line.ends.client.reset();
    CHECK(word(line.proxy.targets.wait_for_end().end.value()) == "client_reset");
    CHECK(line.proxy.ask([](Proxy& proxy) { return proxy.held_bytes(); }) == 0);
}

TEST_CASE("when much is held each connection holds little") {
    PumpRoom room(100);
    CHECK(room.buffer().size() == PumpRoom::largest_read);
    room.hold(100);
    CHECK(room.buffer().size() == PumpRoom::careful_read);
    room.release(1);
    CHECK(room.buffer().size() == PumpRoom::largest_read);
}

TEST_CASE("a connection without a byte for its idle timeout is reset on both sides") {
    Line line(with_idle_timeout(200ms));
    CHECK(line.ends.client.sees_reset());
    CHECK(line.ends.target.sees_reset());
    const StreamReport report = line.proxy.targets.wait_for_end();
    CHECK(word(report.end.value()) == "idle_timeout");
    CHECK(report.age >= 200ms);
}

TEST_CASE("bytes in either direction keep a connection from being idle") {
    Line line(with_idle_timeout(1s));
    const auto begin = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - begin < 1500ms) {
        line.ends.target.send("x");
        REQUIRE(line.ends.client.receive(1) == "x");
    }
    CHECK(line.ends.client.sees_reset());
    CHECK(line.proxy.targets.wait_for_end().age >= 2400ms);
}

TEST_CASE("a living connection can be listed") {
    Line line;
    line.ends.client.send("12345");
    CHECK(line.ends.target.receive(5) == "12345");
    const auto streams = line.proxy.ask([](Proxy& proxy) { return proxy.streams(10); });
    REQUIRE(streams.size() == 1);
    CHECK_FALSE(streams[0].end);
    CHECK(streams[0].is_connected);
    CHECK(streams[0].bytes_from_client == 5);
    CHECK(streams[0].peer == line.ends.client.address());
    CHECK(line.proxy.ask([](Proxy& proxy) { return proxy.streams(0); }).empty());
}
