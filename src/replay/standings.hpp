// SPDX-License-Identifier: Apache-2.0
// How everything stands at a time of a replay: the configuration of the moment, and what events made of appliances and
// targets.
#pragma once

#include "balance/l4/build_directory.hpp"
#include "balance/l4/slots.hpp"
#include "chain/roster.hpp"
#include "chain/slots.hpp"
#include "config/config.hpp"
#include "replay/events.hpp"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace sallyport::replay {

class Standings {
public:
    /// As a trace begins: every appliance and target of the configuration registered and healthy.
    explicit Standings(const config::Config& config);

    /// Makes it so. A finding at the event's line, and nothing is changed, when the event names what there is not, or a
    /// configuration that can not take the place of this one.
    [[nodiscard]] std::optional<config::Finding> apply(const Event& event);

    [[nodiscard]] const config::Config& config() const noexcept { return *config_; }
    /// They only grow: here nobody finds out that no flow holds a place any more.
    [[nodiscard]] const chain::Slots& slots() const noexcept { return slots_; }
    [[nodiscard]] const balance::TargetSlots& target_slots() const noexcept { return targets_; }
    [[nodiscard]] chain::Roster roster() const { return balance::build_roster(*config_, slots_, targets_); }

private:
    [[nodiscard]] chain::Place* find_appliance(const Event& event) noexcept;
    [[nodiscard]] balance::TargetPlace* find_target(const Event& event) noexcept;
    [[nodiscard]] config::Finding nobody(const Event& event) const;
    [[nodiscard]] std::optional<config::Finding> apply_to_member(const Event& event);
    void mark_shifted_zones();
    [[nodiscard]] std::optional<config::Finding> shift_zone(const Event& event);
    [[nodiscard]] std::optional<config::Finding> reload(const Event& event);

    std::shared_ptr<const config::Config> config_;
    chain::Slots slots_;
    balance::TargetSlots targets_;
    std::set<std::string> shifted_zones_;
};

/// How everything stands when all of the events are over, with all that is wrong in them.
struct Rehearsal {
    Standings end;
    std::vector<config::Finding> findings;
};

[[nodiscard]] Rehearsal rehearse(const config::Config& config, const std::vector<Event>& events);

} // namespace sallyport::replay
