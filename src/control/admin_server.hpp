// SPDX-License-Identifier: Apache-2.0
// The admin socket of a running gateway: one request a line, one answer a line, both JSON. All of it happens in the
// handlers of one event loop on the control thread; whatever a client does ends that client at most.
#pragma once

#include "control/operations.hpp"
#include "control/view.hpp"
#include "support/result.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace sallyport::control {

inline constexpr std::size_t max_request_bytes = 64U * 1024;

struct AdminSettings {
    std::string path; // gateway.admin
    unsigned max_clients = 32;
    std::chrono::milliseconds request_timeout = std::chrono::seconds(60); // a whole line, from the answer before
    std::chrono::milliseconds answer_timeout = std::chrono::seconds(30);  // until the client has read a whole answer
};

/// What is shown and changed.
struct Served {
    View& view;
    Operations& operations;
};

/// Listens from start() until its end. The loop and what is served outlive it; the loop runs on the thread that starts
/// and ends it.
class AdminServer {
public:
    static Result<AdminServer> start(const AdminSettings& settings, Served served, boost::asio::io_context& loop);

    AdminServer(AdminServer&&) noexcept;
    AdminServer& operator=(AdminServer&&) noexcept;
    /// Ends all clients, and removes the socket's file.
    ~AdminServer();

    [[nodiscard]] std::size_t clients() const noexcept;

private:
    struct State;
    explicit AdminServer(std::shared_ptr<State> state) noexcept;
    std::shared_ptr<State> state_;
};

} // namespace sallyport::control
