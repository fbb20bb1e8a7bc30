// SPDX-License-Identifier: Apache-2.0
#include "balance/serve/reactor.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/epoll.h>
#include <sys/eventfd.h>

namespace sallyport::serve {
namespace {

constexpr int events_a_round = 256;
constexpr std::uint32_t all_edges = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;

} // namespace

Result<std::unique_ptr<Reactor>> Reactor::make() {
    Descriptor poll(::epoll_create1(EPOLL_CLOEXEC));
    Descriptor bell(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    if (!poll || !bell) return failure(std::string("an event loop can not be made: ") + std::strerror(errno));
    epoll_event event = {};
    event.events = EPOLLIN;
    event.data.ptr = nullptr;
    if (::epoll_ctl(poll.number(), EPOLL_CTL_ADD, bell.number(), &event) != 0)
        return failure(std::string("an event loop can not be woken up: ") + std::strerror(errno));
    return std::unique_ptr<Reactor>(new Reactor(std::move(poll), std::move(bell)));
}

Reactor::Reactor(Descriptor poll, Descriptor bell)
    : poll_(std::move(poll)), bell_(std::move(bell)), now_(std::chrono::steady_clock::now()),
      scratch_(std::make_unique_for_overwrite<char[]>(scratch_bytes)) {}

Reactor::~Reactor() = default;

void Reactor::run() {
    while (!is_stopping_) {
        wait();
        timers_.run(now_);
        end_round();
    }
}

void Reactor::stop() {
    post([this] { is_stopping_ = true; });
}

void Reactor::post(std::function<void()> task) {
    {
        const std::lock_guard lock(posted_lock_);
        posted_.push_back(std::move(task));
    }
    const std::uint64_t one = 1;
    // It can only fail by being full, and then the loop is awake anyway.
    static_cast<void>(!::write(bell_.number(), &one, sizeof one));
}

bool Reactor::watch(int descriptor, Watched& watched) noexcept {
    epoll_event event = {};
    event.events = all_edges;
    event.data.ptr = &watched;
    if (::epoll_ctl(poll_.number(), EPOLL_CTL_ADD, descriptor, &event) == 0) return true;
    return errno == EEXIST && ::epoll_ctl(poll_.number(), EPOLL_CTL_MOD, descriptor, &event) == 0;
}

void Reactor::forget(RoundEnd& end) noexcept {
    if (!end.is_listed_) return;
    end.is_listed_ = false;
    // Its place stays: the list may be walked just now.
    std::ranges::replace(round_ends_, &end, static_cast<RoundEnd*>(nullptr));
}

void Reactor::wait() {
    std::array<epoll_event, events_a_round> events;
    const int count = ::epoll_wait(poll_.number(), events.data(), events_a_round, timeout_ms());
    now_ = std::chrono::steady_clock::now();
    bool has_mail = false;
    for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        if (event.data.ptr == nullptr) {
            has_mail = true;
        } else {
            static_cast<Watched*>(event.data.ptr)->on_ready(event.events);
        }
    }
    if (has_mail) run_posted();
}

void Reactor::end_round() {
    // Ends may list others, which have their turn as well.
    for (std::size_t i = 0; i < round_ends_.size(); ++i) {
        RoundEnd* const end = round_ends_[i];
        if (end == nullptr) continue;
        end->is_listed_ = false;
        end->on_round_end();
    }
    round_ends_.clear();
    while (!graveyard_.empty()) {
        // Who ends may bury others.
        const std::vector<std::unique_ptr<Watched>> dead = std::exchange(graveyard_, {});
    }
}

void Reactor::run_posted() {
    std::uint64_t rung = 0;
    static_cast<void>(!::read(bell_.number(), &rung, sizeof rung));
    std::vector<std::function<void()>> tasks;
    {
        const std::lock_guard lock(posted_lock_);
        tasks.swap(posted_);
    }
    for (const auto& task : tasks)
        task();
}

int Reactor::timeout_ms() const noexcept {
    if (!round_ends_.empty()) return 0;
    const Time next = timers_.next();
    if (next == Time::max()) return -1;
    if (next <= now_) return 0;
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next - now_).count();
    return static_cast<int>(std::min<std::int64_t>(wait, 60'000));
}

} // namespace sallyport::serve
