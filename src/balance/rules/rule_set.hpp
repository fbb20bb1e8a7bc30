// SPDX-License-Identifier: Apache-2.0
// Which rule of a listener decides about a request? The one with the lowest priority whose conditions all hold, or else
// the default action's. Made once from the configuration, then only read: threads share it without locks of ours (RE2
// has one of its own, around the cache of an expression).
#pragma once

#include "balance/rules/condition.hpp"
#include "balance/rules/facts.hpp"
#include "balance/rules/rewrite.hpp"
#include "config/http.hpp"
#include "support/index.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sallyport::rules {

/// A share of a forward action, in the order of the configuration.
struct GroupShare {
    std::uint16_t group = 0; // of RuleSet::group_names()
    std::uint16_t weight = 1;
};

struct Rule {
    std::string name;           // empty: none
    std::uint32_t priority = 0; // 0: the default
    bool is_default = false;
    config::Action action;
    std::vector<GroupShare> shares; // of a forward action; else empty
    std::optional<Rewriter> host_rewrite;
    std::optional<Rewriter> url_rewrite;
    // The listener's changes, then the rule's.
    std::vector<config::HeaderChange> request_headers;
    std::vector<config::HeaderChange> response_headers;
    std::vector<Condition> conditions;
};

class RuleSet {
public:
    /// The error names the rule and says what is wrong with it.
    static Result<RuleSet> build(const config::HttpServer& server);

    /// Always one: the default has no conditions. Allocates nothing, but for what RE2 adds to its caches.
    [[nodiscard]] const Rule& match(const RequestFacts& facts) const noexcept;

    /// By priority, the default last.
    [[nodiscard]] const std::vector<Rule>& rules() const noexcept { return rules_; }
    /// Every target group that an action names, once; shares hold positions in it.
    [[nodiscard]] const std::vector<std::string>& group_names() const noexcept { return group_names_; }

private:
    RuleSet() = default;
    Result<Rule> build_rule(const config::HttpRule& rule, const config::HttpServer& server);
    std::uint16_t number_of(const std::string& group);

    std::vector<Rule> rules_;
    std::vector<std::string> group_names_;
};

} // namespace sallyport::rules
