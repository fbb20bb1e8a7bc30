// SPDX-License-Identifier: Apache-2.0
#include "balance/serve/timers.hpp"

#include <utility>

namespace sallyport::serve {

Timer::~Timer() {
    if (place_ != nowhere) timers_.remove(*this);
}

void Timer::set(Time deadline) {
    wanted_ = deadline;
    if (place_ == nowhere || deadline < filed_) timers_.file(*this, deadline);
}

void Timers::run(Time now) {
    while (!heap_.empty() && heap_.front()->filed_ <= now) {
        Timer& timer = *heap_.front();
        if (timer.wanted_ == Timer::never) {
            remove(timer);
        } else if (timer.wanted_ > now) {
            timer.filed_ = timer.wanted_;
            sink(0);
        } else {
            remove(timer);
            timer.wanted_ = Timer::never;
            timer.due_();
        }
    }
}

void Timers::file(Timer& timer, Time deadline) {
    if (timer.place_ == Timer::nowhere) {
        heap_.push_back(&timer);
        timer.place_ = heap_.size() - 1;
    }
    timer.filed_ = deadline;
    rise(timer.place_);
}

void Timers::remove(Timer& timer) noexcept {
    const std::size_t place = timer.place_;
    Timer* const last = heap_.back();
    heap_.pop_back();
    timer.place_ = Timer::nowhere;
    if (last == &timer) return;
    put(place, last);
    rise(place);
    sink(last->place_);
}

void Timers::put(std::size_t place, Timer* timer) noexcept {
    heap_[place] = timer;
    timer->place_ = place;
}

void Timers::rise(std::size_t place) noexcept {
    Timer* const timer = heap_[place];
    while (place > 0) {
        const std::size_t parent = (place - 1) / 2;
        if (heap_[parent]->filed_ <= timer->filed_) break;
        put(place, heap_[parent]);
        place = parent;
    }
    put(place, timer);
}

void Timers::sink(std::size_t place) noexcept {
    Timer* const timer = heap_[place];
    for (std::size_t child = 2 * place + 1; child < heap_.size(); child = 2 * place + 1) {
        if (child + 1 < heap_.size() && heap_[child + 1]->filed_ < heap_[child]->filed_) ++child;
        if (timer->filed_ <= heap_[child]->filed_) break;
        put(place, heap_[child]);
        place = child;
    }
    put(place, timer);
}

} // namespace sallyport::serve
