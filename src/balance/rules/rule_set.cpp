// SPDX-License-Identifier: Apache-2.0
#include "balance/rules/rule_set.hpp"

#include "balance/rules/host.hpp"
#include "config/http_faults.hpp"
#include "support/letters.hpp"

#include <algorithm>
#include <array>

namespace sallyport::rules {
namespace {

std::string words_for(const config::HttpRule& rule) {
    if (rule.priority == 0) return "the default action";
    return "the rule with priority " + std::to_string(rule.priority);
}

std::vector<config::HeaderChange> joined(std::vector<config::HeaderChange> first,
                                         const std::vector<config::HeaderChange>& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

/// What config::fault_of says of a rule's parts; of the listener's own as of the default's.
config::Fault fault_of(const config::HttpRule& rule, const config::HttpServer& server) {
    if (rule.priority != 0) return config::fault_of(rule);
    for (const auto* const changes : {&server.request_headers, &server.response_headers})
        for (const config::HeaderChange& change : *changes)
            if (config::Fault fault = config::fault_of(change)) return fault;
    return config::fault_of(rule.action);
}

} // namespace

std::uint16_t RuleSet::number_of(const std::string& group) {
    const auto found = std::ranges::find(group_names_, group);
    const auto number = static_cast<std::uint16_t>(found - group_names_.begin());
    if (found == group_names_.end()) group_names_.push_back(group);
    return number;
}

Result<Rule> RuleSet::build_rule(const config::HttpRule& rule, const config::HttpServer& server) {
    if (const config::Fault fault = fault_of(rule, server)) return failure(words_for(rule) + " " + *fault);
    Rule built;
    built.name = rule.name;
    built.priority = rule.priority;
    built.is_default = rule.priority == 0;
    built.action = rule.action;
    if (const auto* const forward = std::get_if<config::ForwardAction>(&rule.action))
        for (const config::ForwardShare& share : forward->shares)
            built.shares.push_back({.group = number_of(share.target_group), .weight = share.weight});
    for (const config::Condition& condition : rule.conditions) {
        auto ready = build_condition(condition);
        if (!ready) return failure(words_for(rule) + ": " + ready.error().message);
        built.conditions.push_back(*std::move(ready));
    }
    const auto add_rewrite = [&](const std::optional<config::Rewrite>& rewrite, auto make, auto& to) -> Result<void> {
        if (!rewrite) return {};
        auto ready = make(*rewrite);
        if (!ready) return failure(words_for(rule) + ": " + ready.error().message);
        to = *std::move(ready);
        return {};
    };
    if (auto done = add_rewrite(rule.host_rewrite, Rewriter::build_for_host, built.host_rewrite); !done)
        return tl::unexpected(std::move(done).error());
    if (auto done = add_rewrite(rule.url_rewrite, Rewriter::build_for_url, built.url_rewrite); !done)
        return tl::unexpected(std::move(done).error());
    built.request_headers = joined(server.request_headers, rule.request_headers);
    built.response_headers = joined(server.response_headers, rule.response_headers);
    return built;
}

Result<RuleSet> RuleSet::build(const config::HttpServer& server) {
    RuleSet set;
    std::vector<config::HttpRule> ordered = server.rules;
    std::ranges::stable_sort(ordered, {}, &config::HttpRule::priority);
    const auto same = std::ranges::adjacent_find(ordered, {}, &config::HttpRule::priority);
    if (same != ordered.end()) return failure("two rules have priority " + std::to_string(same->priority));
    if (!ordered.empty() && ordered.front().priority == 0)
        return failure("a rule has priority 0, which is the default's");
    ordered.push_back({.action = server.default_action});
    for (const config::HttpRule& rule : ordered) {
        auto built = set.build_rule(rule, server);
        if (!built) return tl::unexpected(std::move(built).error());
        set.rules_.push_back(*std::move(built));
    }
    return set;
}

const Rule& RuleSet::match(const RequestFacts& facts) const noexcept {
    const std::string_view host = split_authority(facts.head.authority).host;
    std::array<char, max_host_size> letters;
    const std::size_t size = host.size() <= letters.size() ? host.size() : 0; // no name is longer: none
    std::ranges::transform(host.substr(0, size), letters.begin(), small_letter);
    const RequestView request = {.facts = facts, .host = {letters.data(), size}};
    const auto found = std::ranges::find_if(rules_, [&](const Rule& rule) {
        return std::ranges::all_of(rule.conditions, [&](const Condition& each) { return holds(each, request); });
    });
    return found == rules_.end() ? rules_.back() : *found;
}

} // namespace sallyport::rules
