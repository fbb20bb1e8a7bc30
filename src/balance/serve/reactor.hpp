// SPDX-License-Identifier: Apache-2.0
// One thread's event loop: descriptors by epoll, edge-triggered, each told once to the kernel; deadlines; and what
// other threads send. Why not a library: docs/decisions. All but post() and stop() is for the loop's own thread.
#pragma once

#include "balance/serve/time.hpp"
#include "balance/serve/timers.hpp"
#include "support/descriptor.hpp"
#include "support/result.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace sallyport::serve {

/// Whoever waits for a descriptor. After an end in the midst of a round events may still come: it lives in the
/// reactor's graveyard until the round is over.
class Watched {
public:
    virtual ~Watched() = default;
    /// EPOLLIN, EPOLLOUT, EPOLLRDHUP, EPOLLHUP, EPOLLERR: what has become so.
    virtual void on_ready(std::uint32_t events) = 0;
};

/// Has something to do at the end of a round, such as sending all that the round has made in one call.
class RoundEnd {
public:
    virtual ~RoundEnd() = default;
    virtual void on_round_end() = 0;

private:
    friend class Reactor;
    bool is_listed_ = false;
};

class Reactor {
public:
    static Result<std::unique_ptr<Reactor>> make();
    Reactor(const Reactor&) = delete;
    Reactor& operator=(const Reactor&) = delete;
    ~Reactor();

    /// Until stop().
    void run();
    /// From any thread.
    void stop();
    /// From any thread: called by the loop, in the order of the calls.
    void post(std::function<void()> task);

    /// `watched` hears from now on, and first of all how things stand; in the place of whoever did until now. False
    /// with errno: the kernel has no memory for it.
    [[nodiscard]] bool watch(int descriptor, Watched& watched) noexcept;
    void at_round_end(RoundEnd& end) {
        if (end.is_listed_) return;
        end.is_listed_ = true;
        round_ends_.push_back(&end);
    }
    /// Ends it when the round is over. It is not to be listed for the round's end any more (forget()).
    void bury(std::unique_ptr<Watched> dead) { graveyard_.push_back(std::move(dead)); }
    void forget(RoundEnd& end) noexcept;

    [[nodiscard]] Time now() const noexcept { return now_; }
    [[nodiscard]] Timers& timers() noexcept { return timers_; }
    /// Room to read into, for whoever reads just now; what is to be kept is copied out.
    static constexpr std::size_t scratch_bytes = 65'536;
    [[nodiscard]] char* scratch() noexcept { return scratch_.get(); }

private:
    Reactor(Descriptor poll, Descriptor bell);
    void wait();
    void end_round();
    void run_posted();
    [[nodiscard]] int timeout_ms() const noexcept;

    Descriptor poll_;
    Descriptor bell_; // eventfd: somebody has posted
    Time now_;
    Timers timers_;
    std::unique_ptr<char[]> scratch_;
    std::vector<RoundEnd*> round_ends_;
    std::vector<std::unique_ptr<Watched>> graveyard_;
    bool is_stopping_ = false;

    std::mutex posted_lock_;
    std::vector<std::function<void()>> posted_;
};

} // namespace sallyport::serve
