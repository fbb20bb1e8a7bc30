// SPDX-License-Identifier: Apache-2.0
// Connections over loopback whose owner is known before their first packet.
#include "balance/proxy/noted_connect.hpp"

#include <catch2/catch.hpp>
#include <cerrno>
#include <poll.h>
#include <set>
#include <sys/socket.h>
#include <vector>

using namespace sallyport;
using namespace sallyport::balance;

namespace {

SocketAddress own_address(int socket) {
    KernelAddress address;
    REQUIRE(::getsockname(socket, address.get(), &address.size) == 0);
    return address.read().value();
}

struct Server {
    explicit Server(const char* at)
        : socket(::socket(IpAddress::parse(at)->is_v4() ? AF_INET : AF_INET6, SOCK_STREAM, 0)) {
        const KernelAddress wanted({*IpAddress::parse(at), 0});
        REQUIRE(::bind(socket.number(), wanted.get(), wanted.size) == 0);
        REQUIRE(::listen(socket.number(), 256) == 0);
        address = own_address(socket.number());
    }
    Descriptor socket;
    SocketAddress address;
};

int outcome(int socket) {
    pollfd waiting{socket, POLLOUT, 0};
    REQUIRE(::poll(&waiting, 1, 5000) == 1);
    int error = 0;
    socklen_t size = sizeof error;
    REQUIRE(::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0);
    return error;
}

const LegOwner somebody{.address = *IpAddress::parse("192.0.2.10"), .port = 4321};

} // namespace

TEST_CASE("a connection is noted with the port that it has") {
    for (const char* at : {"127.0.0.1", "::1"}) {
        LegNotes notes;
        const Server server(at);
        BegunLeg begun = begin_noted_connection(notes, {server.address, somebody, {}});
        REQUIRE(begun.error == 0);
        CHECK(outcome(begun.socket.number()) == 0);
        const SocketAddress own = own_address(begun.socket.number());
        LegOwner owner;
        REQUIRE(notes.find({own.address, own.port, server.address.address, server.address.port}, owner));
        CHECK(owner.address == somebody.address);
        CHECK(owner.port == 4321);
        begun.note = {};
        CHECK_FALSE(notes.find({own.address, own.port, server.address.address, server.address.port}, owner));
    }
}

TEST_CASE("many connections, and one from an address of its own") {
    LegNotes notes;
    const Server server("127.0.0.1");
    std::vector<BegunLeg> all;
    std::set<std::uint16_t> ports;
    for (int i = 0; i < 200; ++i) {
        all.push_back(begin_noted_connection(notes, {server.address, somebody, {}}));
        REQUIRE(all.back().error == 0);
        ports.insert(own_address(all.back().socket.number()).port);
    }
    CHECK(ports.size() == 200);
    const IpAddress source = *IpAddress::parse("127.0.0.9");
    const BegunLeg begun = begin_noted_connection(notes, {server.address, somebody, source});
    REQUIRE(begun.error == 0);
    CHECK(own_address(begun.socket.number()).address == source);
    CHECK(notes.lost() == 0);
}

TEST_CASE("who refuses, and where no way leads, is told as connect() has it") {
    LegNotes notes;
    SocketAddress closed;
    {
        const Server server("127.0.0.1");
        closed = server.address;
    }
    const BegunLeg refused = begin_noted_connection(notes, {closed, somebody, {}});
    CHECK((refused.error == ECONNREFUSED || (refused.error == 0 && outcome(refused.socket.number()) == ECONNREFUSED)));
    const BegunLeg nowhere = begin_noted_connection(
        notes, {{*IpAddress::parse("127.0.0.1"), 80}, somebody, *IpAddress::parse("192.0.2.200")});
    CHECK(nowhere.error == EADDRNOTAVAIL);
    CHECK_FALSE(nowhere.socket);
}
