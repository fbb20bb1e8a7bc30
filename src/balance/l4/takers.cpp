// SPDX-License-Identifier: Apache-2.0
#include "balance/l4/takers.hpp"

#include "select/maglev.hpp"
#include "select/round_robin.hpp"
#include "select/slow_start.hpp"

#include <algorithm>

namespace sallyport::balance {
namespace {

/// Whether a target of this standing may get new flows at all; health is another question.
bool is_available(const Target& target, const std::string& here, const config::TargetGroup& group) {
    const bool is_near = group.cross_zone || here.empty() || target.zone.empty() || target.zone == here;
    return target.standing.registration == chain::Registration::registered && !target.standing.zone_is_shifted &&
           is_near && target.weight > 0;
}

/// ELB's unhealthy_state_routing: both conditions are of all that could take flows.
bool has_enough(std::size_t healthy, std::size_t available, const config::HealthyMinimum& minimum) {
    return healthy >= std::min<std::size_t>(minimum.count, available) && healthy * 100 >= available * minimum.percent;
}

/// Percent of its weight: who starts slowly and is mitigated has a part of a part.
std::uint16_t share_of(const Target& target) {
    const unsigned share = unsigned{target.standing.share_percent} * target.mitigated_percent / 100;
    return static_cast<std::uint16_t>(std::max(share, 1U));
}

void build_tables(const std::vector<Target>& targets, TargetGroup& group) {
    switch (group.algorithm) {
    case config::Algorithm::flow_hash:
    case config::Algorithm::ip_hash: {
        std::vector<select::MaglevMember> members;
        for (std::size_t i = 0; i < group.takers.size(); ++i) {
            const Target& target = targets[group.takers[i]];
            members.push_back(
                {group.name + '/' + target.address.to_string() + '/' + std::to_string(target.port), group.weights[i]});
        }
        group.maglev = select::build_maglev(members);
        break;
    }
    case config::Algorithm::round_robin:
        group.cycle = select::build_round_robin(group.weights);
        break;
    case config::Algorithm::weighted_random:
        group.aliases = select::build_weighted_random(group.weights);
        break;
    case config::Algorithm::least_connections:
        break;
    }
}

} // namespace

void choose_takers(const std::string& zone, const config::TargetGroup& from, const std::vector<Target>& targets,
                   TargetGroup& group) {
    std::vector<TargetIndex> available;
    std::vector<TargetIndex> healthy;
    for (const TargetIndex index : group.targets) {
        const Target& target = targets[index];
        if (!is_available(target, zone, from)) continue;
        available.push_back(index);
        if (target.standing.health == chain::Health::healthy) healthy.push_back(index);
    }
    group.is_failing_open = !has_enough(healthy.size(), available.size(), from.healthy_minimum);
    group.takers = group.is_failing_open ? available : healthy;
    // Weights and the shares of those that start slowly in one unit, so that 1 % of a weight of 1 is not nothing.
    const bool all_full = std::all_of(group.takers.begin(), group.takers.end(),
                                      [&](TargetIndex index) { return share_of(targets[index]) >= 100; });
    for (const TargetIndex index : group.takers) {
        const Target& target = targets[index];
        group.weights.push_back(all_full ? target.weight : select::weight_at_share(target.weight, share_of(target)));
    }
    build_tables(targets, group);
}

} // namespace sallyport::balance
