// SPDX-License-Identifier: Apache-2.0
// What within a target group, or among them, can not be or is likely not meant.
#include "config/checks.hpp"
#include "config/lookup.hpp"

#include <map>
#include <set>
#include <tuple>

namespace sallyport::config {

namespace {

using namespace std::chrono_literals;

/// As of appliances: half of the positions that a roster has (support/index.hpp), so that a reload can bring in as many
/// while these drain.
constexpr std::size_t max_targets = 32'000;

class GroupCheck {
public:
    GroupCheck(const TargetGroup& group, Findings& findings)
        : group_(group), path_("target_groups." + group.name), findings_(findings) {}

    void run() {
        check_targets();
        if (group_.port == 0) return; // reading failed, and said so
        check_weights();
        check_minimum();
        check_source_addresses();
        if (group_.slow_start > 0s && group_.targets.size() == 1)
            warn(".slow_start", "has no effect on a lone target: nobody else could take the flows",
                 "remove it, or add a target");
    }

private:
    void find(const std::string& below, std::string problem, std::string advice, bool warning = false) {
        findings_.push_back(
            {.path = path_ + below, .problem = std::move(problem), .advice = std::move(advice), .warning = warning});
    }
    void warn(const std::string& below, std::string problem, std::string advice) {
        find(below, std::move(problem), std::move(advice), true);
    }

    void check_targets() {
        std::set<std::string_view> names;
        std::map<std::tuple<IpAddress, std::uint16_t>, std::size_t> places;
        for (std::size_t i = 0; i < group_.targets.size(); ++i) {
            const Target& target = group_.targets[i];
            if (target.address.is_unspecified() || target.port == 0) continue; // reading failed, and said so
            const std::string below = at(".targets", i);
            const auto [same, first] = places.emplace(std::tuple(target.address, target.port), i);
            if (!first) {
                find(below, "has the address and port of " + at("targets", same->second) + " of this group",
                     "list a target once; for a larger share raise its `weight`");
            } else if (!names.insert(target.name).second) {
                find(below + ".name", "another target of the group is called " + in_backticks(target.name),
                     "give each target a name of its own");
            }
        }
    }

    void check_weights() {
        if (group_.targets.empty()) {
            warn(".targets", "holds no target: new flows to it are dropped",
                 "add one, such as `- {address: 203.0.113.11}`");
            return;
        }
        for (const Target& target : group_.targets)
            if (target.weight > 0) return;
        warn(".targets", "every target has the weight 0: none takes a new flow",
             "give at least one a weight from 1 to 999");
    }

    void check_minimum() {
        const std::size_t count = group_.targets.size();
        if (count == 0 || group_.healthy_minimum.count <= count) return;
        warn(".target_group_health.unhealthy_state_routing.minimum_healthy_targets.count",
             "asks for " + std::to_string(group_.healthy_minimum.count) + " healthy targets, and the group has " +
                 std::to_string(count) + ": flows go to unhealthy ones at all times",
             "write " + std::to_string(count) + " or less");
    }

    void check_source_addresses() {
        const std::vector<IpAddress>& sources = group_.source_addresses;
        std::set<IpAddress> seen;
        for (std::size_t i = 0; i < sources.size(); ++i)
            if (!seen.insert(sources[i]).second)
                find(at(".source_addresses", i), "is given twice: " + in_backticks(sources[i].to_string()),
                     "keep one of the two");
        if (sources.empty()) return;
        if (group_.preserve_client_ip) {
            warn(".source_addresses",
                 "are seen by targets that are clients of themselves alone: the others get clients' addresses",
                 "add `preserve_client_ip: false`, or remove it");
            return;
        }
        for (const Target& target : group_.targets) {
            if (target.address.is_unspecified() || has_family(target.address.family())) continue;
            find(".source_addresses",
                 "holds no " + std::string(target.address.is_v4() ? "IPv4" : "IPv6") + " address, which the target " +
                     in_backticks(target.name) + " needs",
                 "add one, or leave `source_addresses` out");
            return;
        }
    }

    [[nodiscard]] bool has_family(Family family) const {
        for (const IpAddress& source : group_.source_addresses)
            if (source.family() == family) return true;
        return false;
    }

    const TargetGroup& group_;
    std::string path_;
    Findings& findings_;
};

} // namespace

Findings check_target_groups(const Config& config) {
    Findings findings;
    std::size_t count = 0;
    for (const TargetGroup& group : config.target_groups) {
        GroupCheck(group, findings).run();
        count += group.targets.size();
    }
    if (count > max_targets)
        findings.push_back(
            {.path = "target_groups",
             .problem = "holds " + std::to_string(count) + " targets in all, more than " + std::to_string(max_targets),
             .advice = "divide the groups among several gateways"});
    return findings;
}

Findings check_unused_target_groups(const Config& config) {
    std::set<std::string_view> used;
    for (const Listener& listener : config.listeners)
        used.merge(target_groups_of(listener));
    Findings findings;
    for (const TargetGroup& group : config.target_groups) {
        if (used.contains(group.name)) continue;
        findings.push_back({.path = "target_groups." + group.name,
                            .problem = "no listener forwards to it",
                            .advice = "name it in a listener's `default_action`, or remove it",
                            .warning = true});
    }
    return findings;
}

} // namespace sallyport::config
