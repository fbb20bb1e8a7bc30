// SPDX-License-Identifier: Apache-2.0
// Something to be done a moment after it was asked for, once however often it was asked meanwhile.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <utility>

namespace sallyport::io {

class Soon {
public:
    /// `what` runs on the loop's thread. The object ends when the loop runs no more, or on its thread with nothing due.
    Soon(boost::asio::io_context& events, std::chrono::milliseconds delay, std::function<void()> what)
        : timer_(events), delay_(delay), what_(std::move(what)) {}

    void ask() {
        if (is_due_) return;
        is_due_ = true;
        timer_.expires_after(delay_);
        timer_.async_wait([this](const boost::system::error_code& error) {
            if (error) return;
            is_due_ = false;
            what_();
        });
    }

private:
    boost::asio::steady_timer timer_;
    std::chrono::milliseconds delay_;
    std::function<void()> what_;
    bool is_due_ = false;
};

} // namespace sallyport::io
