// SPDX-License-Identifier: Apache-2.0
#include "control/admin_server.hpp"

#include "control/admin_session.hpp"
#include "control/admin_socket.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include <optional>
#include <set>
#include <utility>

namespace sallyport::control {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// When no descriptor is left: clients that leave give some back.
constexpr auto accept_pause = std::chrono::milliseconds(100);

} // namespace

struct AdminServer::State : std::enable_shared_from_this<AdminServer::State> {
    State(const AdminSettings& wanted, Served shown, asio::io_context& loop, AdminSocket socket)
        : settings(wanted), served(shown), file(std::move(socket)),
          acceptor(loop, asio::local::stream_protocol(), file->release_descriptor()), pause(loop) {}

    void accept();
    void welcome(Session::Socket socket);
    void stop() noexcept;

    AdminSettings settings;
    Served served;
    std::optional<AdminSocket> file;
    asio::local::stream_protocol::acceptor acceptor;
    asio::steady_timer pause;
    std::set<std::shared_ptr<Session>> sessions;
    bool stopped = false;
};

void AdminServer::State::accept() {
    acceptor.async_accept([self = shared_from_this()](const error_code& error, Session::Socket socket) {
        if (self->stopped) return;
        if (!error) {
            // No memory for one more client: the others go on.
            try {
                self->welcome(std::move(socket));
            } catch (const std::exception&) {
            }
            return self->accept();
        }
        self->pause.expires_after(accept_pause);
        self->pause.async_wait([self](const error_code&) {
            if (!self->stopped) self->accept();
        });
    });
}

void AdminServer::State::welcome(Session::Socket socket) {
    if (sessions.size() >= settings.max_clients) {
        const std::string line = error_line("too many clients at the admin socket; try again when some have left");
        error_code ignored;
        socket.non_blocking(true, ignored);
        socket.write_some(asio::buffer(line), ignored);
        return;
    }
    const auto session = std::make_shared<Session>(std::move(socket), settings, served);
    session->start([this](const std::shared_ptr<Session>& ended) { sessions.erase(ended); });
    sessions.insert(session);
}

void AdminServer::State::stop() noexcept {
    stopped = true;
    error_code ignored;
    acceptor.close(ignored);
    file.reset(); // here, because handlers on their way keep the State for a while
    pause.cancel();
    for (const auto& session : std::exchange(sessions, {}))
        session->close();
}

Result<AdminServer> AdminServer::start(const AdminSettings& settings, Served served, asio::io_context& loop) {
    Result<AdminSocket> socket = AdminSocket::listen(settings.path);
    if (!socket) return tl::unexpected(socket.error());
    try {
        auto state = std::make_shared<State>(settings, served, loop, std::move(*socket));
        state->accept();
        return AdminServer(std::move(state));
    } catch (const std::exception& error) {
        return failure("the admin socket " + settings.path + " can not be served: " + error.what());
    }
}

AdminServer::AdminServer(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}
AdminServer::AdminServer(AdminServer&&) noexcept = default;
AdminServer& AdminServer::operator=(AdminServer&& other) noexcept {
    if (state_) state_->stop();
    state_ = std::move(other.state_);
    return *this;
}
AdminServer::~AdminServer() {
    if (state_) state_->stop();
}

std::size_t AdminServer::clients() const noexcept {
    return state_->sessions.size();
}

} // namespace sallyport::control
