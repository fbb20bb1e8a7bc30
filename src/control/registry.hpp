// SPDX-License-Identifier: Apache-2.0
// How things stand: the one owner of the configuration in force and of what drains, starts slowly, is healthy or not,
// and which zones are shifted away, of appliances and of targets. Makes the rosters from that. Pure: time and the
// workers' numbers are arguments.
#pragma once

#include "balance/l4/slots.hpp"
#include "chain/roster.hpp"
#include "chain/slots.hpp"
#include "config/config.hpp"
#include "control/anomalies.hpp"
#include "control/member_choice.hpp"
#include "control/member_state.hpp"
#include "control/operations.hpp"
#include "control/reload.hpp"
#include "control/roll.hpp"
#include "support/clock.hpp"
#include "support/index.hpp"
#include "support/result.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace sallyport::control {

/// Room for what reloads bring in: the workers' counters are made once, for so many more than there are at the start.
inline constexpr std::size_t spare_appliances = 1024;
inline constexpr std::size_t spare_groups = 64;
inline constexpr std::size_t spare_chains = 1024;
inline constexpr std::size_t spare_targets = 1024;
inline constexpr std::size_t spare_target_groups = 64;
inline constexpr std::size_t spare_listeners = 256;

/// How many positions there are room for, in this and all later rosters.
struct Room {
    std::size_t appliances = 0;
    std::size_t groups = 0;
    std::size_t chains = 0;
    std::size_t targets = 0;
    std::size_t target_groups = 0;
    std::size_t listeners = 0;
};

/// What the workers say.
struct Activity {
    std::function<std::uint64_t(ApplianceIndex)> flows;     // that are at an appliance now, never too few
    std::function<std::uint64_t(TargetIndex)> target_flows; // the same of targets
    /// What became of requests, of targets of HTTP. Empty: nobody is taken for anomalous.
    std::function<health::Outcomes(TargetIndex)> outcomes = {};
    bool has_settled = true; // every worker goes by the last roster that was made
};

class Registry {
public:
    /// With a health check an appliance or a target is initial, without one healthy.
    Registry(config::Config config, Instant now);
    Registry(const Registry&) = delete;
    Registry& operator=(const Registry&) = delete;

    /// No new flows from the next roster on; after `delay` (the group's deregistration_delay when not given) the
    /// appliance counts as deregistered. What drains already gets the new delay. Returns whom it concerns.
    Result<std::vector<ApplianceIndex>> drain(const MemberChoice& choice,
                                              std::optional<std::chrono::milliseconds> delay, Instant now);
    Result<std::vector<ApplianceIndex>> undrain(const MemberChoice& choice, Instant now);
    // The same with targets.
    Result<std::vector<TargetIndex>> drain_targets(const MemberChoice& choice,
                                                   std::optional<std::chrono::milliseconds> delay, Instant now);
    Result<std::vector<TargetIndex>> undrain_targets(const MemberChoice& choice, Instant now);
    /// A zone that is shifted away gets no new flows; its members keep the flows they have. Holds over reloads.
    Result<Members> shift_zone(const std::string& zone, bool away, Instant now);
    void note_health(ApplianceIndex appliance, HealthNote note, Instant now);
    void note_target_health(TargetIndex target, HealthNote note, Instant now);
    /// All of it or nothing: fails with a sentence that names every place that can not change.
    Result<ReloadReport> reload(config::Config wanted, Instant now);
    /// What time brings: ends drains, frees places, raises shares. Some ten times a second.
    void tick(Instant now, const Activity& activity);

    /// Whether the roster is older than how things stand.
    [[nodiscard]] bool roster_is_due() const noexcept {
        return is_changed_ || appliances_.is_changed() || targets_.is_changed();
    }
    /// The current one, with its directory; made anew when it is due.
    [[nodiscard]] std::shared_ptr<const chain::Roster> roster();

    [[nodiscard]] MemberState state(ApplianceIndex appliance, Instant now) const {
        return appliances_.state(appliance, now);
    }
    [[nodiscard]] MemberState target_state(TargetIndex target, Instant now) const {
        return targets_.state(target, now);
    }
    [[nodiscard]] const config::Config& config() const noexcept { return config_; }
    [[nodiscard]] const chain::Slots& slots() const noexcept { return slots_; }
    [[nodiscard]] const balance::TargetSlots& target_slots() const noexcept { return target_slots_; }
    [[nodiscard]] const std::set<std::string>& shifted_zones() const noexcept { return shifted_zones_; }
    [[nodiscard]] const Room& room() const noexcept { return room_; }
    /// A sentence for each thing that happened since the last call, for the log.
    [[nodiscard]] std::vector<std::string> take_news();

private:
    [[nodiscard]] std::optional<Error> find_hindrance(const config::Config& wanted, const chain::Slots& next,
                                                      const balance::TargetSlots& next_targets) const;

    config::Config config_;
    chain::Slots slots_;
    balance::TargetSlots target_slots_;
    Roll<chain::Place> appliances_;
    Roll<balance::TargetPlace> targets_;
    Anomalies anomalies_;
    std::set<std::string> shifted_zones_;
    Room room_;
    std::shared_ptr<const chain::Roster> roster_;
    bool is_changed_ = true;
};

} // namespace sallyport::control
