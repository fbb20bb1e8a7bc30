// SPDX-License-Identifier: Apache-2.0
// A registry of the office's appliances, a clock that a test moves, and flows that it makes up.
#pragma once

#include "../chain/office.hpp"
#include "control/registry.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <map>
#include <set>

namespace sallyport::test {

using namespace std::chrono_literals;

struct MovedClock {
    explicit MovedClock(config::Config config = chain::test::office()) : registry(std::move(config), now) {
        before = registry.roster();
    }

    /// As the gateway does: tells the time, and hands the workers a new roster when there is one.
    void pass(std::chrono::milliseconds time) {
        now.nanoseconds += static_cast<std::uint64_t>(std::chrono::nanoseconds(time).count());
        tick();
    }
    void tick() {
        registry.tick(now, {.flows = [this](ApplianceIndex index) { return flows[index]; },
                            .target_flows = [this](TargetIndex index) { return target_flows[index]; },
                            .has_settled = settled});
        publish();
    }
    void publish() {
        if (registry.roster_is_due()) ++published;
        before = registry.roster();
    }
    const chain::Roster& roster() {
        publish();
        return *before;
    }

    [[nodiscard]] ApplianceIndex index(const char* group, const char* name) const {
        const ApplianceIndex index = registry.slots().appliance(group, name);
        REQUIRE(index != no_index);
        return index;
    }
    [[nodiscard]] control::MemberState state(ApplianceIndex index) const { return registry.state(index, now); }
    /// Who of a group takes new flows.
    std::set<std::string> takers(const char* group) {
        std::set<std::string> names;
        for (const chain::Group& each : roster().groups) {
            if (each.name != group) continue;
            for (const ApplianceIndex index : each.maglev)
                names.insert(roster().appliances[index].name);
        }
        return names;
    }
    /// Of a group's new flows, in hundredths.
    std::size_t percent_of(const char* name) {
        const chain::Group& group = roster().groups[0];
        const auto mine = std::ranges::count_if(
            group.maglev, [&](ApplianceIndex each) { return before->appliances[each].name == name; });
        return static_cast<std::size_t>(mine) * 100 / group.maglev.size();
    }

    Instant now{1'000'000'000};
    control::Registry registry;
    std::shared_ptr<const chain::Roster> before;
    std::map<ApplianceIndex, std::uint64_t> flows;
    std::map<TargetIndex, std::uint64_t> target_flows;
    bool settled = true;
    unsigned published = 0;
};

using Names = std::set<std::string>;

} // namespace sallyport::test
