// SPDX-License-Identifier: Apache-2.0
#include "balance/proxy/proxy.hpp"

#include "balance/proxy/stream_acceptor.hpp"

#include <algorithm>
#include <map>

namespace sallyport::balance {
namespace {

constexpr std::chrono::milliseconds drain_look = std::chrono::milliseconds(20);

} // namespace

struct Proxy::State : std::enable_shared_from_this<State> {
    State(Loop& loop, const ProxySettings& settings, TargetChooser& chooser, StreamObserver& observer)
        : world(std::make_shared<StreamWorld>(loop, settings, chooser, observer)), drain_timer(loop.get_executor()) {}

    std::shared_ptr<StreamWorld> world;
    std::map<SocketAddress, std::shared_ptr<StreamAcceptor>> listeners; // by the config's address
    std::vector<std::shared_ptr<StreamAcceptor>> leaving;               // closed, with connections
    bool is_stopping = false;
    LoopTimer drain_timer;
    std::function<void()> stopped;

    template <typename Visit>
    void for_each(Visit visit) {
        for (auto& [address, listener] : listeners)
            visit(*listener);
        for (auto& listener : leaving)
            visit(*listener);
    }
    [[nodiscard]] std::size_t open() {
        std::size_t open = 0;
        for_each([&open](StreamAcceptor& listener) { open += listener.state().counters.open; });
        return open;
    }
    void reset_all() noexcept {
        for_each([](StreamAcceptor& listener) { listener.close_all(StreamEnd::stopped); });
    }
    void retire(std::shared_ptr<StreamAcceptor> listener, Leftovers leftovers) {
        if (leftovers == Leftovers::are_reset) listener->close_all(StreamEnd::listener_gone);
        listener->close();
        leaving.push_back(std::move(listener));
    }
    /// Lets go of listeners whose last connection has ended.
    void forget_the_gone() {
        std::erase_if(leaving, [](const auto& listener) { return listener->state().counters.open == 0; });
    }
    void keep_only(const std::vector<StreamListener>& wanted, Leftovers leftovers) {
        for (auto it = listeners.begin(); it != listeners.end();) {
            const bool stays = std::any_of(wanted.begin(), wanted.end(),
                                           [&it](const StreamListener& each) { return each.address == it->first; });
            if (!stays) retire(it->second, leftovers);
            it = stays ? std::next(it) : listeners.erase(it);
        }
    }
    Result<void> take(const StreamListener& wanted) {
        std::shared_ptr<StreamAcceptor>& listener = listeners[wanted.address];
        if (listener) listener->configure(wanted);
        if (!listener) listener = std::make_shared<StreamAcceptor>(world, wanted);
        return listener->open();
    }
    void look_whether_drained(std::chrono::steady_clock::time_point end) {
        if (open() > 0 && std::chrono::steady_clock::now() < end) {
            drain_timer.expires_after(drain_look);
            drain_timer.async_wait([self = shared_from_this(), end](const boost::system::error_code& error) {
                if (!error) self->look_whether_drained(end);
            });
            return;
        }
        reset_all();
        if (const auto call = std::exchange(stopped, nullptr)) call();
    }
};

Proxy::Proxy(Loop& loop, const ProxySettings& settings, TargetChooser& chooser, StreamObserver& observer)
    : state_(std::make_shared<State>(loop, settings, chooser, observer)) {}

Proxy::~Proxy() {
    state_->stopped = nullptr;
    state_->drain_timer.cancel();
    state_->reset_all();
}

std::vector<ListenerFailure> Proxy::update(const std::vector<StreamListener>& listeners, Leftovers leftovers) {
    std::vector<ListenerFailure> failures;
    if (state_->is_stopping) return failures;
    state_->forget_the_gone();
    state_->keep_only(listeners, leftovers);
    for (const StreamListener& each : listeners) {
        if (const Result<void> taken = state_->take(each); !taken) failures.push_back({each.id, taken.error().message});
    }
    return failures;
}

std::size_t Proxy::connections(TargetId target) const noexcept {
    return state_->world->by_target.count(target);
}

std::size_t Proxy::connections() const noexcept {
    return state_->open();
}

std::size_t Proxy::terminate(TargetId target) {
    std::size_t count = 0;
    // Anew each time: the list goes with its last connection.
    while (StreamList<OfTarget>* streams = state_->world->by_target.of(target)) {
        static_cast<Stream&>(streams->front()).end(StreamEnd::terminated);
        ++count;
    }
    return count;
}

void Proxy::stop(std::chrono::milliseconds drain, std::function<void()> stopped) {
    state_->is_stopping = true;
    state_->stopped = std::move(stopped);
    state_->for_each([](StreamAcceptor& listener) { listener.close(); });
    const auto end = std::chrono::steady_clock::now() + drain;
    boost::asio::post(state_->world->loop, [state = state_, end] { state->look_whether_drained(end); });
}

std::vector<ListenerReport> Proxy::listeners() const {
    std::vector<ListenerReport> reports;
    state_->forget_the_gone();
    state_->for_each([&reports](StreamAcceptor& listener) {
        const ListenerState& state = listener.state();
        reports.push_back(
            {state.config.name, state.config.id, listener.bound_to(), listener.is_open(), state.counters});
    });
    return reports;
}

std::vector<StreamReport> Proxy::streams(std::size_t limit) const {
    std::vector<StreamReport> reports;
    state_->for_each([&reports, limit](StreamAcceptor& listener) {
        for (const StreamLinks& each : listener.state().streams) {
            if (reports.size() == limit) return;
            reports.push_back(static_cast<const Stream&>(each).report());
        }
    });
    return reports;
}

std::size_t Proxy::held_bytes() const noexcept {
    return state_->world->room.held();
}

} // namespace sallyport::balance
