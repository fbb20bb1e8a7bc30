// SPDX-License-Identifier: Apache-2.0
#include "config/sections.hpp"

namespace sallyport::config {

std::vector<PolicyRule> read_policy(const Value& section) {
    constexpr std::string_view expected = "a list of rules, such as `- {chain: perimeter}`";
    std::vector<PolicyRule> rules;
    for (const Value& value : section.items(expected, max_policy_rules)) {
        PolicyRule& rule = rules.emplace_back();
        rule.line = value.line();
        const Fields fields(value, {"match", "chain"});
        if (const auto match = fields.find("match")) rule.match = read_match(*match);
        const auto chain = fields.require("chain", "add `chain: NAME`, or `chain: none` to forward without a visit");
        if (!chain) continue;
        const auto name = chain->text("the name of a chain, or `none`");
        if (name && *name != "none") rule.chain = name;
    }
    if (section.node().kind == Node::Kind::sequence && section.node().children.empty())
        section.fault("is empty: every new flow would be dropped", "write `- {chain: NAME}`");
    return rules;
}

} // namespace sallyport::config
