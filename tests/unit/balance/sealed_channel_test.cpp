// SPDX-License-Identifier: Apache-2.0
// What a peer can do to TLS on a socket that others' programs do not do.
#include "balance/proxy/pump.hpp"

#include "support/descriptor.hpp"
#include "tls/handshake.hpp"

#include <sys/socket.h>

using namespace sallyport;
using namespace sallyport::test;
using namespace balance;

namespace {

void join(Descriptor& one, Descriptor& other) {
    int pair[2] = {};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == 0);
    const int size = 200'000; // the kernel doubles it
    for (const int each : pair)
        ::setsockopt(each, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    one = Descriptor(pair[0]);
    other = Descriptor(pair[1]);
}

/// A client on a socket, and the channel at its other end.
struct Ends {
    Descriptor here;
    Descriptor there;
    tls::Session client = any_client();
    std::unique_ptr<SealedChannel> channel;

    Ends() {
        join(here, there);
        channel = std::make_unique<SealedChannel>(here.number(), load(server({"www-ec"}))->accept());
        SSL_set_fd(client.get(), there.number());
    }
    void shake_hands() const {
        IoState state = IoState::would_block;
        for (int turns = 0; turns < 10 && state == IoState::would_block; ++turns) {
            SSL_do_handshake(client.get());
            state = channel->handshake();
        }
        REQUIRE(state == IoState::done);
        REQUIRE(SSL_do_handshake(client.get()) == 1);
    }
    [[nodiscard]] Io read() const {
        char buffer[100];
        channel->refill();
        return channel->read(buffer, sizeof buffer);
    }
    /// Asks for an answer.
    [[nodiscard]] bool update_key() const {
        return SSL_key_update(client.get(), SSL_KEY_UPDATE_REQUESTED) == 1 && SSL_do_handshake(client.get()) == 1;
    }
};

} // namespace

TEST_CASE("who asks for answers and takes none is given up") {
    const Ends ends;
    ends.shake_hands();
    std::size_t most = 0;
    Io last{IoState::would_block, 0};
    for (int count = 0; count < 100'000 && last.state == IoState::would_block; ++count) {
        if (!ends.update_key()) FAIL("the client can send no more after " << count);
        last = ends.read();
        most = std::max(most, ends.channel->unsent());
    }
    CHECK(last.state == IoState::failed);
    CHECK(most > 0);
    CHECK(most < 20'000);
}

TEST_CASE("an end of TLS and one of TCP alone are told apart") {
    for (const bool says_end : {true, false}) {
        Ends ends;
        ends.shake_hands();
        REQUIRE(SSL_write(ends.client.get(), "x", 1) == 1);
        if (says_end) SSL_shutdown(ends.client.get());
        ::shutdown(ends.there.number(), SHUT_WR);
        CHECK(ends.read().bytes == 1);
        CHECK(ends.read().state == (says_end ? IoState::ended : IoState::failed));
        CHECK(ends.channel->was_cut_off() == !says_end);
        CHECK(ends.channel->error() == 0);
        CHECK(ends.channel->write("still").state == IoState::done);
        char got[10] = {};
        CHECK(SSL_read(ends.client.get(), got, sizeof got) == 5);
    }
}

TEST_CASE("bytes in front of TLS leave first, and those that were read before are TLS's") {
    const Ends ends;
    ends.channel->send_first("in front");
    SSL_do_handshake(ends.client.get());
    std::string hello(2000, '\0');
    hello.resize(static_cast<std::size_t>(::recv(ends.here.number(), hello.data(), hello.size(), 0)));
    ends.channel->feed(hello);
    CHECK(ends.channel->handshake() == IoState::would_block);
    std::string got(8, '\0');
    CHECK(::recv(ends.there.number(), got.data(), got.size(), 0) == 8);
    CHECK(got == "in front");
    ends.shake_hands();
}

TEST_CASE("a pump that lets others have their turn knows of what TLS has read already") {
    const Ends ends;
    ends.shake_hands();
    Descriptor sink;
    Descriptor target;
    join(sink, target);
    const std::string text(4 * PumpRoom::largest_read + 1000, 'x'); // what it reads in one turn, and a little
    for (std::size_t at = 0; at < text.size(); at += 16'384) {
        const std::string_view piece = std::string_view(text).substr(at, 16'384);
        REQUIRE(SSL_write(ends.client.get(), piece.data(), static_cast<int>(piece.size())) ==
                static_cast<int>(piece.size()));
    }
    PumpRoom room(1U << 20U);
    Pump pump(room);
    const PumpEnd from{ends.here.number(), ends.channel.get()};
    const PumpEnd to{sink.number(), nullptr};
    CHECK(pump.run(from, to) == Pump::Next::more);
    CHECK(pump.run(from, to) == Pump::Next::source_readable);
    CHECK(pump.bytes() == text.size());
}
