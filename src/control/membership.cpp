// SPDX-License-Identifier: Apache-2.0
#include "control/membership.hpp"

#include "select/slow_start.hpp"

#include <utility>

namespace sallyport::control {
namespace {

using chain::Health;
using chain::Registration;
using chain::Standing;

constexpr std::uint64_t ns_per_ms = 1'000'000;

std::chrono::milliseconds between(Instant later, Instant earlier) noexcept {
    const std::uint64_t past =
        later.nanoseconds > earlier.nanoseconds ? later.nanoseconds - earlier.nanoseconds : std::uint64_t{0};
    return std::chrono::milliseconds(past / ns_per_ms);
}

Instant after(Instant start, std::chrono::milliseconds time) noexcept {
    return Instant{start.nanoseconds + static_cast<std::uint64_t>(time.count()) * ns_per_ms};
}

bool has_come(Instant moment, Instant now) noexcept {
    return now.nanoseconds >= moment.nanoseconds;
}

std::string drain_sentence(TakenOutBy by) {
    return by == TakenOutBy::reload ? "taken out of the configuration by a reload; flows that it has may finish"
                                    : "taken out by `sallyport drain`; flows that it has may finish";
}

} // namespace

void Membership::begin(Standing& standing, const Terms& terms, bool slowly, Instant now) {
    *this = {};
    standing = {.zone_is_shifted = standing.zone_is_shifted};
    starts_slowly_ = slowly;
    if (terms.is_checked) {
        standing.health = Health::initial;
        note_ = {Health::initial, std::string(registration_in_progress), "its registration is in progress"};
    }
    state_ = state_of(standing, terms);
    state_began_ = now;
    start_slowly(standing, terms, now);
}

void Membership::drain(Standing& standing, TakenOutBy by, std::chrono::milliseconds delay, Instant now) {
    standing.registration = delay.count() == 0 ? Registration::deregistered : Registration::draining;
    standing.share_percent = 100;
    taken_out_by_ = by;
    healthy_at_.reset();
    drain_end_ = after(now, delay);
}

void Membership::undrain(Standing& standing, const Terms& terms, Instant now) {
    if (standing.registration == Registration::registered) return;
    standing.registration = Registration::registered;
    taken_out_by_ = TakenOutBy::nobody;
    starts_slowly_ = true;
    start_slowly(standing, terms, now);
}

void Membership::note_health(Standing& standing, HealthNote note, const Terms& terms, Instant now) {
    const Health before = std::exchange(standing.health, note.health);
    note_ = std::move(note);
    if (standing.health == before) return;
    if (standing.health == Health::unhealthy) {
        unhealthy_at_ = now;
        starts_slowly_ = true;
        healthy_at_.reset();
        standing.share_percent = 100;
    }
    tend_unhealthy(standing, terms, now);
    start_slowly(standing, terms, now);
}

void Membership::forget_health(Standing& standing) {
    standing.health = Health::healthy;
    note_ = {};
    flows_end_ = false;
}

void Membership::tend(Standing& standing, const Terms& terms, bool has_nothing_left, Instant now) {
    if (standing.registration == Registration::draining && (has_nothing_left || has_come(drain_end_, now)))
        standing.registration = Registration::deregistered;
    tend_slow_start(standing, terms, now);
    tend_unhealthy(standing, terms, now);
    if (note_.reason == registration_in_progress)
        note_ = {Health::initial, std::string(initial_health_checking), "its first health checks are under way"};
}

void Membership::tend_unhealthy(const Standing& standing, const Terms& terms, Instant now) {
    flows_end_ = standing.health == Health::unhealthy && terms.unhealthy_flows_end &&
                 has_come(after(unhealthy_at_, *terms.unhealthy_flows_end), now);
}

void Membership::start_slowly(Standing& standing, const Terms& terms, Instant now) {
    const bool begins =
        starts_slowly_ && standing.health == Health::healthy && standing.registration == Registration::registered;
    if (!begins) return;
    starts_slowly_ = false;
    healthy_at_ = now;
    tend_slow_start(standing, terms, now);
}

void Membership::tend_slow_start(Standing& standing, const Terms& terms, Instant now) {
    if (!healthy_at_) return;
    standing.share_percent = select::slow_start_share(between(now, *healthy_at_), terms.slow_start);
    if (standing.share_percent == 100) healthy_at_.reset();
}

State Membership::state_of(const Standing& standing, const Terms& terms) const noexcept {
    if (standing.registration == Registration::draining) return State::draining;
    if (standing.registration == Registration::deregistered || !terms.is_in_use) return State::unused;
    switch (standing.health) {
    case Health::initial:
        return State::initial;
    case Health::unhealthy:
        return terms.unhealthy_flows_end && !flows_end_ ? State::unhealthy_draining : State::unhealthy;
    case Health::healthy:
        break;
    }
    return State::healthy;
}

State Membership::settle(const Standing& standing, const Terms& terms, Instant now) {
    state_began_ = now;
    return std::exchange(state_, state_of(standing, terms));
}

MemberState Membership::shown(const Standing& standing, const Terms& terms, std::string_view unused,
                              Instant now) const {
    MemberState shown;
    shown.state = state_of(standing, terms);
    shown.age = between(now, state_began_);
    shown.taken_out_by = taken_out_by_;
    shown.share_percent = standing.share_percent;
    shown.zone_is_shifted = standing.zone_is_shifted;
    if (shown.state == State::draining) {
        shown.reason = deregistration_in_progress;
        shown.sentence = drain_sentence(taken_out_by_);
        shown.drain_left = between(drain_end_, now);
    } else if (standing.registration == Registration::deregistered) {
        shown.reason = not_registered;
        shown.sentence = "its deregistration delay is over";
    } else if (shown.state == State::unused) {
        shown.reason = not_in_use;
        shown.sentence = unused;
    } else if (shown.state != State::healthy) {
        shown.reason = note_.reason;
        shown.sentence = note_.sentence;
    }
    if (shown.state == State::unhealthy_draining)
        shown.drain_left = between(after(unhealthy_at_, *terms.unhealthy_flows_end), now);
    return shown;
}

} // namespace sallyport::control
