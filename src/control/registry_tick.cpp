// SPDX-License-Identifier: Apache-2.0
// What time does to how things stand: drains end, places become free, shares rise.
#include "control/registry.hpp"

#include "select/slow_start.hpp"

namespace sallyport::control {
namespace {

using chain::Health;
using chain::Registration;

constexpr std::uint64_t ns_per_ms = 1'000'000;

} // namespace

void Registry::begin_drain(ApplianceIndex appliance, TakenOutBy by, std::chrono::milliseconds delay, Instant now) {
    Control& control = controls_[appliance];
    chain::Standing& standing = slots_.appliances[appliance].standing;
    if (standing.registration != Registration::draining) is_changed_ = true;
    standing.registration = Registration::draining;
    standing.share_percent = 100;
    control.taken_out_by = by;
    control.healthy_at.reset();
    control.drain_end = Instant{now.nanoseconds + static_cast<std::uint64_t>(delay.count()) * ns_per_ms};
    if (delay.count() == 0) deregister(appliance);
}

void Registry::deregister(ApplianceIndex appliance) {
    slots_.appliances[appliance].standing.registration = Registration::deregistered;
    is_changed_ = true;
}

/// `may_leave`: the workers know what was decided before, so that no flow can come to who takes none any more.
void Registry::tend_registration(ApplianceIndex appliance, Instant now, bool may_leave) {
    chain::Place& place = slots_.appliances[appliance];
    const bool leaves = !place.is_configured && may_leave;
    if (place.standing.registration == Registration::draining) {
        const bool is_over = now.nanoseconds >= controls_[appliance].drain_end.nanoseconds;
        if (is_over || leaves) deregister(appliance);
    } else if (place.standing.registration == Registration::deregistered && leaves) {
        news_.push_back("appliance " + full_name(appliance) + " has left: no flow is at it any more");
        place.is_free = true;
        controls_[appliance] = {};
        is_changed_ = true;
    }
}

void Registry::start_slowly(ApplianceIndex appliance, Instant now) {
    Control& control = controls_[appliance];
    chain::Standing& standing = slots_.appliances[appliance].standing;
    const bool begins = control.starts_slowly && standing.health == Health::healthy &&
                        standing.registration == Registration::registered;
    if (!begins) return;
    control.starts_slowly = false;
    control.healthy_at = now;
    tend_slow_start(appliance, now);
}

void Registry::tend_slow_start(ApplianceIndex appliance, Instant now) {
    Control& control = controls_[appliance];
    if (!control.healthy_at) return;
    const config::ApplianceGroup* group = group_of(appliance);
    const std::chrono::milliseconds since((now.nanoseconds - control.healthy_at->nanoseconds) / ns_per_ms);
    const std::uint16_t share = group == nullptr ? 100 : select::slow_start_share(since, group->slow_start);
    std::uint16_t& share_now = slots_.appliances[appliance].standing.share_percent;
    if (share != share_now) is_changed_ = true;
    share_now = share;
    if (share == 100) control.healthy_at.reset();
}

void Registry::tick(Instant now, const Activity& activity) {
    const bool has_settled = activity.has_settled && !is_changed_;
    for (std::size_t i = 0; i < controls_.size(); ++i) {
        const auto appliance = static_cast<ApplianceIndex>(i);
        const chain::Place& place = slots_.appliances[i];
        if (place.is_free) continue;
        const bool may_leave = !place.is_configured && has_settled && activity.flows(appliance) == 0;
        tend_registration(appliance, now, may_leave);
        tend_slow_start(appliance, now);
        HealthNote& note = controls_[i].note;
        if (note.reason == registration_in_progress)
            note = {Health::initial, std::string(initial_health_checking), "its first health checks are under way"};
    }
    settle(now);
}

/// Notes which states have changed, for the log and for how long ago that was.
void Registry::settle(Instant now) {
    for (std::size_t i = 0; i < controls_.size(); ++i) {
        const auto appliance = static_cast<ApplianceIndex>(i);
        if (slots_.appliances[i].is_free) continue;
        const State after = state_of(appliance);
        Control& control = controls_[i];
        if (after == control.state) continue;
        const std::string before(name(control.state));
        control.state = after;
        control.state_began = now;
        const ApplianceState shown = state(appliance, now);
        news_.push_back("appliance " + full_name(appliance) + " is " + std::string(name(after)) + ", was " + before +
                        (shown.reason.empty() ? "" : " (" + shown.reason + ": " + shown.sentence + ")"));
    }
}

} // namespace sallyport::control
