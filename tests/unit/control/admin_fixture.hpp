// SPDX-License-Identifier: Apache-2.0
// A server over a real socket on a thread of its own, and a client that waits no longer than a test may last.
#pragma once

#include "control/admin_server.hpp"
#include "fake_view.hpp"
#include "temporary_folder.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

namespace sallyport::test {

class RunningServer {
public:
    explicit RunningServer(control::AdminSettings settings = {}, std::size_t flows = 0, std::size_t page_flows = 4096) {
        view_.page_flows = page_flows;
        for (std::size_t index = 0; index < flows; ++index)
            view_.flows[0].push_back(tcp_flow("192.0.2.10", static_cast<std::uint16_t>(index), "203.0.113.80"));
        settings.path = path();
        auto server = control::AdminServer::start(settings, {view_, operations_}, loop_);
        REQUIRE(server);
        server_.emplace(std::move(*server));
        thread_ = std::thread([this] { loop_.run(); });
    }
    RunningServer(const RunningServer&) = delete;
    RunningServer& operator=(const RunningServer&) = delete;
    ~RunningServer() { end(); }

    void end() {
        if (!thread_.joinable()) return;
        loop_.stop();
        thread_.join();
        server_.reset();
        CHECK_FALSE(std::filesystem::exists(path()));
        // Handlers that are still on their way must not ask a gateway that may be gone.
        const unsigned pages = view_.pages_listed;
        loop_.restart();
        loop_.poll();
        CHECK(view_.pages_listed == pages);
    }
    /// Once the server has answered, nobody but the test looks at it.
    [[nodiscard]] FakeOperations& operations() noexcept { return operations_; }
    [[nodiscard]] std::string path() const { return folder_ / "admin.sock"; }

private:
    TemporaryFolder folder_;
    FakeView view_;
    FakeOperations operations_;
    boost::asio::io_context loop_;
    std::optional<control::AdminServer> server_;
    std::thread thread_;
};

class Client {
public:
    explicit Client(const std::string& path) : descriptor_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
        sockaddr_un address = {};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        REQUIRE(::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        timeval patience = {};
        patience.tv_sec = 20;
        ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client() { leave(); }

    void leave() {
        if (descriptor_ >= 0) ::close(descriptor_);
        descriptor_ = -1;
    }
    /// How much the server took before it hung up.
    std::size_t send(std::string_view text) const {
        std::size_t done = 0;
        while (done < text.size()) {
            const ssize_t count = ::send(descriptor_, text.data() + done, text.size() - done, MSG_NOSIGNAL);
            if (count <= 0) break;
            done += static_cast<std::size_t>(count);
        }
        return done;
    }
    /// The next line; nothing when the server hung up instead.
    std::optional<std::string> line() {
        for (;;) {
            if (const std::size_t end = input_.find('\n'); end != std::string::npos) {
                std::string line = input_.substr(0, end);
                input_.erase(0, end + 1);
                return line;
            }
            char piece[4096];
            const ssize_t count = ::recv(descriptor_, piece, sizeof piece, 0);
            if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) FAIL("the server does nothing for 20 s");
            if (count <= 0) return std::nullopt;
            input_.append(piece, static_cast<std::size_t>(count));
        }
    }
    std::optional<std::string> ask(std::string_view request) {
        send(std::string(request) + "\n");
        return line();
    }

private:
    int descriptor_;
    std::string input_;
};

inline constexpr std::string_view ask_status = R"({"command":"status"})";

inline bool is_ok(const std::optional<std::string>& line) {
    return line && line->starts_with(R"({"ok":true,"result":{)");
}
inline bool is_error(const std::optional<std::string>& line) {
    return line && line->starts_with(R"({"ok":false,"error":")");
}

} // namespace sallyport::test
