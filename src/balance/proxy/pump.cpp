// SPDX-License-Identifier: Apache-2.0
#include "balance/proxy/pump.hpp"

#include <sys/socket.h>
#include <utility>

namespace sallyport::balance {
namespace {

constexpr int reads_a_turn = 4;

std::string_view text_of(std::span<const std::uint8_t> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

} // namespace

void Pump::preload(std::vector<std::uint8_t> bytes, std::size_t from_source) {
    bytes_ += from_source;
    room_.hold(bytes.size());
    held_ = std::move(bytes);
}

Io Pump::receive(const PumpEnd& source, std::span<std::uint8_t> buffer) {
    auto* const to = reinterpret_cast<char*>(buffer.data());
    if (source.tls == nullptr) return receive_from(source.socket, to, buffer.size(), error_);
    Io got = source.tls->read(to, buffer.size());
    if (got.state != IoState::failed) return got;
    error_ = source.tls->error();
    was_cut_off_ = source.tls->was_cut_off();
    if (was_cut_off_) got.state = IoState::ended;
    return got;
}

Pump::Sent Pump::send(const PumpEnd& sink, std::span<const std::uint8_t> bytes, std::size_t& count) {
    count = 0;
    while (count < bytes.size()) {
        const std::string_view rest = text_of(bytes.subspan(count));
        const Io sent = sink.tls != nullptr ? sink.tls->write(rest) : send_to(sink.socket, rest, {}, error_);
        if (sent.state == IoState::would_block) return Sent::some;
        if (sent.state != IoState::done) {
            if (sink.tls != nullptr) error_ = sink.tls->error();
            return Sent::failed;
        }
        count += sent.bytes;
    }
    return sink.tls != nullptr && sink.tls->holds_unsent() ? Sent::some : Sent::all;
}

/// Of before.
Pump::Sent Pump::send_waiting(const PumpEnd& sink) {
    if (sink.tls != nullptr) {
        const IoState flushed = sink.tls->flush();
        if (flushed == IoState::would_block) return Sent::some;
        error_ = sink.tls->error();
        if (flushed != IoState::done) return Sent::failed;
    }
    return held_.empty() ? Sent::all : send_held(sink);
}

Pump::Sent Pump::send_held(const PumpEnd& sink) {
    std::size_t count = 0;
    const Sent sent = send(sink, std::span(held_).subspan(held_at_), count);
    held_at_ += count;
    if (held_at_ < held_.size()) return sent;
    room_.release(held_.size());
    held_at_ = 0;
    std::vector<std::uint8_t>().swap(held_); // an idle connection keeps no buffer
    return sent;
}

Pump::Next Pump::send_fresh(const PumpEnd& sink, std::span<const std::uint8_t> bytes) {
    std::size_t count = 0;
    switch (send(sink, bytes, count)) {
    case Sent::all:
        return Next::source_readable;
    case Sent::failed:
        return Next::sink_failed;
    case Sent::some:
        break;
    }
    held_.assign(bytes.begin() + static_cast<std::ptrdiff_t>(count), bytes.end());
    room_.hold(held_.size());
    return Next::sink_writable;
}

Pump::Next Pump::finish(const PumpEnd& sink) {
    if (sink.tls != nullptr && !was_cut_off_ && !std::exchange(has_said_end_, true)) {
        sink.tls->say_end();
        if (sink.tls->holds_unsent()) return Next::sink_writable;
    }
    ::shutdown(sink.socket, SHUT_WR); // a sink that was reset meanwhile says so when it is read
    is_finished_ = true;
    return Next::finished;
}

Pump::Next Pump::run(const PumpEnd& source, const PumpEnd& sink) {
    if (source.tls != nullptr) source.tls->refill();
    const Next next = move(source, sink);
    account_for(sink);
    return next;
}

Pump::Next Pump::move(const PumpEnd& source, const PumpEnd& sink) {
    const Sent sent = send_waiting(sink);
    if (sent == Sent::failed) return Next::sink_failed;
    if (sent == Sent::some) return Next::sink_writable;
    for (int turn = 0; turn < reads_a_turn && !has_seen_end_; ++turn) {
        const std::span<std::uint8_t> buffer = room_.buffer();
        const Io got = receive(source, buffer);
        if (got.state == IoState::would_block) return Next::source_readable;
        if (got.state == IoState::failed) return Next::source_failed;
        if (got.state == IoState::ended) has_seen_end_ = true;
        if (has_seen_end_) break;
        bytes_ += got.bytes;
        if (const Next next = send_fresh(sink, buffer.first(got.bytes)); next != Next::source_readable) return next;
        // It has no more, most likely.
        if (source.tls != nullptr ? source.tls->is_drained() : got.bytes < buffer.size()) return Next::source_readable;
    }
    if (has_seen_end_) return finish(sink);
    return source.tls != nullptr ? Next::more : Next::source_readable;
}

void Pump::account_for(const PumpEnd& sink) noexcept {
    if (sink.tls == nullptr) return;
    room_.release(sealed_);
    sealed_ = sink.tls->unsent();
    room_.hold(sealed_);
}

} // namespace sallyport::balance
