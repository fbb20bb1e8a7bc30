// SPDX-License-Identifier: Apache-2.0
// A question to a worker about its flows, and the answer: the control thread asks and waits, the worker answers a
// bounded piece a round, and neither takes a lock.
#pragma once

#include "journey/worker.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <span>
#include <vector>

namespace sallyport::io {

class FlowMail {
public:
    static constexpr std::size_t page_records = 256;

    FlowMail() : records_(page_records) {}

    // The control thread's side.
    /// False while the worker still works on an earlier question that nobody waited for.
    bool ask(flow::FlowIndex from, std::size_t most) noexcept {
        if (state_.load(std::memory_order_acquire) == State::asked) return false;
        next_ = from;
        count_ = 0;
        most_ = std::min(most, page_records);
        pieces_ = 0;
        state_.store(State::asked, std::memory_order_release);
        return true;
    }
    [[nodiscard]] bool is_answered() const noexcept {
        return state_.load(std::memory_order_acquire) == State::answered;
    }
    [[nodiscard]] std::span<const journey::FlowRecord> records() const noexcept { return {records_.data(), count_}; }
    [[nodiscard]] flow::FlowIndex next() const noexcept { return next_; }

    // The worker's side.
    /// True when there was something to do.
    bool serve(const journey::Worker& worker, Instant now) noexcept {
        if (state_.load(std::memory_order_acquire) != State::asked) [[likely]]
            return false;
        const std::span room = std::span(records_).subspan(count_, most_ - count_);
        count_ += worker.list_flows(now, next_, room, next_);
        if (next_ == flow::no_flow || count_ == most_ || ++pieces_ == max_pieces) {
            state_.store(State::answered, std::memory_order_release);
        }
        return true;
    }

private:
    enum class State { idle, asked, answered };
    static constexpr unsigned max_pieces = 64; // then it answers with what it has found, even with nothing

    std::vector<journey::FlowRecord> records_;
    std::size_t count_ = 0;
    std::size_t most_ = 0;
    unsigned pieces_ = 0;
    flow::FlowIndex next_ = 0;
    std::atomic<State> state_{State::idle};
};

} // namespace sallyport::io
