// SPDX-License-Identifier: Apache-2.0
// One client of the admin socket: reads a line, answers it, and so on, until it leaves or is too slow.
#pragma once

#include "control/admin_server.hpp"
#include "control/flow_listing.hpp"

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace sallyport::control {

/// Ways to write an answer's line.
[[nodiscard]] std::string result_line(std::string_view json);
[[nodiscard]] std::string error_line(std::string_view sentence);
/// For what the operator asked for and can not have: with `"refused": true`.
[[nodiscard]] std::string refusal_line(std::string_view sentence);

class Session : public std::enable_shared_from_this<Session> {
public:
    using Socket = boost::asio::local::stream_protocol::socket;

    Session(Socket socket, const AdminSettings& settings, Served served);

    /// `ended` is called once, at the end that is not the owner's wish.
    void start(std::function<void(const std::shared_ptr<Session>&)> ended);
    /// By the owner. Handlers that are still on their way find no view, and do nothing.
    void close() noexcept;

private:
    void end();
    void set_deadline(std::chrono::milliseconds timeout);
    void read_request();
    void on_line(std::size_t length);
    void answer(const Request& request);
    void change(const Request& request);
    void answer_operation(const Result<Members>& done);
    void reload();
    void step(const std::shared_ptr<FlowListing>& listing);
    void write(std::string line, bool last = false);

    Socket socket_;
    boost::asio::steady_timer deadline_;
    AdminSettings settings_;
    View* view_; // nullptr: closed
    Operations* operations_;
    std::function<void(const std::shared_ptr<Session>&)> ended_;
    std::string input_;
    std::string output_;
};

} // namespace sallyport::control
