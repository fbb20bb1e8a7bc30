// SPDX-License-Identifier: Apache-2.0
// All appliances, or all targets, by their positions: what is done to one of them, what a reload and time do to them,
// and whether the workers have to be told of it.
#pragma once

#include "control/membership.hpp"
#include "control/terms.hpp"

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sallyport::control {

/// What a roll's members are called.
struct RollWords {
    std::string_view kind;   // "target"
    std::string_view unused; // "no listener uses its group"
};

/// `Place`: chain::Place or balance::TargetPlace.
template <typename Place>
class Roll {
public:
    using Index = std::uint16_t;
    using FlowsAt = std::function<std::uint64_t(Index)>; // now, never too few

    /// The places outlive the roll, and stay where they are. When the gateway starts nobody starts slowly.
    Roll(const RollWords& words, std::vector<Place>& places, TermsByGroup terms, Instant now);

    /// Without `delay` the group's deregistration_delay.
    void drain(Index index, std::optional<std::chrono::milliseconds> delay, Instant now);
    void undrain(Index index, Instant now);
    void shift_zone(const std::string& zone, bool away);
    void note_health(Index index, HealthNote note, Instant now);
    /// After a reload: `before` is what the places were.
    void follow(const std::vector<Place>& before, TermsByGroup terms, const std::set<std::string>& shifted_zones,
                Instant now);
    /// `has_settled`: the workers know everything that was decided before, so that no flow can come to who takes none
    /// any more.
    void tick(const FlowsAt& flows, bool has_settled, Instant now);
    /// Notes which states have changed, for the log and for how long ago that was.
    void settle(Instant now);

    [[nodiscard]] MemberState state(Index index, Instant now) const;
    /// Whether a roster is older than how things stand here; until now_known().
    [[nodiscard]] bool is_changed() const noexcept { return is_changed_; }
    void now_known() noexcept { is_changed_ = false; }
    /// A sentence for each thing that happened since the last call.
    [[nodiscard]] std::vector<std::string> take_news() { return std::exchange(news_, {}); }

private:
    [[nodiscard]] const Terms& terms_of(Index index) const;
    [[nodiscard]] std::string full_name(Index index) const;
    void take_terms(TermsByGroup terms);
    void follow_one(Index index, const Place* before, const Terms& terms_before, Instant now);
    void leave(Index index);
    /// Does to a member what `change` does, and sees whether that concerns the workers.
    template <typename Change>
    void change(Index index, Change change);

    RollWords words_;
    std::vector<Place>& places_;
    std::vector<Membership> members_; // by position
    TermsByGroup terms_;              // of groups that are gone, too: those that drain go by them
    bool is_changed_ = false;
    std::vector<std::string> news_;
};

} // namespace sallyport::control
