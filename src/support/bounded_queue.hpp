// SPDX-License-Identifier: Apache-2.0
// From one thread to another: one writer, one reader, bounded, neither of them ever waits.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace sallyport {

template <typename Item, std::uint32_t capacity>
class BoundedQueue {
public:
    /// False when it is full. The writer's side.
    bool push(const Item& item) noexcept {
        const std::uint32_t tail = tail_.load(std::memory_order_relaxed);
        if (tail - head_.load(std::memory_order_acquire) == capacity) return false;
        items_[tail % capacity] = item;
        tail_.store(tail + 1, std::memory_order_release);
        return true;
    }
    /// Whether push() would fail. The writer's side.
    [[nodiscard]] bool is_full() const noexcept {
        return tail_.load(std::memory_order_relaxed) - head_.load(std::memory_order_acquire) == capacity;
    }
    /// False when it is empty. The reader's side.
    bool pop(Item& item) noexcept {
        const std::uint32_t head = head_.load(std::memory_order_relaxed);
        if (head == tail_.load(std::memory_order_acquire)) return false;
        item = items_[head % capacity];
        head_.store(head + 1, std::memory_order_release);
        return true;
    }

private:
    static_assert((capacity & (capacity - 1)) == 0, "the indexes wrap");
    std::array<Item, capacity> items_;
    alignas(64) std::atomic<std::uint32_t> tail_{0};
    alignas(64) std::atomic<std::uint32_t> head_{0};
};

} // namespace sallyport
