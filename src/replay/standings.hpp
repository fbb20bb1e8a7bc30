// SPDX-License-Identifier: Apache-2.0
// How everything stands at a time of a replay: the configuration of the moment, and what events made of the appliances.
#pragma once

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
    /// As a trace begins: every appliance of the configuration registered and healthy.
    explicit Standings(const config::Config& config);

    /// Makes it so. A finding at the event's line, and nothing is changed, when the event names what there is not, or a
    /// configuration that can not take the place of this one.
    [[nodiscard]] std::optional<config::Finding> apply(const Event& event);

    [[nodiscard]] const config::Config& config() const noexcept { return *config_; }
    /// They only grow: here nobody finds out that no flow holds a place any more.
    [[nodiscard]] const chain::Slots& slots() const noexcept { return slots_; }
    [[nodiscard]] chain::Roster roster() const { return chain::build_roster(*config_, slots_); }

private:
    [[nodiscard]] chain::Place* find(const Event& event) noexcept;
    [[nodiscard]] std::optional<config::Finding> apply_to_appliance(const Event& event);
    [[nodiscard]] std::optional<config::Finding> shift_zone(const Event& event);
    [[nodiscard]] std::optional<config::Finding> reload(const Event& event);

    std::shared_ptr<const config::Config> config_;
    chain::Slots slots_;
    std::set<std::string> shifted_zones_;
};

/// How everything stands when all of the events are over, with all that is wrong in them.
struct Rehearsal {
    Standings end;
    std::vector<config::Finding> findings;
};

[[nodiscard]] Rehearsal rehearse(const config::Config& config, const std::vector<Event>& events);

} // namespace sallyport::replay
