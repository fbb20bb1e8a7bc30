// SPDX-License-Identifier: Apache-2.0
// Rules about the gateway's own connections to targets that there are none of, and appliances that ask for clients
// behind such connections and see none. Warnings: all else works.
#include "config/checks.hpp"
#include "config/lookup.hpp"

#include <algorithm>
#include <set>

namespace sallyport::config {

namespace {

using Names = std::set<std::string_view>;

void warn(std::string path, std::string problem, std::string advice, Findings& findings) {
    findings.push_back(
        {.path = std::move(path), .problem = std::move(problem), .advice = std::move(advice), .warning = true});
}

bool is_proxied(const Listener& listener) {
    return listener.mode == ListenerMode::proxy;
}

/// The target groups that the gateway itself connects to.
Names proxied_groups(const Config& config) {
    Names names;
    for (const Listener& listener : config.listeners)
        if (is_proxied(listener)) names.merge(target_groups_of(listener));
    return names;
}

void check_groups(const Config& config, const Match& match, const std::string& path, Findings& findings) {
    const Names proxied = proxied_groups(config);
    for (std::size_t i = 0; i < match.target_groups.size(); ++i)
        if (find_target_group(config, match.target_groups[i]) != nullptr && !proxied.contains(match.target_groups[i]))
            warn(place_of(path + ".target_group", i, match.target_groups.size()),
                 "names a target group that no listener of TLS, HTTP or `mode: proxy` forwards to",
                 "name one that such a listener forwards to, or remove it", findings);
}

/// The appliance groups that decrypted legs visit.
Names visited_groups(const Config& config) {
    Names names;
    for (const PolicyRule& rule : config.policy) {
        if (!rule.match.is_decrypted_leg || !rule.chain) continue;
        if (const Chain* const chain = find_chain(config, *rule.chain))
            names.insert(chain->groups.begin(), chain->groups.end());
    }
    return names;
}

} // namespace

Findings check_decrypted_legs(const Config& config) {
    Findings findings;
    const bool has_proxy = std::ranges::any_of(config.listeners, is_proxied);
    for (std::size_t i = 0; i < config.policy.size(); ++i) {
        const Match& match = config.policy[i].match;
        const std::string path = at("policy", i) + ".match";
        if (!match.is_decrypted_leg) continue;
        if (has_proxy) {
            check_groups(config, match, path, findings);
        } else {
            warn(path + ".leg", "can never match: no listener ends connections at the gateway",
                 "add a listener of TLS, HTTP or HTTPS, or with `mode: proxy`", findings);
        }
    }
    const Names visited = visited_groups(config);
    for (const ApplianceGroup& group : config.appliance_groups)
        if (group.wants_client_address && (!has_proxy || !visited.contains(group.name)))
            warn("appliance_groups." + group.name + ".client_address",
                 "has no effect: no decrypted leg visits the group, and other flows show their clients",
                 "add a rule with `match: {leg: decrypted}` and a chain with this group, or remove it", findings);
    return findings;
}

} // namespace sallyport::config
