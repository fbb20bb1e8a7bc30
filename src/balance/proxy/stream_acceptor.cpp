// SPDX-License-Identifier: Apache-2.0
#include "balance/proxy/stream_acceptor.hpp"

#include "support/descriptor.hpp"

#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace sallyport::balance {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr int backlog = 65535; // the kernel takes the smaller one of this and net.core.somaxconn
constexpr int accepts_a_turn = 64;
constexpr int ipv6_freebind = 78; // linux/in6.h, which does not go with netinet/in.h

bool set(int descriptor, int level, int option) {
    const int on = 1;
    return ::setsockopt(descriptor, level, option, &on, sizeof on) == 0;
}

bool prepare(int descriptor, Family family) {
    const bool is_v4 = family == Family::ipv4;
    return set(descriptor, SOL_SOCKET, SO_REUSEADDR) &&
           (is_v4 ? set(descriptor, IPPROTO_IP, IP_FREEBIND)
                  : set(descriptor, IPPROTO_IPV6, IPV6_V6ONLY) && set(descriptor, IPPROTO_IPV6, ipv6_freebind)) &&
           set(descriptor, IPPROTO_TCP, TCP_NODELAY); // what is accepted inherits it
}

/// accept(2): errors of the connection that was to be accepted, or of the moment; the next one may be fine.
bool is_of_the_connection(int error) {
    switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPERM: // a firewall's rule
    case EPROTO:
    case ENOPROTOOPT:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENONET:
    case EOPNOTSUPP:
        return true;
    default:
        return false;
    }
}

} // namespace

StreamAcceptor::StreamAcceptor(std::shared_ptr<StreamWorld> world, const StreamListener& config)
    : world_(std::move(world)), state_(std::make_shared<ListenerState>()), acceptor_(world_->loop.get_executor()),
      pause_(world_->loop.get_executor()), bound_to_(config.address) {
    state_->config = config;
}

Result<void> StreamAcceptor::open() {
    if (is_open()) return {};
    Result<void> taken = take_address();
    if (taken) return taken;
    return failure("Listener " + state_->config.name + " cannot listen on " + state_->config.address.to_string() +
                   ": " + taken.error().message);
}

Result<void> StreamAcceptor::take_address() {
    const auto reason = [] { return failure(std::strerror(errno)); };
    const SocketAddress& wanted = state_->config.address;
    const KernelAddress address(wanted);
    Descriptor descriptor(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!descriptor || !prepare(descriptor.number(), wanted.address.family())) return reason();
    if (::bind(descriptor.number(), address.get(), address.size) != 0) return reason();
    if (::listen(descriptor.number(), backlog) != 0) return reason();
    bound_to_ = wanted;
    if (wanted.port == 0) bound_to_ = local_end(descriptor.number());
    error_code error;
    acceptor_.assign(wanted.address.is_v4() ? asio::ip::tcp::v4() : asio::ip::tcp::v6(), descriptor.number(), error);
    if (error) return failure(error.message());
    descriptor.release();
    expect_clients();
    return {};
}

void StreamAcceptor::close() noexcept {
    error_code ignored;
    acceptor_.close(ignored);
    try {
        pause_.cancel();
    } catch (...) { // it finds the acceptor closed
    }
}

void StreamAcceptor::close_all(StreamEnd why) noexcept {
    close();
    const std::shared_ptr<ListenerState> state = state_;
    while (!state->streams.empty())
        static_cast<Stream&>(state->streams.front()).end(why); // which takes it out
}

void StreamAcceptor::expect_clients() {
    acceptor_.async_wait(asio::socket_base::wait_read, [weak = weak_from_this()](const error_code& error) {
        const auto self = weak.lock();
        if (!error && self && self->is_open()) self->on_clients();
    });
}

void StreamAcceptor::on_clients() {
    try {
        for (int turn = 0; turn < accepts_a_turn; ++turn) {
            const Taken taken = accept_one();
            if (taken == Taken::out_of_resources) return pause();
            if (taken == Taken::none_left) break;
        }
        expect_clients();
    } catch (...) { // no memory
        pause();
    }
}

StreamAcceptor::Taken StreamAcceptor::accept_one() {
    KernelAddress from;
    const int descriptor = ::accept4(acceptor_.native_handle(), from.get(), &from.size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) {
        if (errno == EAGAIN || errno == EWOULDBLOCK) return Taken::none_left;
        return is_of_the_connection(errno) ? Taken::one : Taken::out_of_resources;
    }
    ++state_->counters.accepted;
    const StreamListener& config = state_->config;
    const std::optional<SocketAddress> peer = from.read();
    const bool is_upstream = peer && contains(config.trusted, peer->address);
    if (!peer || (!is_upstream && !allows(config, peer->address))) {
        refuse(descriptor, StreamEnd::denied);
    } else if (state_->counters.open >= config.max_connections) {
        refuse(descriptor, StreamEnd::over_limit);
    } else {
        begin_stream(descriptor, *peer);
    }
    return Taken::one;
}

void StreamAcceptor::begin_stream(int number, const SocketAddress& peer) {
    Descriptor descriptor(number);
    StreamSocket socket(world_->loop.get_executor());
    error_code error;
    socket.assign(peer.address.is_v4() ? asio::ip::tcp::v4() : asio::ip::tcp::v6(), number, error);
    if (error) return refuse(descriptor.release(), StreamEnd::no_resources);
    descriptor.release();
    const ClientRoute ends{peer, local_end(number)};
    std::make_shared<Stream>(world_, state_, Accepted{std::move(socket), ends})->start();
}

void StreamAcceptor::refuse(int descriptor, StreamEnd why) noexcept {
    ++state_->counters.ended[static_cast<std::size_t>(why)];
    const linger at_once{1, 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(descriptor);
}

/// Asked only where the config does not say it.
SocketAddress StreamAcceptor::local_end(int descriptor) const {
    if (!bound_to_.address.is_unspecified() && bound_to_.port != 0) return bound_to_;
    KernelAddress local;
    if (::getsockname(descriptor, local.get(), &local.size) != 0) return bound_to_;
    return local.read().value_or(bound_to_);
}

void StreamAcceptor::pause() noexcept {
    ++state_->counters.pauses;
    try {
        pause_.expires_after(world_->settings.accept_pause);
        pause_.async_wait([weak = weak_from_this()](const error_code& error) {
            const auto self = weak.lock();
            if (!error && self && self->is_open()) self->on_clients();
        });
    } catch (...) { // not even memory for a timer: an acceptor that nobody looks at would be worse
        std::terminate();
    }
}

} // namespace sallyport::balance
