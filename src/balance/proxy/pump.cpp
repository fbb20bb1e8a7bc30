// SPDX-License-Identifier: Apache-2.0
#include "balance/proxy/pump.hpp"

#include <cerrno>
#include <sys/socket.h>
#include <utility>

namespace sallyport::balance {
namespace {

constexpr int reads_a_turn = 4;

bool is_later(int error) {
    return error == EAGAIN || error == EWOULDBLOCK;
}

} // namespace

void Pump::preload(std::vector<std::uint8_t> bytes, std::size_t from_source) {
    bytes_ += from_source;
    room_.hold(bytes.size());
    held_ = std::move(bytes);
}

Pump::Sent Pump::send(int sink, std::span<const std::uint8_t> bytes, std::size_t& count) {
    count = 0;
    while (count < bytes.size()) {
        const ssize_t sent = ::send(sink, bytes.data() + count, bytes.size() - count, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && is_later(errno)) return Sent::some;
        if (sent < 0) {
            error_ = errno;
            return Sent::failed;
        }
        count += static_cast<std::size_t>(sent);
    }
    return Sent::all;
}

Pump::Sent Pump::send_held(int sink) {
    std::size_t count = 0;
    const Sent sent = send(sink, std::span(held_).subspan(held_at_), count);
    held_at_ += count;
    if (sent != Sent::all) return sent;
    room_.release(held_.size());
    held_at_ = 0;
    std::vector<std::uint8_t>().swap(held_); // an idle connection keeps no buffer
    return sent;
}

Pump::Next Pump::send_fresh(int sink, std::span<const std::uint8_t> bytes) {
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

Pump::Next Pump::finish(int sink) {
    ::shutdown(sink, SHUT_WR); // a sink that was reset meanwhile says so when it is read
    is_finished_ = true;
    return Next::finished;
}

Pump::Next Pump::run(int source, int sink) {
    if (!held_.empty()) {
        const Sent sent = send_held(sink);
        if (sent == Sent::failed) return Next::sink_failed;
        if (sent == Sent::some) return Next::sink_writable;
    }
    for (int turn = 0; turn < reads_a_turn && !has_seen_end_; ++turn) {
        const std::span<std::uint8_t> buffer = room_.buffer();
        const ssize_t got = ::recv(source, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && is_later(errno)) return Next::source_readable;
        if (got < 0) {
            error_ = errno;
            return Next::source_failed;
        }
        if (got == 0) has_seen_end_ = true;
        if (got == 0) break;
        bytes_ += static_cast<std::uint64_t>(got);
        const auto count = static_cast<std::size_t>(got);
        if (const Next next = send_fresh(sink, buffer.first(count)); next != Next::source_readable) return next;
        if (count < buffer.size()) return Next::source_readable; // it has no more, most likely
    }
    return has_seen_end_ ? finish(sink) : Next::source_readable;
}

} // namespace sallyport::balance
