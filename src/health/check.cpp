// SPDX-License-Identifier: Apache-2.0
#include "health/check.hpp"

#include <algorithm>
#include <utility>

namespace sallyport::health {

Check::Check(boost::asio::io_context& loop, std::chrono::milliseconds timeout) : deadline_(loop), timeout_(timeout) {}

void Check::start(Done done) {
    done_ = std::move(done);
    started_ = std::chrono::steady_clock::now();
    guarded([this] {
        wait_until(started_ + timeout_);
        begin();
    });
}

void Check::wait_until(std::chrono::steady_clock::time_point deadline) {
    deadline_.expires_at(deadline);
    deadline_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        if (!error) self->guarded([&self] { self->at_deadline(); });
    });
}

void Check::at_deadline() {
    const auto now = std::chrono::steady_clock::now();
    const std::chrono::steady_clock::duration late = now - deadline_.expiry();
    if (was_prolonged_ || late < timeout_ / 10) return expire();
    was_prolonged_ = true;
    wait_until(now + std::min<std::chrono::steady_clock::duration>(late, timeout_));
}

void Check::cancel() noexcept {
    if (is_over()) return;
    done_ = nullptr;
    deadline_.cancel();
    close();
}

void Check::pass(std::uint16_t status) {
    finish({Reason::none, {}, status, {}});
}

void Check::fail(Reason reason, std::string sentence, std::uint16_t status) {
    finish({reason, std::move(sentence), status, {}});
}

void Check::finish(CheckResult result) {
    if (is_over()) return;
    const Done done = std::exchange(done_, nullptr);
    deadline_.cancel();
    close();
    result.took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - started_);
    done(result);
}

} // namespace sallyport::health
