// SPDX-License-Identifier: Apache-2.0
#include "health/check.hpp"

#include <utility>

namespace sallyport::health {

Check::Check(boost::asio::io_context& loop, std::chrono::milliseconds timeout) : deadline_(loop), timeout_(timeout) {}

void Check::start(Done done) {
    done_ = std::move(done);
    started_ = std::chrono::steady_clock::now();
    guarded([this] {
        deadline_.expires_at(started_ + timeout_);
        deadline_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
            if (!error) self->guarded([&self] { self->expire(); });
        });
        begin();
    });
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
