// SPDX-License-Identifier: Apache-2.0
// Bytes of one direction of a proxied connection, from one end to the other, each plain or in TLS. Takes memory only
// for what the sink does not take at once. Never waits; says what to wait for.
#pragma once

#include "balance/proxy/sealed_channel.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sallyport::balance {

/// What all pumps of a loop share: one buffer to read into, and an account of what they hold.
class PumpRoom {
public:
    static constexpr std::size_t largest_read = 65536;
    static constexpr std::size_t careful_read = 4096;

    /// Past `held_limit` bytes held by all together each pump reads only careful_read bytes at a time: what is held is
    /// then at most that limit, a largest_read, and careful_read for each direction (and what TLS adds to it).
    explicit PumpRoom(std::size_t held_limit) : buffer_(largest_read), held_limit_(held_limit) {}

    [[nodiscard]] std::span<std::uint8_t> buffer() noexcept {
        return std::span(buffer_).first(held_ < held_limit_ ? largest_read : careful_read);
    }
    [[nodiscard]] std::size_t held() const noexcept { return held_; }
    void hold(std::size_t bytes) noexcept { held_ += bytes; }
    void release(std::size_t bytes) noexcept { held_ -= bytes; }

private:
    std::vector<std::uint8_t> buffer_;
    std::size_t held_limit_;
    std::size_t held_ = 0;
};

/// One side of a proxied connection.
struct PumpEnd {
    int socket = -1;              // does not block
    SealedChannel* tls = nullptr; // nullptr: plain
};

class Pump {
public:
    enum class Next : std::uint8_t {
        source_readable, // call run() again when it is
        more,            // call it again soon: the source has more, of which no socket will tell
        sink_writable,
        finished,      // the source's end has been passed on
        source_failed, // reset, most often; error() tells
        sink_failed,
    };

    explicit Pump(PumpRoom& room) noexcept : room_(room) {}
    Pump(const Pump&) = delete;
    Pump& operator=(const Pump&) = delete;
    ~Pump() { room_.release(held_.size() + sealed_); }

    /// Bytes to send before what the source still has; `from_source` of them came from it, and count. Before run().
    void preload(std::vector<std::uint8_t> bytes, std::size_t from_source);
    /// Moves what can be moved now, and no more than a few buffers, so that others have their turn.
    /// An end is carried over as what it is: FIN and close_notify are the same; but a FIN without close_notify on a
    /// side that speaks TLS, which does not vouch for what came before being all (RFC 8446 6.1), is no close_notify on
    /// the other one either.
    Next run(const PumpEnd& source, const PumpEnd& sink);

    /// Taken from the source.
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
    [[nodiscard]] bool is_finished() const noexcept { return is_finished_; }
    /// errno of what failed; 0: its TLS.
    [[nodiscard]] int error() const noexcept { return error_; }

private:
    enum class Sent : std::uint8_t { all, some, failed };

    Next move(const PumpEnd& source, const PumpEnd& sink);
    Io receive(const PumpEnd& source, std::span<std::uint8_t> buffer);
    Sent send(const PumpEnd& sink, std::span<const std::uint8_t> bytes, std::size_t& count);
    Sent send_waiting(const PumpEnd& sink);
    Sent send_held(const PumpEnd& sink);
    Next send_fresh(const PumpEnd& sink, std::span<const std::uint8_t> bytes);
    Next finish(const PumpEnd& sink);
    void account_for(const PumpEnd& sink) noexcept;

    PumpRoom& room_;
    std::vector<std::uint8_t> held_;
    std::size_t held_at_ = 0; // sent of it
    std::size_t sealed_ = 0;  // held by the sink's TLS
    std::uint64_t bytes_ = 0;
    int error_ = 0;
    bool has_seen_end_ = false;
    bool was_cut_off_ = false; // that end
    bool has_said_end_ = false;
    bool is_finished_ = false;
};

} // namespace sallyport::balance
