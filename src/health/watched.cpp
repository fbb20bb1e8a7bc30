// SPDX-License-Identifier: Apache-2.0
#include "health/watched.hpp"

#include "config/lookup.hpp"

#include <algorithm>
#include <tuple>

namespace sallyport::health {
namespace {

auto parameters(const config::GeneveProbe& probe) {
    return std::tie(probe.protocol, probe.source, probe.destination, probe.port);
}

/// Everything but the line that it stands in.
bool same(const config::HealthCheck& a, const config::HealthCheck& b) {
    const auto parameters_of = [](const config::HealthCheck& check) {
        return std::tie(check.protocol, check.port, check.interval, check.timeout, check.healthy_threshold,
                        check.unhealthy_threshold, check.path, check.host, check.ca, check.is_grpc, check.grpc_service);
    };
    const auto same_range = [](const config::StatusRange& one, const config::StatusRange& other) {
        return one.first == other.first && one.last == other.last;
    };
    const auto same_ranges = [&](const auto& one, const auto& other) {
        return std::equal(one.begin(), one.end(), other.begin(), other.end(), same_range);
    };
    return parameters_of(a) == parameters_of(b) && parameters(a.probe) == parameters(b.probe) &&
           same_ranges(a.matcher, b.matcher) && same_ranges(a.grpc_matcher, b.grpc_matcher);
}

/// Endpoints stand in the roster in the file's order.
EndpointIndex probe_endpoint(const config::Config& config, const config::ApplianceGroup& group) {
    if (!group.health_check) return 0;
    const std::string& name = group.health_check->probe.endpoint;
    const auto found = std::find_if(config.endpoints.begin(), config.endpoints.end(),
                                    [&name](const config::Endpoint& endpoint) { return endpoint.name == name; });
    return found == config.endpoints.end() ? EndpointIndex{0}
                                           : static_cast<EndpointIndex>(found - config.endpoints.begin());
}

/// A `ca` of the check's own is for a server beside the one that requests go to.
/// Policy names the group for decrypted legs, or did.
bool has_chain(const balance::TargetSlots& slots, const std::string& group) {
    return std::find(slots.leg_groups.begin(), slots.leg_groups.end(), group) != slots.leg_groups.end();
}

bool goes_by_group_tls(const config::TargetGroup& group) {
    return group.tls && group.health_check && group.health_check->protocol == config::HealthProtocol::https &&
           group.health_check->ca.empty();
}

} // namespace

bool same_member(const Watched& a, const Watched& b) noexcept {
    return a.index == b.index && a.name == b.name && a.address == b.address;
}

bool same_check(const Watched& a, const Watched& b) noexcept {
    if (a.check.has_value() != b.check.has_value()) return false;
    return a.probe_endpoint == b.probe_endpoint && a.sends_proxy_header == b.sends_proxy_header &&
           a.is_at_leg == b.is_at_leg && a.is_http2 == b.is_http2 && a.tls_group == b.tls_group &&
           (!a.check || same(*a.check, *b.check));
}

std::vector<Watched> watched(const config::Config& config, const chain::Slots& slots) {
    std::vector<Watched> list;
    for (std::size_t index = 0; index < slots.appliances.size(); ++index) {
        const chain::Place& place = slots.appliances[index];
        const auto group = std::find_if(config.appliance_groups.begin(), config.appliance_groups.end(),
                                        [&](const auto& each) { return each.name == place.group; });
        if (place.is_free || group == config.appliance_groups.end()) continue;
        const bool is_passive = group->passive_check && place.mode != config::GroupMode::mirror;
        if (!is_passive && !group->health_check) continue;
        list.push_back({static_cast<ApplianceIndex>(index), place.group + "/" + place.name, place.address,
                        group->health_check, is_passive, probe_endpoint(config, *group)});
    }
    return list;
}

std::vector<Watched> watched_targets(const config::Config& config, const balance::TargetSlots& slots) {
    std::vector<Watched> list;
    for (std::size_t index = 0; index < slots.targets.size(); ++index) {
        const balance::TargetPlace& place = slots.targets[index];
        const config::TargetGroup* group = config::find_target_group(config, place.group);
        if (place.is_free || group == nullptr) continue;
        // Connections through a chain that fail may be an appliance's doing.
        const bool is_passive =
            group->passive_check && group->protocol != config::L4Protocol::udp && !has_chain(slots, place.group);
        if (!is_passive && !group->health_check) continue;
        Watched watched;
        watched.index = static_cast<TargetIndex>(index);
        watched.name = place.group + "/" + place.name;
        watched.address = place.address;
        watched.check = group->health_check;
        if (watched.check && watched.check->port == 0) watched.check->port = place.port;
        watched.is_http2 = group->http && group->http->version != config::ProtocolVersion::http1;
        if (goes_by_group_tls(*group)) watched.tls_group = group->name;
        watched.is_passive = is_passive;
        watched.sends_proxy_header = group->proxy_protocol_v2;
        // A leg is known by where it leads, and a target of another group may stand there as well.
        watched.is_at_leg = !slots.leg_groups.empty();
        list.push_back(std::move(watched));
    }
    return list;
}

} // namespace sallyport::health
