// SPDX-License-Identifier: Apache-2.0
#include "control/terms.hpp"

#include "config/lookup.hpp"

namespace sallyport::control {
namespace {

std::optional<std::chrono::milliseconds> flows_end(const config::TargetGroup& group) {
    if (group.unhealthy_termination) return std::chrono::milliseconds(0);
    if (group.unhealthy_draining.count() > 0) return group.unhealthy_draining;
    return std::nullopt;
}

} // namespace

TermsByGroup appliance_terms(const config::Config& config) {
    TermsByGroup terms;
    for (const config::ApplianceGroup& group : config.appliance_groups) {
        terms[group.name] = {.is_checked = group.health_check.has_value(),
                             .is_watched = group.health_check.has_value() || group.passive_check,
                             .deregistration_delay = group.deregistration_delay,
                             .slow_start = group.slow_start,
                             .unhealthy_flows_end = std::nullopt}; // flows go by the group's on_unhealthy
    }
    for (const config::Chain& chain : config.chains) {
        for (const std::string& group : chain.groups)
            terms[group].is_in_use = true;
    }
    return terms;
}

TermsByGroup target_terms(const config::Config& config) {
    TermsByGroup terms;
    for (const config::TargetGroup& group : config.target_groups) {
        const bool is_passive = group.passive_check && group.protocol != config::L4Protocol::udp;
        terms[group.name] = {.is_checked = group.health_check.has_value(),
                             .is_watched = group.health_check.has_value() || is_passive,
                             .deregistration_delay = group.deregistration_delay,
                             .slow_start = group.slow_start,
                             .unhealthy_flows_end = flows_end(group)};
    }
    for (const config::Listener& listener : config.listeners) {
        for (const std::string_view group : config::target_groups_of(listener))
            terms[std::string(group)].is_in_use = true;
    }
    return terms;
}

} // namespace sallyport::control
