// SPDX-License-Identifier: Apache-2.0
#include "chain/takers.hpp"

#include "select/maglev.hpp"
#include "select/slow_start.hpp"

#include <string>
#include <vector>

namespace sallyport::chain {
namespace {

/// Whether an appliance of this standing may get new flows at all; health is another question.
bool is_available(const Appliance& appliance, const std::string& here, const config::ApplianceGroup& group) {
    const bool is_near = group.cross_zone || here.empty() || appliance.zone.empty() || appliance.zone == here;
    return appliance.standing.registration == Registration::registered && !appliance.standing.zone_is_shifted &&
           is_near && appliance.weight > 0;
}

/// The table of those of the group that `takes` flows, in proportion to their weights.
template <typename Takes>
std::vector<ApplianceIndex> spread(const Roster& roster, const Group& group, Takes&& takes) {
    // The weights of all in one unit, which is a finer one as soon as anyone starts slowly.
    bool all_full = true;
    for (const ApplianceIndex index : group.appliances) {
        const Appliance& appliance = roster.appliances[index];
        if (takes(appliance) && appliance.standing.share_percent < 100) all_full = false;
    }
    std::vector<select::MaglevMember> members;
    std::vector<ApplianceIndex> indexes;
    for (const ApplianceIndex index : group.appliances) {
        const Appliance& appliance = roster.appliances[index];
        if (!takes(appliance)) continue;
        const std::uint16_t weight =
            all_full ? appliance.weight : select::weight_at_share(appliance.weight, appliance.standing.share_percent);
        // With the group's name, so that two groups of the same appliances do not spread flows alike.
        members.push_back({group.name + '/' + appliance.name, weight});
        indexes.push_back(index);
    }
    std::vector<ApplianceIndex> table;
    for (const std::uint16_t member : select::build_maglev(members))
        table.push_back(indexes[member]);
    return table;
}

/// What the flows that an appliance has meet at it from now on.
Meets what_flows_meet(const Appliance& appliance, const Group& group, config::Failover failover,
                      config::NoneHealthy none_healthy, bool others_are_healthy) {
    if (failover == config::Failover::keep) return Meets::visit;
    if (failover == config::Failover::reset) return Meets::reset;
    if (others_are_healthy) return Meets::move;
    switch (none_healthy) {
    case config::NoneHealthy::drop:
        return Meets::drop;
    case config::NoneHealthy::bypass:
        return Meets::skip;
    case config::NoneHealthy::any:
        break;
    }
    // Any is as good as this one, which knows the flow. One that has left is none of them.
    const bool has_left = appliance.standing.registration == Registration::deregistered;
    return has_left && !group.maglev.empty() ? Meets::move : Meets::visit;
}

} // namespace

void choose_takers(const std::string& zone, const config::ApplianceGroup& from, const Roster& roster, Group& group) {
    const auto available = [&](const Appliance& appliance) { return is_available(appliance, zone, from); };
    group.maglev = spread(roster, group, [&](const Appliance& appliance) {
        return available(appliance) && appliance.standing.health == Health::healthy;
    });
    if (!group.maglev.empty()) return;
    if (from.when_none_healthy == config::NoneHealthy::any) group.maglev = spread(roster, group, available);
    group.is_bypassed = group.maglev.empty() && from.when_none_healthy == config::NoneHealthy::bypass;
}

void settle_flows(const config::ApplianceGroup& from, Roster& roster, const Group& group) {
    const auto is_healthy = [&](ApplianceIndex index) {
        return roster.appliances[index].standing.health == Health::healthy;
    };
    const bool others_are_healthy = !group.maglev.empty() && is_healthy(group.maglev.front());
    for (const ApplianceIndex index : group.appliances) {
        Appliance& appliance = roster.appliances[index];
        const Standing& standing = appliance.standing;
        const bool has_left = standing.registration == Registration::deregistered;
        if (!has_left && standing.health != Health::unhealthy) continue;
        // One that has left and is not well besides: its flows may leave it for either reason.
        const bool is_for_its_leaving =
            has_left && (standing.health != Health::unhealthy || from.on_deregistered != config::Failover::keep);
        const config::Failover failover = is_for_its_leaving ? from.on_deregistered : from.on_unhealthy;
        appliance.flows_meet = what_flows_meet(appliance, group, failover, from.when_none_healthy, others_are_healthy);
    }
}

} // namespace sallyport::chain
