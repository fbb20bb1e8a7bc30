// SPDX-License-Identifier: Apache-2.0
#include "balance/serve/acceptor.hpp"

#include "balance/proxy/listening_socket.hpp"
#include "balance/serve/arrival.hpp"
#include "balance/serve/http1_client.hpp"

#include <cerrno>
#include <openssl/ssl.h>
#include <sys/socket.h>

namespace sallyport::serve {
namespace {

using std::chrono_literals::operator""ms;

constexpr auto pause_without_descriptors = 100ms;

void refuse(const Descriptor& socket) noexcept {
    const linger at_once = {.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket.number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

} // namespace

Acceptor::Acceptor(Engine& engine, std::shared_ptr<const ListenerPlan> listener)
    : engine_(engine), listener_(std::move(listener)), again_(engine.reactor().timers(), [this] { on_ready(0); }) {}

Result<void> Acceptor::open() {
    const balance::SocketAddress address{listener_->address, listener_->port};
    Result<Descriptor> opened = balance::open_listening_socket(address, balance::Listeners::several);
    if (!opened)
        return failure("Listener " + listener_->name + " cannot listen on " + address.to_string() + ": " +
                       opened.error().message);
    socket_ = std::move(*opened);
    if (engine_.reactor().watch(socket_.number(), *this)) return {};
    socket_ = Descriptor();
    return failure("Listener " + listener_->name + " cannot be watched: the kernel has no memory for it");
}

void Acceptor::on_ready(std::uint32_t) {
    // Edge-triggered: until there is none left.
    while (is_open()) {
        balance::KernelAddress from;
        Descriptor socket(::accept4(socket_.number(), from.get(), &from.size, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (!socket) {
            if (errno == EAGAIN || errno == EWOULDBLOCK) return;
            if (balance::is_of_the_connection(errno)) continue;
            return again_.set(engine_.reactor().now() + pause_without_descriptors);
        }
        engine_.count().connections_accepted.add(1);
        const auto peer = from.read();
        const Admission admission = peer ? engine_.admit(*listener_, peer->address) : Admission::refuse;
        if (admission != Admission::refuse) {
            welcome(std::move(socket), *peer, admission);
        } else {
            engine_.count().connections_refused.add(1);
            engine_.count().connections_ended.add(1);
            refuse(socket);
        }
    }
}

void Acceptor::welcome(Descriptor socket, const balance::SocketAddress& peer, Admission admission) {
    auto connection = std::make_unique<ClientConnection>();
    connection->listener = listener_;
    connection->peer = peer.address;
    connection->peer_port = peer.port;
    connection->is_too_much = admission == Admission::tell;
    if (listener_->http.limits.connections_per_client > 0)
        connection->place = ClientCounts::Place(engine_.clients(), peer.address);
    connection->side = l7::ClientSide(peer.address, peer.port);
    connection->side.listener_port = listener_->port;
    connection->trace_id = l7::ConnectionTraceId(engine_.random());
    connection->is_tls = connection->side.is_tls = listener_->tls != nullptr;
    Transport transport(std::move(socket));
    if (listener_->tls == nullptr) {
        log_connection(engine_, *connection, nullptr, std::nullopt);
        auto client = std::make_unique<Http1Client>(engine_, std::move(transport), std::move(connection));
        if (Http1Client* const started = engine_.adopt_client(std::move(client))) started->start({});
        return;
    }
    tls::Session session = listener_->tls->accept();
    if (!session) {
        engine_.count().connections_ended.add(1);
        return transport.reset_at_end();
    }
    transport.start_tls(session.release());
    engine_.adopt_client(std::make_unique<Arrival>(engine_, std::move(transport), std::move(connection)));
}

} // namespace sallyport::serve
