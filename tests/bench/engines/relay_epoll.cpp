// SPDX-License-Identifier: Apache-2.0
// What does a relayed request cost on a bare edge-triggered epoll loop? A socket is registered once; what epoll said
// about it is kept in flags, and a call that would only return EAGAIN is not made.
#include "exchange.hpp"
#include "sockets.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <vector>

using namespace sallyport;
using namespace sallyport::engines;

namespace {

struct Connection;

struct Socket {
    Descriptor descriptor;
    Connection* connection = nullptr;
    bool readable = false;
    bool writable = true;
    bool ended = false;
};

struct Connection {
    std::array<Socket, 2> sockets;
    Exchange exchange;
    bool closed = false;

    Socket& at(Side side) { return sockets[index(side)]; }
};

/// False when the connection is over.
bool read_some(Connection& connection, Socket& source) {
    const auto space = connection.exchange.space();
    const auto count = ::recv(source.descriptor.number(), space.data(), space.size(), 0);
    if (count < 0 && errno == EAGAIN) {
        source.readable = false;
        return true;
    }
    if (count <= 0) return false;
    // A short read has emptied the socket: the next byte is a new edge. Only an end that was announced has none to
    // come.
    if (static_cast<std::size_t>(count) < space.size() && !source.ended) source.readable = false;
    return connection.exchange.received(static_cast<std::size_t>(count));
}

bool write_some(Connection& connection, Socket& sink) {
    const auto bytes = connection.exchange.to_send();
    const auto count = ::send(sink.descriptor.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0) {
        sink.writable = false;
        return errno == EAGAIN;
    }
    connection.exchange.sent(static_cast<std::size_t>(count));
    return true;
}

/// Goes on until a socket has to be waited for.
bool advance(Connection& connection) {
    for (;;) {
        auto& source = connection.at(connection.exchange.source());
        auto& sink = connection.at(other(connection.exchange.source()));
        if (!connection.exchange.to_send().empty()) {
            if (!sink.writable) return true;
            if (!write_some(connection, sink)) return false;
        } else {
            if (!source.readable) return true;
            if (!read_some(connection, source)) return false;
        }
    }
}

class Loop {
public:
    explicit Loop(Ports ports)
        : ports_(ports), epoll_(::epoll_create1(EPOLL_CLOEXEC)), listener_(listen_on(ports.listen)) {
        watch(listener_.number(), EPOLLIN, nullptr);
    }

    [[noreturn]] void run() {
        std::array<epoll_event, 256> events;
        for (;;) {
            const auto count = ::epoll_wait(epoll_.number(), events.data(), static_cast<int>(events.size()), -1);
            if (count < 0 && errno != EINTR) fail("epoll_wait");
            for (const auto& event : std::span(events).first(static_cast<std::size_t>(std::max(count, 0))))
                take(event);
            // Not before: a later event of the same round may be about the other socket of a closed connection.
            if (any_closed_) std::erase_if(connections_, [](const auto& connection) { return connection->closed; });
            any_closed_ = false;
        }
    }

private:
    void watch(int descriptor, std::uint32_t events, Socket* socket) {
        epoll_event event{};
        event.events = events;
        event.data.ptr = socket;
        if (::epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, descriptor, &event) != 0) fail("epoll_ctl");
    }

    void take(const epoll_event& event) {
        auto* socket = static_cast<Socket*>(event.data.ptr);
        if (socket == nullptr) return accept_all();
        auto& connection = *socket->connection;
        if (connection.closed) return;
        if ((event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) socket->ended = true;
        if ((event.events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) socket->readable = true;
        if ((event.events & EPOLLOUT) != 0) socket->writable = true;
        if (!advance(connection)) connection.closed = any_closed_ = true;
    }

    void accept_all() {
        for (;;) {
            Descriptor client(::accept4(listener_.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
            if (!client) return;
            prepare(client.number());
            auto connection = std::make_unique<Connection>();
            connection->at(Side::client).descriptor = std::move(client);
            connection->at(Side::upstream).descriptor = connect_to(ports_.upstream);
            for (auto& socket : connection->sockets) {
                socket.connection = connection.get();
                watch(socket.descriptor.number(), EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, &socket);
            }
            connections_.push_back(std::move(connection));
        }
    }

    Ports ports_;
    Descriptor epoll_;
    Descriptor listener_;
    std::vector<std::unique_ptr<Connection>> connections_;
    bool any_closed_ = false;
};

} // namespace

int main(int argc, char** argv) {
    Loop(ports_of({argv, static_cast<std::size_t>(argc)})).run();
}
