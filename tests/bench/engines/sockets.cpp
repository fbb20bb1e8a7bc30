// SPDX-License-Identifier: Apache-2.0
#include "sockets.hpp"

#include <arpa/inet.h>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace sallyport::engines {
namespace {

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

const sockaddr* plain(const sockaddr_in& address) {
    return reinterpret_cast<const sockaddr*>(&address); // what the socket calls take
}

void set(int descriptor, int level, int option) {
    const int on = 1;
    if (::setsockopt(descriptor, level, option, &on, sizeof on) != 0) fail("setsockopt");
}

} // namespace

void fail(const char* what) {
    std::perror(what);
    std::exit(1);
}

Ports ports_of(std::span<char*> arguments) {
    const auto port = [&](std::size_t at) { return at < arguments.size() ? std::atoi(arguments[at]) : 0; };
    const auto listen = port(1);
    const auto upstream = port(2);
    if (listen <= 0 || listen > 65535 || upstream <= 0 || upstream > 65535) {
        std::fprintf(stderr, "usage: %s LISTEN_PORT UPSTREAM_PORT\n", arguments[0]);
        std::exit(2);
    }
    return {static_cast<std::uint16_t>(listen), static_cast<std::uint16_t>(upstream)};
}

Descriptor listen_on(std::uint16_t port) {
    Descriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!listener) fail("socket");
    set(listener.number(), SOL_SOCKET, SO_REUSEADDR);
    const auto address = loopback(port);
    if (::bind(listener.number(), plain(address), sizeof address) != 0) fail("bind");
    if (::listen(listener.number(), 1024) != 0) fail("listen");
    return listener;
}

Descriptor connect_to(std::uint16_t port) {
    Descriptor connection(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!connection) fail("socket");
    const auto address = loopback(port);
    if (::connect(connection.number(), plain(address), sizeof address) != 0) fail("connect");
    prepare(connection.number());
    return connection;
}

void prepare(int connection) {
    if (::fcntl(connection, F_SETFL, O_NONBLOCK) != 0) fail("fcntl");
    set(connection, IPPROTO_TCP, TCP_NODELAY);
}

} // namespace sallyport::engines
