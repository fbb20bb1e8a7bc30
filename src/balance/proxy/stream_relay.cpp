// SPDX-License-Identifier: Apache-2.0
// A proxied connection once its target is connected: bytes both ways, and how each end is carried to the other side.
#include "balance/proxy/stream.hpp"

#include <boost/asio/post.hpp>

#include <sys/socket.h>

namespace sallyport::balance {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// The error that waits at a socket; reading it takes it away. 0: none.
int pending_error(StreamSocket& socket) {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket.native_handle(), SOL_SOCKET, SO_ERROR, &error, &size);
    return error;
}

} // namespace

void Stream::begin_relay() {
    // Where there is TLS it had these before.
    std::vector<std::uint8_t> first = target_tls_ ? std::vector<std::uint8_t>{} : header_for_target();
    const std::vector<std::uint8_t> payload = client_tls_ ? std::vector<std::uint8_t>{} : setup_->intake.take_payload();
    first.insert(first.end(), payload.begin(), payload.end());
    from_client_.preload(std::move(first), payload.size());
    count_bytes(From::client, payload.size());
    setup_.reset();
    is_connected_ = true;
    last_byte_ = std::chrono::steady_clock::now();
    arm(last_byte_ + idle_timeout_);
    pump(From::client);
    if (!is_over()) pump(From::target);
}

Stream::Side Stream::side(From from) noexcept {
    if (from == From::client) return {client_, target_, from_client_};
    return {target_, client_, from_target_};
}

PumpEnd Stream::end_of(From from) noexcept {
    if (from == From::client) return {client_.native_handle(), client_tls_.get()};
    return {target_.native_handle(), target_tls_.get()};
}

void Stream::count_bytes(From from, std::uint64_t count) noexcept {
    ListenerCounters& counters = listener_->counters;
    const bool is_client = from == From::client;
    (is_client ? counters.bytes_from_clients : counters.bytes_from_targets) += count;
    world_->observer.carried(target_id_, is_client ? count : 0, is_client ? 0 : count);
}

void Stream::pump(From from) {
    const Side at = side(from);
    const std::uint64_t before = at.pump.bytes();
    const Pump::Next next = at.pump.run(end_of(from), end_of(from == From::client ? From::target : From::client));
    count_bytes(from, at.pump.bytes() - before);
    last_byte_ = std::chrono::steady_clock::now();
    flush_answers(from);
    wait_for(from, next);
}

void Stream::wait_for(From from, Pump::Next next) {
    const bool is_client = from == From::client;
    const Side at = side(from);
    const auto again = [self = shared_from_this(), from](const error_code& error) {
        if (!error) self->guarded([&self, from] { self->pump(from); });
    };
    switch (next) {
    case Pump::Next::source_readable:
        return at.source.async_wait(asio::socket_base::wait_read, again);
    case Pump::Next::more:
        return asio::post(world_->loop, [again] { again({}); });
    case Pump::Next::sink_writable:
        at.sink.async_wait(asio::socket_base::wait_write, again);
        return watch_for_reset(from);
    case Pump::Next::source_failed:
        if (end_of(from).tls != nullptr && at.pump.error() == 0) return on_broken_tls(from);
        return end(is_client ? StreamEnd::client_reset : StreamEnd::target_reset);
    case Pump::Next::sink_failed:
        return end(is_client ? StreamEnd::target_reset : StreamEnd::client_reset);
    case Pump::Next::finished:
        return on_finished(from);
    }
}

/// A side that is not read now, for the other one is slow or it has said its FIN, can still be reset.
void Stream::watch_for_reset(From from) {
    const bool is_client = from == From::client;
    if (std::exchange(is_watching_[is_client ? 0 : 1], true)) return;
    const auto look = [self = shared_from_this(), from, is_client](const error_code& error) {
        if (error) return;
        self->guarded([&self, from, is_client] {
            self->is_watching_[is_client ? 0 : 1] = false;
            // Urgent data wakes this too; that is no reset, and watching on would spin.
            if (pending_error(self->side(from).source) == 0) return;
            self->end(is_client ? StreamEnd::client_reset : StreamEnd::target_reset);
        });
    };
    side(from).source.async_wait(asio::socket_base::wait_error, look);
}

void Stream::on_finished(From from) {
    const bool is_client = from == From::client;
    if (from_client_.is_finished() && from_target_.is_finished())
        return end(client_ended_first_ ? StreamEnd::client_closed : StreamEnd::target_closed);
    client_ended_first_ = is_client;
    watch_for_reset(from);
}

void Stream::on_idle_timer() {
    const TimePoint when = last_byte_ + idle_timeout_;
    if (when <= std::chrono::steady_clock::now()) return end(StreamEnd::idle_timeout);
    arm(when);
}

} // namespace sallyport::balance
