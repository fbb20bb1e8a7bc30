// SPDX-License-Identifier: Apache-2.0
#include "balance/proxy/stream.hpp"

#include <sys/socket.h>

namespace sallyport::balance {
namespace {

/// With a linger time of 0 close() sends RST (socket(7)).
void close(StreamSocket& socket, bool with_reset) noexcept {
    if (!socket.is_open()) return;
    if (with_reset) {
        const linger at_once{1, 0};
        ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    boost::system::error_code ignored;
    socket.close(ignored);
}

} // namespace

Stream::Stream(std::shared_ptr<StreamWorld> world, std::shared_ptr<ListenerState> listener, Accepted accepted)
    : world_(std::move(world)), listener_(std::move(listener)), client_(std::move(accepted.socket)),
      target_(world_->loop.get_executor()), timer_(world_->loop.get_executor()), from_client_(world_->room),
      from_target_(world_->room), route_(accepted.ends), peer_(accepted.ends.source),
      accepted_(std::chrono::steady_clock::now()), idle_timeout_(listener_->config.idle_timeout),
      listener_id_(listener_->config.id) {
    IntakeWish wish;
    wish.expects_header = contains(listener_->config.trusted, peer_.address);
    wish.wants_hello = listener_->config.needs_sni;
    wish.max_hello_size = world_->settings.max_hello_size;
    setup_ = std::make_unique<Setup>(wish);
    listener_->streams.push_back(*this);
    ++listener_->counters.open;
}

Stream::~Stream() {
    end(StreamEnd::stopped); // its loop ended without it
}

void Stream::start() {
    guarded([this] {
        if (setup_->intake.state() == Intake::State::done) return on_intake(Intake::State::done);
        arm(accepted_ + world_->settings.intake_timeout);
        expect_first_bytes();
    });
}

void Stream::end(StreamEnd why) noexcept {
    if (is_over()) return;
    end_ = why;
    close(client_, !is_orderly(why) && why != StreamEnd::client_tls_failed);
    close(target_, !is_orderly(why) && why != StreamEnd::target_tls_failed);
    leave_target();
    listener_->streams.erase(listener_->streams.iterator_to(*this));
    --listener_->counters.open;
    ++listener_->counters.ended[static_cast<std::size_t>(why)];
    try {
        timer_.cancel();
        world_->observer.ended(report());
    } catch (...) { // no memory for a report: the counters have it
    }
    setup_.reset();
}

StreamReport Stream::report() const {
    StreamReport report;
    report.listener = listener_id_;
    report.route = route_;
    report.peer = peer_;
    if (attempts_ > 0) report.target = target_id_;
    report.target_address = target_address_;
    report.server_name = server_name_;
    report.attempts = attempts_;
    report.is_connected = is_connected_;
    report.bytes_from_client = from_client_.bytes();
    report.bytes_from_target = from_target_.bytes();
    report.accepted = accepted_;
    report.age = std::chrono::steady_clock::now() - accepted_;
    report.end = end_;
    report.sentence = sentence_;
    return report;
}

void Stream::arm(TimePoint when) {
    timer_.expires_at(when);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        if (!error) self->guarded([&self] { self->on_timer(); });
    });
}

void Stream::on_timer() {
    // Asio may have queued this before the timer was set anew.
    if (timer_.expiry() > std::chrono::steady_clock::now()) return;
    if (is_connected_) return on_idle_timer();
    if (client_tls_ && SSL_is_init_finished(client_tls_->session()) != 1) return on_late_handshake();
    if (attempts_ == 0) return end(StreamEnd::intake_timeout);
    if (target_tls_) return on_late_handshake();
    give_up_attempt(ConnectFailure::timed_out);
}

} // namespace sallyport::balance
