// SPDX-License-Identifier: Apache-2.0
#include "control/roll.hpp"

#include "balance/l4/slots.hpp"

namespace sallyport::control {
namespace {

using chain::Registration;

template <typename Place>
inline constexpr bool flows_can_end = requires(Place place) {
    place.unhealthy_flows_end;
};

template <typename Place>
inline constexpr bool has_anomalies = requires(Place place) {
    place.mitigated_percent;
};

} // namespace

template <typename Place>
Roll<Place>::Roll(const RollWords& words, std::vector<Place>& places, TermsByGroup terms, Instant now)
    : words_(words), places_(places), members_(places.size()), terms_(std::move(terms)) {
    for (std::size_t i = 0; i < places_.size(); ++i)
        members_[i].begin(places_[i].standing, terms_of(static_cast<Index>(i)), false, now);
}

template <typename Place>
const Terms& Roll<Place>::terms_of(Index index) const {
    static const Terms none;
    const auto found = terms_.find(places_[index].group);
    return found == terms_.end() ? none : found->second;
}

template <typename Place>
std::string Roll<Place>::full_name(Index index) const {
    return places_[index].group + "/" + places_[index].name;
}

template <typename Place>
template <typename Change>
void Roll<Place>::change(Index index, Change change) {
    Place& place = places_[index];
    const chain::Standing before = place.standing;
    change(members_[index], place.standing, terms_of(index));
    if (!(place.standing == before)) is_changed_ = true;
    if constexpr (flows_can_end<Place>) {
        const bool flows_end = members_[index].flows_end();
        if (std::exchange(place.unhealthy_flows_end, flows_end) != flows_end) is_changed_ = true;
    }
}

template <typename Place>
void Roll<Place>::drain(Index index, std::optional<std::chrono::milliseconds> delay, Instant now) {
    if (places_[index].standing.registration == Registration::deregistered) return;
    change(index, [&](Membership& member, chain::Standing& standing, const Terms& terms) {
        member.drain(standing, TakenOutBy::command, delay.value_or(terms.deregistration_delay), now);
    });
}

template <typename Place>
void Roll<Place>::undrain(Index index, Instant now) {
    change(index, [&](Membership& member, chain::Standing& standing, const Terms& terms) {
        member.undrain(standing, terms, now);
    });
}

template <typename Place>
void Roll<Place>::shift_zone(const std::string& zone, bool away) {
    for (Place& place : places_) {
        if (place.is_free || place.zone != zone || place.standing.zone_is_shifted == away) continue;
        place.standing.zone_is_shifted = away;
        is_changed_ = true;
    }
}

template <typename Place>
void Roll<Place>::note_health(Index index, HealthNote note, Instant now) {
    if (index >= places_.size() || places_[index].is_free) return;
    change(index, [&](Membership& member, chain::Standing& standing, const Terms& terms) {
        member.note_health(standing, std::move(note), terms, now);
    });
    settle(now);
}

template <typename Place>
void Roll<Place>::take_terms(TermsByGroup terms) {
    for (auto& [group, says] : terms_) {
        says.is_in_use = false;
        terms.try_emplace(group, says);
    }
    terms_ = std::move(terms);
}

template <typename Place>
void Roll<Place>::follow(const std::vector<Place>& before, TermsByGroup terms,
                         const std::set<std::string>& shifted_zones, Instant now) {
    const TermsByGroup terms_before = terms_;
    take_terms(std::move(terms));
    members_.resize(places_.size());
    for (std::size_t i = 0; i < places_.size(); ++i) {
        Place& place = places_[i];
        if (place.is_free) continue;
        place.standing.zone_is_shifted = shifted_zones.contains(place.zone);
        const auto says = terms_before.find(place.group);
        follow_one(static_cast<Index>(i), i < before.size() ? &before[i] : nullptr,
                   says == terms_before.end() ? Terms{} : says->second, now);
    }
    is_changed_ = true;
    settle(now);
}

template <typename Place>
void Roll<Place>::follow_one(Index index, const Place* before, const Terms& terms_before, Instant now) {
    const Place& place = places_[index];
    const bool is_new = before == nullptr || before->is_free || (place.is_configured && !before->is_configured);
    change(index, [&](Membership& member, chain::Standing& standing, const Terms& terms) {
        if (is_new) return member.begin(standing, terms, true, now);
        if (before->is_configured && !place.is_configured) {
            member.note_taken_out(TakenOutBy::reload);
            const bool drains_already = before->standing.registration != Registration::registered;
            if (!drains_already) member.drain(standing, TakenOutBy::reload, terms.deregistration_delay, now);
            return;
        }
        const bool lost_its_check = terms_before.is_checked && !terms.is_checked;
        if (terms_before.is_watched && (lost_its_check || !terms.is_watched)) member.forget_health(standing);
        member.follow_terms(standing, terms, now);
    });
}

template <typename Place>
void Roll<Place>::leave(Index index) {
    news_.push_back(std::string(words_.kind) + " " + full_name(index) + " has left: no flow is at it any more");
    places_[index].is_free = true;
    members_[index] = {};
    is_changed_ = true;
}

template <typename Place>
void Roll<Place>::tick(const FlowsAt& flows, bool has_settled, Instant now) {
    for (std::size_t i = 0; i < places_.size(); ++i) {
        const auto index = static_cast<Index>(i);
        const Place& place = places_[i];
        if (place.is_free) continue;
        const bool has_nothing_left = !place.is_configured && has_settled && flows(index) == 0;
        if (has_nothing_left && place.standing.registration == Registration::deregistered) {
            leave(index);
            continue;
        }
        change(index, [&](Membership& member, chain::Standing& standing, const Terms& terms) {
            member.tend(standing, terms, has_nothing_left, now);
        });
    }
    settle(now);
}

template <typename Place>
void Roll<Place>::settle(Instant now) {
    for (std::size_t i = 0; i < places_.size(); ++i) {
        const auto index = static_cast<Index>(i);
        const Terms& terms = terms_of(index);
        const chain::Standing& standing = places_[i].standing;
        if (places_[i].is_free || !members_[i].is_in_another_state(standing, terms)) continue;
        const State before = members_[i].settle(standing, terms, now);
        const MemberState shown = state(index, now);
        news_.push_back(std::string(words_.kind) + " " + full_name(index) + " is " + std::string(name(shown.state)) +
                        ", was " + std::string(name(before)) +
                        (shown.reason.empty() ? "" : " (" + shown.reason + ": " + shown.sentence + ")"));
    }
}

template <typename Place>
MemberState Roll<Place>::state(Index index, Instant now) const {
    if (index >= places_.size()) return {.is_free = true};
    MemberState shown = members_[index].shown(places_[index].standing, terms_of(index), words_.unused, now);
    shown.zone = places_[index].zone;
    shown.is_free = places_[index].is_free;
    if constexpr (has_anomalies<Place>) {
        shown.is_anomalous = places_[index].is_anomalous;
        shown.mitigated_percent = places_[index].mitigated_percent;
    }
    return shown;
}

template class Roll<chain::Place>;
template class Roll<balance::TargetPlace>;

} // namespace sallyport::control
