// SPDX-License-Identifier: Apache-2.0
// How things stand: the one owner of the configuration in force and of what drains, starts slowly, is healthy or not,
// and which zones are shifted away. Makes the rosters from that. Pure: time and the workers' numbers are arguments.
#pragma once

#include "chain/roster.hpp"
#include "chain/slots.hpp"
#include "config/config.hpp"
#include "control/appliance_choice.hpp"
#include "control/appliance_state.hpp"
#include "control/operations.hpp"
#include "control/reload.hpp"
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

/// What the workers say.
struct Activity {
    std::function<std::uint64_t(ApplianceIndex)> flows; // that are at an appliance now, never too few
    bool has_settled = true;                            // every worker goes by the last roster that was made
};

class Registry {
public:
    /// With a health check an appliance is initial, without one healthy.
    Registry(config::Config config, Instant now);

    /// No new flows from the next roster on; after `delay` (the group's deregistration_delay when not given) the
    /// appliance counts as deregistered. What drains already gets the new delay. Returns whom it concerns.
    Result<std::vector<ApplianceIndex>> drain(const ApplianceChoice& choice,
                                              std::optional<std::chrono::milliseconds> delay, Instant now);
    Result<std::vector<ApplianceIndex>> undrain(const ApplianceChoice& choice, Instant now);
    /// A zone that is shifted away gets no new flows; its appliances keep the flows they have. Holds over reloads.
    Result<std::vector<ApplianceIndex>> shift_zone(const std::string& zone, bool away, Instant now);
    void note_health(ApplianceIndex appliance, HealthNote note, Instant now);
    /// All of it or nothing: fails with a sentence that names every place that can not change.
    Result<ReloadReport> reload(config::Config wanted, Instant now);
    /// What time brings: ends drains, frees places, raises shares. Some ten times a second.
    void tick(Instant now, const Activity& activity);

    /// Whether the roster is older than how things stand.
    [[nodiscard]] bool roster_is_due() const noexcept { return is_changed_; }
    /// The current one; made anew when it is due.
    [[nodiscard]] std::shared_ptr<const chain::Roster> roster();

    [[nodiscard]] ApplianceState state(ApplianceIndex appliance, Instant now) const;
    [[nodiscard]] const config::Config& config() const noexcept { return config_; }
    [[nodiscard]] const chain::Slots& slots() const noexcept { return slots_; }
    [[nodiscard]] const std::set<std::string>& shifted_zones() const noexcept { return shifted_zones_; }
    /// How many positions workers have to count for, in this and all later rosters.
    [[nodiscard]] std::size_t appliance_slots() const noexcept { return appliance_slots_; }
    [[nodiscard]] std::size_t group_slots() const noexcept { return group_slots_; }
    /// A sentence for each thing that happened since the last call, for the log.
    [[nodiscard]] std::vector<std::string> take_news();

private:
    /// Beside the place and standing in the slots.
    struct Control {
        TakenOutBy taken_out_by = TakenOutBy::nobody;
        Instant drain_end;                 // while it drains
        bool starts_slowly = false;        // when it becomes healthy next
        std::optional<Instant> healthy_at; // while it starts slowly
        HealthNote note;
        State state = State::initial; // as last shown, and since when
        Instant state_began;
    };
    /// What a reload replaces.
    struct Before {
        const config::Config& config;
        const chain::Slots& slots;
    };

    [[nodiscard]] const config::ApplianceGroup* group_of(ApplianceIndex appliance) const;
    [[nodiscard]] std::string full_name(ApplianceIndex appliance) const;
    [[nodiscard]] State state_of(ApplianceIndex appliance) const;
    [[nodiscard]] std::optional<Error> find_hindrance(const config::Config& wanted, const chain::Slots& next) const;
    void note_groups_in_use();
    void follow_config(ApplianceIndex appliance, const Before& before, Instant now);
    void begin(ApplianceIndex appliance, Instant now);
    void begin_drain(ApplianceIndex appliance, TakenOutBy by, std::chrono::milliseconds delay, Instant now);
    void deregister(ApplianceIndex appliance);
    void tend_registration(ApplianceIndex appliance, Instant now, bool may_leave);
    void tend_slow_start(ApplianceIndex appliance, Instant now);
    void start_slowly(ApplianceIndex appliance, Instant now);
    void settle(Instant now);

    config::Config config_;
    chain::Slots slots_;
    std::vector<Control> controls_; // by appliance index
    std::set<std::string> shifted_zones_;
    std::set<std::string> groups_in_use_;
    std::size_t appliance_slots_;
    std::size_t group_slots_;
    std::size_t chain_slots_;
    std::shared_ptr<const chain::Roster> roster_;
    bool is_changed_ = true;
    std::vector<std::string> news_;
};

} // namespace sallyport::control
