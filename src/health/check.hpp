// SPDX-License-Identifier: Apache-2.0
// One check of one appliance, from its start to its result, whatever the other side does: one result, at the deadline
// at the latest. A loop that comes late to the deadline, for it was busy or had no CPU, was late for the answers, too:
// the check gets back, once, as much time as the loop was late by, and never more than its timeout.
#pragma once

#include "health/result.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>

namespace sallyport::health {

/// Held by its own handlers until the last of them has run, so whoever started it may let go of it at any time.
class Check : public std::enable_shared_from_this<Check> {
public:
    using Done = std::function<void(const CheckResult&)>;

    Check(boost::asio::io_context& loop, std::chrono::milliseconds timeout);
    Check(const Check&) = delete;
    Check& operator=(const Check&) = delete;
    virtual ~Check() = default;

    /// Once. `done` is called once, by the loop or before start() returns; never after cancel().
    void start(Done done);
    void cancel() noexcept;

protected:
    virtual void begin() = 0;
    /// Ends what is under way; its handlers may still run, and find is_over().
    virtual void close() noexcept = 0;
    /// At the deadline.
    virtual void expire() { fail(Reason::timeout, "Request timed out"); }

    [[nodiscard]] bool is_over() const noexcept { return !done_; }
    void pass(std::uint16_t status = 0);
    void fail(Reason reason, std::string sentence, std::uint16_t status = 0);

    /// Runs a handler's body. What throws (memory, TLS objects) is the gateway's trouble, and ends this check alone.
    template <typename Body>
    void guarded(Body body) {
        if (is_over()) return;
        try {
            body();
        } catch (const std::exception& error) {
            fail(Reason::internal_error, error.what());
        }
    }

private:
    void wait_until(std::chrono::steady_clock::time_point deadline);
    void at_deadline();
    void finish(CheckResult result);

    boost::asio::steady_timer deadline_;
    std::chrono::milliseconds timeout_;
    std::chrono::steady_clock::time_point started_;
    bool was_prolonged_ = false;
    Done done_;
};

} // namespace sallyport::health
