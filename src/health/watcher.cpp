// SPDX-License-Identifier: Apache-2.0
#include "health/watcher.hpp"

#include <algorithm>
#include <utility>

namespace sallyport::health {
namespace {

Thresholds thresholds_of(const Watched& watched) {
    return watched.check ? Thresholds{watched.check->healthy_threshold, watched.check->unhealthy_threshold}
                         : Thresholds{};
}

CheckReach reach_of(const Watched& watched) {
    const bool goes_through = watched.check && watched.check->protocol == config::HealthProtocol::geneve;
    return goes_through ? CheckReach::through : CheckReach::port;
}

} // namespace

Watcher::Watcher(std::shared_ptr<WatcherWorld> world, const Watched& watched, const Watcher* before)
    : world_(std::move(world)), watched_(watched), checker_(world_->loop, watched, world_->surroundings.probes),
      checks_(thresholds_of(watched), !watched.check ? Verdict{}
                                      : before       ? before->checks_.verdict()
                                                     : initial_verdict()),
      passive_(before ? before->passive_ : PassiveDetector(world_->settings.passive)), timer_(world_->loop) {
    told_ = verdict();
    if (before == nullptr) return;
    checks_done_ = before->checks_done_;
    checks_failed_ = before->checks_failed_;
    took_ = before->took_;
    last_failure_ = before->last_failure_;
}

void Watcher::start() {
    if (!watched_.check) return;
    check_at(std::chrono::steady_clock::now() + first_delay(watched_.check->interval, world_->random));
}

void Watcher::close() noexcept {
    is_closed_ = true;
    timer_.cancel();
    if (const auto check = std::exchange(check_, nullptr)) check->cancel();
}

void Watcher::check_at(std::chrono::steady_clock::time_point when) {
    timer_.expires_at(when);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        if (!error && !self->is_closed_) self->check_now();
    });
}

void Watcher::check_now() {
    last_start_ = std::chrono::steady_clock::now();
    const std::shared_ptr<Check> check = checker_.make(world_->next_probe());
    check_ = check;
    check->start([self = shared_from_this()](const CheckResult& result) { self->on_result(result); });
}

void Watcher::on_result(const CheckResult& result) {
    check_ = nullptr;
    ++checks_done_;
    if (result.failure != Reason::none) ++checks_failed_;
    took_ = result.took;
    last_failure_ = result.sentence;

    const bool was_unhealthy = checks_.verdict().health == chain::Health::unhealthy;
    checks_.take(result);
    // An appliance that is back had no traffic to return while it was away.
    if (was_unhealthy && checks_.verdict().health == chain::Health::healthy) passive_.try_again();

    const auto due = last_start_ + next_delay(watched_.check->interval, world_->random);
    check_at(std::max(due, std::chrono::steady_clock::now()));
    tell(); // last: whoever is told may close this watcher
}

void Watcher::look_at_traffic(Instant now) {
    if (!watched_.is_passive || !world_->surroundings.traffic) return;
    passive_.see(world_->surroundings.traffic(watched_.appliance), now);
    tell();
}

void Watcher::set_passive(bool is_passive) {
    if (is_passive == watched_.is_passive) return;
    watched_.is_passive = is_passive;
    passive_ = PassiveDetector(world_->settings.passive);
    told_ = verdict();
}

void Watcher::tell() {
    Verdict now = verdict();
    const bool is_news = !now.same_state(told_);
    told_ = std::move(now);
    if (!is_news || !world_->surroundings.on_change) return;
    world_->surroundings.on_change({watched_.appliance, told_.health, code(told_.reason), told_.sentence});
}

Verdict Watcher::verdict() const {
    return watched_.is_passive ? overall(checks_.verdict(), reach_of(watched_), passive_) : checks_.verdict();
}

ApplianceReport Watcher::report() const {
    Verdict now = verdict();
    ApplianceReport report;
    report.appliance = watched_.appliance;
    report.name = watched_.name;
    report.health = now.health;
    report.reason = code(now.reason);
    report.sentence = std::move(now.sentence);
    report.checks = checks_done_;
    report.checks_failed = checks_failed_;
    report.failures_in_a_row = checks_.failures_in_a_row();
    report.took = took_;
    report.last_failure = last_failure_;
    report.is_silent = watched_.is_passive && passive_.is_silent();
    return report;
}

} // namespace sallyport::health
