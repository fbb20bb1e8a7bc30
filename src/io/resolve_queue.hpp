// SPDX-License-Identifier: Apache-2.0
// Neighbours that a worker wants to know, on their way to the control thread: one writer, one reader, bounded. What
// does not fit is forgotten; the worker asks again.
#pragma once

#include "support/address.hpp"
#include "support/index.hpp"

#include <array>
#include <atomic>
#include <cstdint>

namespace sallyport::io {

class ResolveQueue {
public:
    struct Request {
        PortIndex port = no_index;
        IpAddress address;
    };

    /// False when it is full. The worker's side.
    bool push(const Request& request) noexcept {
        const std::uint32_t tail = tail_.load(std::memory_order_relaxed);
        if (tail - head_.load(std::memory_order_acquire) == capacity) return false;
        requests_[tail % capacity] = request;
        tail_.store(tail + 1, std::memory_order_release);
        return true;
    }
    /// False when it is empty. The control thread's side.
    bool pop(Request& request) noexcept {
        const std::uint32_t head = head_.load(std::memory_order_relaxed);
        if (head == tail_.load(std::memory_order_acquire)) return false;
        request = requests_[head % capacity];
        head_.store(head + 1, std::memory_order_release);
        return true;
    }

private:
    static constexpr std::uint32_t capacity = 256;
    std::array<Request, capacity> requests_;
    alignas(64) std::atomic<std::uint32_t> tail_{0};
    alignas(64) std::atomic<std::uint32_t> head_{0};
};

} // namespace sallyport::io
