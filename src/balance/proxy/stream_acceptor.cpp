// SPDX-License-Identifier: Apache-2.0
#include "balance/proxy/stream_acceptor.hpp"

#include "balance/proxy/listening_socket.hpp"
#include "support/descriptor.hpp"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>

namespace sallyport::balance {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr int accepts_a_turn = 64;

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
    const SocketAddress& wanted = state_->config.address;
    Result<Descriptor> opened = open_listening_socket(wanted, Listeners::one);
    if (!opened) return tl::unexpected(opened.error());
    Descriptor descriptor = std::move(*opened);
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
