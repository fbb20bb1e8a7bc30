// SPDX-License-Identifier: Apache-2.0
#include "control/admin_session.hpp"

#include "control/reports.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>

#include <utility>

namespace sallyport::control {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

std::string describe_request_bound() {
    return "the request is longer than " + std::to_string(max_request_bytes) + " bytes";
}

Result<Members> only_appliances(Operations::Appliances done) {
    if (!done) return tl::unexpected(std::move(done.error()));
    return Members{.appliances = std::move(*done), .targets = {}};
}

Result<Members> only_targets(Operations::Targets done) {
    if (!done) return tl::unexpected(std::move(done.error()));
    return Members{.appliances = {}, .targets = std::move(*done)};
}

Result<Members> carry_out(Operations& operations, const DrainRequest& request) {
    switch (request.kind) {
    case ChoiceKind::appliances:
        return only_appliances(operations.drain(request.choice, request.delay));
    case ChoiceKind::targets:
        return only_targets(operations.drain_targets(request.choice, request.delay));
    case ChoiceKind::zone:
        break;
    }
    return operations.shift_zone(request.zone, true);
}

Result<Members> carry_out(Operations& operations, const UndrainRequest& request) {
    switch (request.kind) {
    case ChoiceKind::appliances:
        return only_appliances(operations.undrain(request.choice));
    case ChoiceKind::targets:
        return only_targets(operations.undrain_targets(request.choice));
    case ChoiceKind::zone:
        break;
    }
    return operations.shift_zone(request.zone, false);
}

} // namespace

std::string result_line(std::string_view json) {
    std::string line = "{\"ok\":true,\"result\":";
    line += json;
    line += "}\n";
    return line;
}

std::string error_line(std::string_view sentence) {
    return boost::json::serialize(boost::json::object{{"ok", false}, {"error", sentence}}) + "\n";
}

std::string refusal_line(std::string_view sentence) {
    return boost::json::serialize(boost::json::object{{"ok", false}, {"refused", true}, {"error", sentence}}) + "\n";
}

Session::Session(Socket socket, const AdminSettings& settings, Served served)
    : socket_(std::move(socket)), deadline_(socket_.get_executor()), settings_(settings), view_(&served.view),
      operations_(&served.operations) {}

void Session::start(std::function<void(const std::shared_ptr<Session>&)> ended) {
    ended_ = std::move(ended);
    read_request();
}

void Session::close() noexcept {
    view_ = nullptr;
    ended_ = nullptr;
    error_code ignored;
    socket_.close(ignored);
    deadline_.cancel();
}

void Session::end() {
    const auto ended = std::exchange(ended_, nullptr);
    close();
    if (ended) ended(shared_from_this());
}

void Session::set_deadline(std::chrono::milliseconds timeout) {
    deadline_.expires_after(timeout);
    deadline_.async_wait([self = shared_from_this()](const error_code& error) {
        // A wait that ended just before a new deadline was set is not told of it: ask the timer.
        if (!error && self->view_ != nullptr && self->deadline_.expiry() <= std::chrono::steady_clock::now())
            self->end();
    });
}

void Session::read_request() {
    set_deadline(settings_.request_timeout);
    asio::async_read_until(socket_, asio::dynamic_buffer(input_, max_request_bytes), '\n',
                           [self = shared_from_this()](const error_code& error, std::size_t length) {
                               if (self->view_ == nullptr) return;
                               if (!error) {
                                   self->on_line(length);
                               } else if (error == asio::error::not_found) {
                                   self->write(error_line(describe_request_bound()), true);
                               } else {
                                   self->end();
                               }
                           });
}

void Session::on_line(std::size_t length) {
    const std::string line = input_.substr(0, length - 1);
    input_.erase(0, length);
    // Only memory that is not to be had ends up here; that is this client's misfortune, not the gateway's.
    try {
        const Result<Request> request = parse_request(line);
        if (request) {
            answer(*request);
        } else {
            write(error_line(request.error().message));
        }
    } catch (const std::exception&) {
        end();
    }
}

void Session::answer(const Request& request) {
    if (const auto* flows = std::get_if<FlowsRequest>(&request)) {
        step(std::make_shared<FlowListing>(*flows));
    } else if (const auto* drops = std::get_if<DropsRequest>(&request)) {
        write(result_line(boost::json::serialize(drops_report(*view_, drops->all))));
    } else if (std::holds_alternative<AppliancesRequest>(request)) {
        write(result_line(boost::json::serialize(appliances_report(*view_))));
    } else if (std::holds_alternative<TargetsRequest>(request)) {
        write(result_line(boost::json::serialize(targets_report(*view_))));
    } else if (std::holds_alternative<StatusRequest>(request)) {
        write(result_line(boost::json::serialize(status_report(*view_))));
    } else {
        change(request);
    }
}

void Session::change(const Request& request) {
    if (const auto* drain = std::get_if<DrainRequest>(&request)) {
        answer_operation(carry_out(*operations_, *drain));
    } else if (const auto* undrain = std::get_if<UndrainRequest>(&request)) {
        answer_operation(carry_out(*operations_, *undrain));
    } else {
        reload();
    }
}

void Session::answer_operation(const Result<Members>& done) {
    if (!done) return write(refusal_line(done.error().message));
    write(result_line(boost::json::serialize(operation_report(*view_, *done))));
}

void Session::reload() {
    const Result<ReloadReport> done = operations_->reload();
    if (!done) return write(refusal_line(done.error().message));
    write(result_line(boost::json::serialize(reload_report(*view_, *done))));
}

void Session::step(const std::shared_ptr<FlowListing>& listing) {
    set_deadline(settings_.answer_timeout);
    const Result<bool> done = listing->step(*view_);
    if (!done) return write(error_line(done.error().message));
    if (*done) return write(result_line(listing->take()));
    asio::post(socket_.get_executor(), [self = shared_from_this(), listing] {
        if (self->view_ == nullptr) return;
        try {
            self->step(listing);
        } catch (const std::exception&) {
            self->end();
        }
    });
}

void Session::write(std::string line, bool last) {
    output_ = std::move(line);
    set_deadline(settings_.answer_timeout);
    asio::async_write(socket_, asio::buffer(output_),
                      [self = shared_from_this(), last](const error_code& error, std::size_t) {
                          if (self->view_ == nullptr) return;
                          if (error || last) return self->end();
                          self->output_ = std::string(); // a long list's memory, too
                          self->read_request();
                      });
}

} // namespace sallyport::control
