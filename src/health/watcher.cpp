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

CheckTools tools_of(const Surroundings& surroundings) {
    return {.probes = surroundings.probes, .target_tls = surroundings.target_tls, .leg_notes = surroundings.leg_notes};
}

} // namespace

Watcher::Watcher(std::shared_ptr<WatcherWorld> world, const Watched& watched, const Watcher* before)
    : world_(std::move(world)), watched_(watched), checker_(world_->loop, watched, tools_of(world_->surroundings)),
      checks_(thresholds_of(watched), !watched.check ? Verdict{}
                                      : before       ? before->checks_.verdict()
                                                     : initial_verdict()),
      passive_(before ? before->passive_ : PassiveDetector(world_->settings.passive)), connections_(new_connections()),
      timer_(world_->loop) {
    if (before != nullptr && before->watched_.check.has_value() == watched.check.has_value())
        connections_ = before->connections_;
    told_ = verdict();
    if (before == nullptr) return;
    checks_done_ = before->checks_done_;
    checks_failed_ = before->checks_failed_;
    took_ = before->took_;
    last_failure_ = before->last_failure_;
}

ConnectionDetector Watcher::new_connections() const {
    return ConnectionDetector(world_->settings.connections, watched_.check.has_value());
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

    if (result.failure == Reason::none) connections_.note_passed_check(watched_.check->healthy_threshold);
    if (result.failure != Reason::none) connections_.note_failed_check();

    const auto due = last_start_ + next_delay(watched_.check->interval, world_->random);
    check_at(std::max(due, std::chrono::steady_clock::now()));
    tell(); // last: whoever is told may close this watcher
}

void Watcher::look_at_traffic(Instant now) {
    if (!watched_.is_passive) return;
    if (world_->surroundings.traffic) passive_.see(world_->surroundings.traffic(watched_.index), now);
    if (world_->surroundings.connections) connections_.see(world_->surroundings.connections(watched_.index), now);
    tell();
}

void Watcher::set_passive(bool is_passive) {
    if (is_passive == watched_.is_passive) return;
    watched_.is_passive = is_passive;
    passive_ = PassiveDetector(world_->settings.passive);
    connections_ = new_connections();
    told_ = verdict();
}

void Watcher::tell() {
    Verdict now = verdict();
    const bool is_news = !now.same_state(told_);
    told_ = std::move(now);
    if (!is_news || !world_->surroundings.on_change) return;
    world_->surroundings.on_change({watched_.index, told_.health, code(told_.reason), told_.sentence});
}

Verdict Watcher::verdict() const {
    if (!watched_.is_passive) return checks_.verdict();
    if (connections_.is_failing() && checks_.verdict().health == chain::Health::healthy)
        return {chain::Health::unhealthy, Reason::failed_health_checks, connections_.sentence()};
    return overall(checks_.verdict(), reach_of(watched_), passive_);
}

Report Watcher::report() const {
    Verdict now = verdict();
    Report report;
    report.index = watched_.index;
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
    report.fails_connections = watched_.is_passive && connections_.is_failing();
    return report;
}

} // namespace sallyport::health
