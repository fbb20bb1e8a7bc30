// SPDX-License-Identifier: Apache-2.0
// Bytes of one direction of a proxied connection, from one socket to the other. Takes memory only for what the sink
// does not take at once. Never waits; says what to wait for.
#pragma once

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
    /// then at most that limit, a largest_read, and careful_read for each direction.
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

class Pump {
public:
    enum class Next : std::uint8_t {
        source_readable, // call run() again when it is
        sink_writable,
        finished,      // the source's FIN has been passed on
        source_failed, // reset, most often; error() tells
        sink_failed,
    };

    explicit Pump(PumpRoom& room) noexcept : room_(room) {}
    Pump(const Pump&) = delete;
    Pump& operator=(const Pump&) = delete;
    ~Pump() { room_.release(held_.size()); }

    /// Bytes to send before what the source still has; `from_source` of them came from it, and count. Before run().
    void preload(std::vector<std::uint8_t> bytes, std::size_t from_source);
    /// Moves what can be moved now, and no more than a few buffers, so that others have their turn. Both sockets do not
    /// block.
    Next run(int source, int sink);

    /// Taken from the source.
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
    [[nodiscard]] bool is_finished() const noexcept { return is_finished_; }
    /// errno of what failed.
    [[nodiscard]] int error() const noexcept { return error_; }

private:
    enum class Sent : std::uint8_t { all, some, failed };

    Sent send(int sink, std::span<const std::uint8_t> bytes, std::size_t& count);
    Sent send_held(int sink);
    Next send_fresh(int sink, std::span<const std::uint8_t> bytes);
    Next finish(int sink);

    PumpRoom& room_;
    std::vector<std::uint8_t> held_;
    std::size_t held_at_ = 0; // sent of it
    std::uint64_t bytes_ = 0;
    int error_ = 0;
    bool has_seen_end_ = false;
    bool is_finished_ = false;
};

} // namespace sallyport::balance
