// SPDX-License-Identifier: Apache-2.0
#include "config/checks.hpp"
#include "config/lookup.hpp"

#include <set>

namespace sallyport::config {

Findings check_policy(const Config& config) {
    Findings findings;
    // No rule matches both flows of packets and decrypted legs.
    const PolicyRule* of_packets = nullptr;
    const PolicyRule* of_legs = nullptr;
    for (std::size_t i = 0; i < config.policy.size(); ++i) {
        const bool is_leg = config.policy[i].match.is_decrypted_leg;
        const PolicyRule*& catch_all = is_leg ? of_legs : of_packets;
        if (catch_all != nullptr)
            findings.push_back({.path = at("policy", i),
                                .problem = "can never match: the rule on line " + std::to_string(catch_all->line) +
                                           " matches every " + (is_leg ? "decrypted leg" : "flow") + " before it",
                                .advice = "move this rule before that one, or remove it"});
        if (catch_all == nullptr && matches_everything(config.policy[i].match)) catch_all = &config.policy[i];
    }
    return findings;
}

Findings check_unused(const Config& config) {
    std::set<std::string_view> groups;
    for (const Chain& chain : config.chains)
        groups.insert(chain.groups.begin(), chain.groups.end());
    std::set<std::string_view> chains;
    for (const PolicyRule& rule : config.policy)
        if (rule.chain) chains.insert(*rule.chain);

    Findings findings;
    for (const ApplianceGroup& group : config.appliance_groups)
        if (!groups.contains(group.name))
            findings.push_back({.path = "appliance_groups." + group.name,
                                .problem = "is in no chain: no traffic visits it",
                                .advice = "add it to a chain, or remove it",
                                .warning = true});
    for (const Chain& chain : config.chains)
        if (!chains.contains(chain.name))
            findings.push_back({.path = "chains." + chain.name,
                                .problem = "is in no rule of the policy: no flow takes it",
                                .advice = "add a rule with `chain: " + chain.name + "`, or remove it",
                                .warning = true});
    return findings;
}

} // namespace sallyport::config
