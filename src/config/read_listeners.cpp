// SPDX-License-Identifier: Apache-2.0
// Listeners: where clients connect to, and which target groups that leads to. Keys that say nothing to the listener's
// protocol or mode are faults.
#include "config/scalar.hpp"
#include "config/sections.hpp"

#include <algorithm>

namespace sallyport::config {

namespace {

using namespace std::chrono_literals;

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

/// `forward: web`, or a list with weights.
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

std::vector<ForwardShare> read_action(const Value& value) {
    const Fields fields(value, {"forward"},
                        {"redirect", "fixed_response", "authenticate_oidc", "authenticate_cognito", "jwt_validation"});
    const auto forward = fields.require("forward", "add `forward: NAME`, the name of a target group");
    return forward ? read_forward(*forward) : std::vector<ForwardShare>{};
}

/// Names are compared without regard to case (RFC 6066 3, RFC 4343): kept in small letters.
void read_server_name(const Value& value, std::vector<std::string>& names) {
    constexpr std::string_view expected = "a host name, such as www.example.org or \"*.example.org\"";
    auto written = value.text(expected);
    if (!written) return;
    const bool is_wildcard = written->starts_with("*.");
    if (!is_host_name(std::string_view(*written).substr(is_wildcard ? 2 : 0))) {
        value.fault_is_not("a host name, nor `*.` and one", "write " + std::string(expected));
        return;
    }
    for (char& c : *written)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    names.push_back(std::move(*written));
}

/// The one item that a list of conditions or actions may hold here.
std::optional<Value> only_item(const Value& list, std::string_view expected) {
    const std::vector<Value> items = list.items(expected, max_values_per_match);
    if (items.size() == 1) return items.front();
    if (list.node().kind == Node::Kind::sequence && list.node().children.size() <= max_values_per_match)
        list.fault(items.empty() ? "is empty" : "has " + std::to_string(items.size()) + " entries where one belongs",
                   "write " + std::string(expected));
    return std::nullopt;
}

ListenerRule read_rule(const Value& value) {
    ListenerRule rule;
    rule.line = value.line();
    constexpr std::string_view condition_expected = "one condition, such as `[{server_name: [\"*.example.org\"]}]`";
    constexpr std::string_view action_expected = "one action, such as `[{forward: api}]`";
    const Fields fields(value, {"conditions", "actions"}, {"priority"});
    const auto conditions = fields.require("conditions", "add " + std::string(condition_expected));
    if (const auto condition = conditions ? only_item(*conditions, condition_expected) : std::nullopt) {
        const Fields kinds(
            *condition, {"server_name"},
            {"path_pattern", "host_header", "http_header", "http_request_method", "query_string", "source_ip"});
        if (const auto names = kinds.require("server_name", "add `server_name: [www.example.org]`"))
            for (const Value& item : names->items_or_one("a host name or a list of them", max_values_per_match))
                read_server_name(item, rule.server_names);
    }
    const auto actions = fields.require("actions", "add " + std::string(action_expected));
    if (const auto action = actions ? only_item(*actions, action_expected) : std::nullopt)
        rule.forward = read_action(*action);
    return rule;
}

/// Reports keys that say nothing to a listener of this protocol and mode.
void check_keys_fit(const Fields& fields, const Listener& listener) {
    const auto refuse = [&](std::initializer_list<std::string_view> keys, std::string_view what) {
        for (const std::string_view key : keys)
            if (const auto value = fields.find(key))
                value->fault("says nothing to a listener with " + std::string(what), "remove it");
    };
    if (listener.protocol == L4Protocol::udp)
        refuse({"tcp_idle_timeout", "tcp_midstream", "half_open_limit"}, "`protocol: UDP`");
    if (listener.protocol == L4Protocol::tcp) refuse({"udp_idle_timeout"}, "`protocol: TCP`");
    if (listener.mode == ListenerMode::proxy) return;
    for (const std::string_view key : {"rules", "proxy_protocol_from"})
        if (const auto value = fields.find(key))
            value->fault("needs connections that end at the gateway",
                         listener.protocol == L4Protocol::tcp ? "add `mode: proxy`, or remove it" : "remove it");
}

/// Nothing when a mode is written that there is not.
std::optional<ListenerMode> read_mode(const Fields& fields, const Listener& listener) {
    const auto value = fields.find("mode");
    if (!value) return ListenerMode::rewrite;
    const auto mode = value->choice<ListenerMode>({{"rewrite", ListenerMode::rewrite}, {"proxy", ListenerMode::proxy}});
    if (mode == ListenerMode::proxy && listener.protocol != L4Protocol::tcp)
        value->fault("accepts connections of TCP alone", "write `protocol: TCP`, or remove it");
    return mode;
}

Listener read_listener(const Value& value) {
    Listener listener;
    listener.line = value.line();
    const Fields fields(value,
                        {"name", "endpoint", "address", "port", "protocol", "mode", "default_action", "rules",
                         "tcp_idle_timeout", "udp_idle_timeout", "tcp_midstream", "half_open_limit", "allow", "deny",
                         "proxy_protocol_from"},
                        {"certificates", "ssl_policy", "alpn_policy", "mutual_authentication"});
    if (!fields) return listener;
    if (const auto name = fields.require("name", "add a name, such as `name: web`"))
        listener.name = name->name("the listener's name").value_or("");
    if (const auto endpoint = fields.find("endpoint"))
        listener.endpoint = endpoint->text("the name of an endpoint").value_or("");
    if (const auto address = fields.require("address", "add the address that clients connect to, such as 192.0.2.10"))
        listener.address = read_host_address(*address, "that clients can connect to",
                                             "write an address of the gateway, such as 192.0.2.10")
                               .value_or(IpAddress{});
    if (fields.require("port", "add the port that clients connect to, such as `port: 443`"))
        fields.integer("port", listener.port, 1, 65'535);
    const auto written = fields.require("protocol", "add `protocol: TCP`, UDP or TCP_UDP");
    const auto protocol = written ? read_l4_protocol(*written) : std::nullopt;
    listener.protocol = protocol.value_or(listener.protocol);
    const auto mode = read_mode(fields, listener);
    listener.mode = mode.value_or(ListenerMode::rewrite);
    if (const auto action = fields.require("default_action", "add `default_action: {forward: NAME}`"))
        listener.forward = read_action(*action);
    if (const auto rules = fields.find("rules"))
        for (const Value& item : rules->items("a list of rules", max_rules_per_listener))
            listener.rules.push_back(read_rule(item));
    fields.duration("tcp_idle_timeout", listener.tcp_idle, 60s, 6000s);
    fields.duration("udp_idle_timeout", listener.udp_idle, 1s, 6000s);
    if (const auto midstream = fields.find("tcp_midstream"))
        listener.tcp_midstream = read_tcp_midstream(*midstream).value_or(listener.tcp_midstream);
    fields.integer("half_open_limit", listener.half_open_limit, 16, 1'048'576);
    listener.allow = read_prefixes(fields, "allow");
    listener.deny = read_prefixes(fields, "deny");
    listener.proxy_protocol_from = read_prefixes(fields, "proxy_protocol_from");
    if (protocol && mode) check_keys_fit(fields, listener);
    if (value.report().has_error_under(value.path())) listener.port = 0;
    return listener;
}

} // namespace

std::vector<Listener> read_listeners(const Value& section) {
    std::vector<Listener> listeners;
    constexpr std::string_view expected = "a list of listeners, such as `- {name: web, address: 192.0.2.10, port: 80, "
                                          "protocol: TCP, default_action: {forward: web}}`";
    for (const Value& value : section.items(expected, max_listeners))
        listeners.push_back(read_listener(value));
    return listeners;
}

} // namespace sallyport::config
