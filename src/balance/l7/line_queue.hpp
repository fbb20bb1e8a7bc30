// SPDX-License-Identifier: Apache-2.0
// Lines from one reactor to the thread that writes them to disk: in blocks of text that go round between the two,
// bounded, and neither of them ever waits. What has no room is dropped and counted.
#pragma once

#include "support/bounded_queue.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

namespace sallyport::l7 {

class LineQueue {
public:
    /// A block that is as large as this is handed over; it may be larger by its last line.
    static constexpr std::size_t block_bytes = 64UL * 1024;
    static constexpr std::uint32_t blocks = 16;

    LineQueue() {
        for (std::string& block : blocks_)
            free_.push(&block);
    }
    LineQueue(const LineQueue&) = delete;
    LineQueue& operator=(const LineQueue&) = delete;

    /// `append` adds one line to the string that it is given; it is not called when there is no room. The reactor's
    /// side.
    template <typename Append>
    void write(const Append& append) {
        if (current_ == nullptr && !free_.pop(current_)) {
            dropped_.fetch_add(1, std::memory_order_relaxed);
            return;
        }
        append(*current_);
        if (current_->size() >= block_bytes) flush();
    }
    /// Hands over what was written; once a round, so that no line waits for the next one. The reactor's side.
    void flush() noexcept {
        if (current_ == nullptr || current_->empty()) return;
        full_.push(current_); // there are no more blocks than it has room for
        current_ = nullptr;
    }
    /// False when there is nothing. `use` is given whole lines. The writing thread's side.
    template <typename Use>
    bool take(const Use& use) {
        std::string* block = nullptr;
        if (!full_.pop(block)) return false;
        use(*block);
        block->clear();
        free_.push(block);
        return true;
    }
    /// Lines. From any thread.
    [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_.load(std::memory_order_relaxed); }

private:
    std::array<std::string, blocks> blocks_;
    BoundedQueue<std::string*, blocks> free_;
    BoundedQueue<std::string*, blocks> full_;
    std::string* current_ = nullptr; // the reactor's
    std::atomic<std::uint64_t> dropped_{0};
};

} // namespace sallyport::l7
