// SPDX-License-Identifier: Apache-2.0
#include "health/monitor.hpp"

#include "health/watcher.hpp"

#include <map>
#include <utility>

namespace sallyport::health {
namespace {

Instant now() {
    const auto since_start = std::chrono::steady_clock::now().time_since_epoch();
    return {static_cast<std::uint64_t>(std::chrono::nanoseconds(since_start).count())};
}

} // namespace

struct Monitor::State : std::enable_shared_from_this<Monitor::State> {
    using Watchers = std::map<std::uint16_t, std::shared_ptr<Watcher>>;

    State(boost::asio::io_context& loop, const MonitorSettings& settings, Surroundings surroundings)
        : world(std::make_shared<WatcherWorld>(
              WatcherWorld{loop, settings, std::move(surroundings), Random(settings.seed)})),
          timer(loop) {
        world->last_probe = static_cast<std::uint32_t>(world->random());
    }

    void look_at_traffic_later();
    void look_at_traffic();
    [[nodiscard]] std::shared_ptr<Watcher> watcher_for(const Watched& watched, const Watchers& before);
    void stop() noexcept;

    std::shared_ptr<WatcherWorld> world;
    boost::asio::steady_timer timer;
    Watchers watchers;
    bool is_stopped = false;
};

void Monitor::State::look_at_traffic_later() {
    timer.expires_after(world->settings.traffic_interval);
    timer.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        if (error || self->is_stopped) return;
        self->look_at_traffic();
        if (!self->is_stopped) self->look_at_traffic_later();
    });
}

void Monitor::State::look_at_traffic() {
    const Instant at = now();
    const Watchers everyone = watchers; // who is told of a change may call watch()
    for (const auto& [index, watcher] : everyone) {
        const auto found = watchers.find(index);
        if (found != watchers.end() && found->second == watcher) watcher->look_at_traffic(at);
    }
}

std::shared_ptr<Watcher> Monitor::State::watcher_for(const Watched& watched, const Watchers& before) {
    const auto found = before.find(watched.index);
    const bool is_known = found != before.end() && same_member(found->second->watched(), watched);
    if (is_known && same_check(found->second->watched(), watched)) {
        found->second->set_passive(watched.is_passive);
        return found->second;
    }
    auto watcher = std::make_shared<Watcher>(world, watched, is_known ? found->second.get() : nullptr);
    watcher->start();
    return watcher;
}

void Monitor::State::stop() noexcept {
    is_stopped = true;
    timer.cancel();
    for (const auto& [index, watcher] : std::exchange(watchers, {}))
        watcher->close();
}

Monitor::Monitor(boost::asio::io_context& loop, const MonitorSettings& settings, Surroundings surroundings)
    : state_(std::make_shared<State>(loop, settings, std::move(surroundings))) {
    state_->look_at_traffic_later();
}

Monitor::Monitor(Monitor&&) noexcept = default;
Monitor::~Monitor() {
    if (state_) state_->stop();
}

void Monitor::watch(const std::vector<Watched>& list) {
    const State::Watchers before = std::exchange(state_->watchers, {});
    for (const Watched& watched : list)
        state_->watchers.insert_or_assign(watched.index, state_->watcher_for(watched, before));
    for (const auto& [index, watcher] : before) {
        const auto found = state_->watchers.find(index);
        if (found == state_->watchers.end() || found->second != watcher) watcher->close();
    }
}

std::optional<Report> Monitor::report(std::uint16_t index) const {
    const auto found = state_->watchers.find(index);
    if (found == state_->watchers.end()) return std::nullopt;
    return found->second->report();
}

std::optional<chain::Health> Monitor::health(std::uint16_t index) const {
    const auto found = state_->watchers.find(index);
    if (found == state_->watchers.end()) return std::nullopt;
    return found->second->verdict().health;
}

std::vector<Report> Monitor::snapshot() const {
    std::vector<Report> reports;
    for (const auto& [index, watcher] : state_->watchers)
        reports.push_back(watcher->report());
    return reports;
}

} // namespace sallyport::health
