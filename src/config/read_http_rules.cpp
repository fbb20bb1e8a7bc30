// SPDX-License-Identifier: Apache-2.0
// Rules of HTTP and HTTPS listeners: which requests, and what becomes of them. Priorities are given to all rules of a
// listener, or to none: then the first has 1, the next 2.
#include "config/http_sections.hpp"
#include "config/sections.hpp"

#include <algorithm>
#include <map>

namespace sallyport::config {

namespace {

void read_actions(const Fields& fields, HttpRule& rule) {
    constexpr std::string_view expected = "one action, such as `[{forward: api}]`";
    const auto actions = fields.require("actions", "add " + std::string(expected));
    if (const auto action = actions ? only_item(*actions, expected) : std::nullopt)
        rule.action = read_http_action(*action);
}

void read_conditions(const Fields& fields, HttpRule& rule) {
    constexpr std::string_view expected = "a list of 1 to 5 conditions, such as `[{path_pattern: [/api/*]}]`";
    const auto value = fields.require("conditions", "add " + std::string(expected));
    if (!value) return;
    for (const Value& item : value->items(expected, max_conditions_per_rule))
        rule.conditions.push_back(read_condition(item));
    if (value->node().kind == Node::Kind::sequence && value->node().children.empty())
        value->fault("is empty", "write " + std::string(expected));
}

Rewrite read_rewrite(const Value& value) {
    Rewrite rewrite;
    const Fields fields(value, {"regex", "replace"});
    if (const auto regex = fields.require("regex", "add the expression to look for, such as `regex: \"^/api/(.*)\"`"))
        rewrite.regex = regex->text("a regular expression").value_or("");
    if (const auto replace = fields.require("replace", "add what takes its place, such as `replace: \"/$1\"`"))
        rewrite.replacement = replace->content("a text", 4096).value_or("");
    tell_fault(value, rewrite, "write an expression of RE2, with `$1` to `$9` for its groups");
    return rewrite;
}

void read_transform(const Value& value, HttpRule& rule) {
    const Fields fields(value, {"host_header_rewrite", "url_rewrite"});
    if (fields && value.node().children.empty())
        value.fault("is empty", "write `{host_header_rewrite: {...}}` or `{url_rewrite: {...}}`");
    const auto read = [&](std::string_view key, std::optional<Rewrite>& out) {
        const auto rewrite = fields.find(key);
        if (!rewrite) return;
        if (out) rewrite->fault("stands here twice", "keep one of the two");
        out = read_rewrite(*rewrite);
    };
    read("host_header_rewrite", rule.host_rewrite);
    read("url_rewrite", rule.url_rewrite);
}

HttpRule read_rule(const Value& value) {
    HttpRule rule;
    rule.line = value.line();
    const Fields fields(
        value, {"name", "priority", "conditions", "actions", "transforms", "request_headers", "response_headers"});
    if (const auto name = fields.find("name")) rule.name = name->name("the rule's name").value_or("");
    fields.integer("priority", rule.priority, 1, max_rule_priority);
    read_conditions(fields, rule);
    read_actions(fields, rule);
    if (const auto transforms = fields.find("transforms"))
        for (const Value& item : transforms->items("a list, such as `[{url_rewrite: {regex: ..., replace: ...}}]`", 2))
            read_transform(item, rule);
    rule.request_headers = read_header_changes(fields, "request_headers");
    rule.response_headers = read_header_changes(fields, "response_headers");
    return rule;
}

/// All have one, each its own; or none has.
void set_priorities(const std::vector<Value>& items, std::vector<HttpRule>& rules) {
    const auto has = [](const Value& item) { return item.node().child("priority") != nullptr; };
    const bool some = std::ranges::any_of(items, has);
    std::map<std::uint32_t, int> lines;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        if (!some) {
            rules[i].priority = static_cast<std::uint32_t>(i + 1);
        } else if (!has(items[i])) {
            items[i].fault("has no priority, and other rules have one", "give all rules a `priority`, or none");
        } else if (rules[i].priority != 0) {
            const auto [same, first] = lines.emplace(rules[i].priority, rules[i].line);
            if (!first)
                items[i]
                    .child("priority")
                    ->fault("is that of the rule on line " + std::to_string(same->second) + " too",
                            "give each rule a priority of its own");
        }
    }
}

} // namespace

std::vector<HttpRule> read_http_rules(const Value& value) {
    std::vector<HttpRule> rules;
    const std::vector<Value> items = value.items("a list of rules", max_rules_per_listener);
    for (const Value& item : items)
        rules.push_back(read_rule(item));
    set_priorities(items, rules);
    for (std::size_t i = 0; i < rules.size(); ++i)
        tell_fault(items[i], rules[i], "write several rules, or several values in one condition");
    return rules;
}

void in_priority_order(Config& config) {
    for (Listener& listener : config.listeners)
        if (listener.http) std::ranges::stable_sort(listener.http->rules, {}, &HttpRule::priority);
}

} // namespace sallyport::config
