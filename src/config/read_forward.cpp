// SPDX-License-Identifier: Apache-2.0
// Where a listener or a rule sends flows and requests: target groups with their weights.
#include "config/http_sections.hpp"
#include "config/sections.hpp"

#include <algorithm>

namespace sallyport::config {

namespace {

constexpr std::string_view forward_expected =
    "a target group's name, or a list, such as `[{target_group: blue, weight: 90}, {target_group: green, weight: 10}]`";

ForwardShare read_share(const Value& value) {
    ForwardShare share;
    const Fields fields(value, {"target_group", "weight"});
    if (const auto group = fields.require("target_group", "add the name of a target group"))
        share.target_group = group->text("the name of a target group").value_or("");
    fields.integer("weight", share.weight, 0, 999);
    return share;
}

/// The group twice would get the sum of both weights, which nobody means.
void check_shares(const Value& value, const std::vector<ForwardShare>& shares) {
    for (std::size_t i = 0; i < shares.size(); ++i) {
        const auto end = shares.begin() + static_cast<std::ptrdiff_t>(i);
        const bool is_second = std::find_if(shares.begin(), end, [&](const ForwardShare& each) {
                                   return each.target_group == shares[i].target_group;
                               }) != end;
        if (is_second && !shares[i].target_group.empty())
            value.fault("names the target group " + in_backticks(shares[i].target_group) + " a second time",
                        "name a group once, with its whole weight");
    }
    if (std::ranges::all_of(shares, [](const ForwardShare& each) { return each.weight == 0; }))
        value.fault("gives every target group the weight 0: none would take a new flow",
                    "give at least one a weight from 1 to 999");
}

} // namespace

std::vector<ForwardShare> read_forward(const Value& value) {
    std::vector<ForwardShare> shares;
    if (value.node().kind == Node::Kind::scalar) {
        shares.push_back({.target_group = value.text(forward_expected).value_or("")});
        return shares;
    }
    for (const Value& item : value.items(forward_expected, max_target_groups_per_forward))
        shares.push_back(read_share(item));
    if (value.node().kind != Node::Kind::sequence) return shares;
    if (shares.empty() && value.node().children.empty()) {
        value.fault("names no target group", "write " + std::string(forward_expected));
    } else if (!shares.empty()) {
        check_shares(value, shares);
    }
    return shares;
}

std::vector<std::string_view> later_actions() {
    return {"authenticate_oidc", "authenticate_cognito", "jwt_validation"};
}

std::optional<Value> only_item(const Value& list, std::string_view expected) {
    const std::vector<Value> items = list.items(expected, max_values_per_match);
    if (items.size() == 1) return items.front();
    if (list.node().kind == Node::Kind::sequence && list.node().children.size() <= max_values_per_match)
        list.fault(items.empty() ? "is empty" : "has " + std::to_string(items.size()) + " entries where one belongs",
                   "write " + std::string(expected));
    return std::nullopt;
}

} // namespace sallyport::config
