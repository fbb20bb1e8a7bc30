// SPDX-License-Identifier: Apache-2.0
// Deadlines of a reactor's connections. Most of them move on with every byte and never come: moving one on, or giving
// it up, only writes it down, and the heap is put in order when the old deadline is reached.
#pragma once

#include "balance/serve/time.hpp"

#include <cstddef>
#include <functional>
#include <vector>

namespace sallyport::serve {

class Timers;

/// One deadline, a member of whoever waits for it. Gone from its heap with its end.
class Timer {
public:
    Timer(Timers& timers, std::function<void()> due) : timers_(timers), due_(std::move(due)) {}
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    ~Timer();

    /// In the place of an earlier deadline.
    void set(Time deadline);
    void cancel() noexcept { wanted_ = never; }
    [[nodiscard]] bool is_set() const noexcept { return wanted_ != never; }

private:
    friend class Timers;
    static constexpr Time never = Time::max();
    static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

    Timers& timers_;
    std::function<void()> due_;
    Time wanted_ = never;
    Time filed_ = never;          // the deadline that the heap knows, never later than `wanted_`
    std::size_t place_ = nowhere; // in the heap
};

class Timers {
public:
    /// When to look again; Time::max(): no deadline.
    [[nodiscard]] Time next() const noexcept { return heap_.empty() ? Time::max() : heap_.front()->filed_; }
    /// Calls those that are due, each once; a call may set and end any timer.
    void run(Time now);

private:
    friend class Timer;
    void file(Timer& timer, Time deadline);
    void remove(Timer& timer) noexcept;
    void rise(std::size_t place) noexcept;
    void sink(std::size_t place) noexcept;
    void put(std::size_t place, Timer* timer) noexcept;

    std::vector<Timer*> heap_; // binary, by filed_
};

} // namespace sallyport::serve
