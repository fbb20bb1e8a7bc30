// SPDX-License-Identifier: Apache-2.0
// Listeners: where clients connect to, and which target groups that leads to. Keys that say nothing to the listener's
// protocol or mode are faults.
#include "config/http_sections.hpp"
#include "config/scalar.hpp"
#include "config/sections.hpp"

#include <algorithm>

namespace sallyport::config {

namespace {

using namespace std::chrono_literals;

void refuse(const Fields& fields, std::span<const std::string_view> keys, const std::string& problem,
            const std::string& advice) {
    for (const std::string_view key : keys)
        if (const auto value = fields.find(key)) value->fault(problem, advice);
}

std::vector<ForwardShare> read_action(const Value& value) {
    const Fields fields(value, {"forward", "redirect", "fixed_response", "target_group_stickiness"}, later_actions());
    refuse(fields, std::initializer_list<std::string_view>{"redirect", "fixed_response", "target_group_stickiness"},
           "needs requests to answer", "remove it, or write `protocol: HTTP` or HTTPS in the listener");
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

ListenerRule read_rule(const Value& value) {
    ListenerRule rule;
    rule.line = value.line();
    constexpr std::string_view condition_expected = "one condition, such as `[{server_name: [\"*.example.org\"]}]`";
    constexpr std::string_view action_expected = "one action, such as `[{forward: api}]`";
    const Fields fields(value, {"conditions", "actions"});
    const auto conditions = fields.require("conditions", "add " + std::string(condition_expected));
    if (const auto condition = conditions ? only_item(*conditions, condition_expected) : std::nullopt) {
        const std::vector<std::string_view> of_http = {"path_pattern",        "host_header",  "http_header",
                                                       "http_request_method", "query_string", "source_ip"};
        std::vector<std::string_view> known = {"server_name"};
        known.insert(known.end(), of_http.begin(), of_http.end());
        const Fields kinds(*condition, known);
        refuse(kinds, of_http, "needs requests to look into", "write `server_name`, or `protocol: HTTP` or HTTPS");
        if (const auto names = kinds.require("server_name", "add `server_name: [www.example.org]`"))
            for (const Value& item : names->items_or_one("a host name or a list of them", max_values_per_match))
                read_server_name(item, rule.server_names);
    }
    const auto actions = fields.require("actions", "add " + std::string(action_expected));
    if (const auto action = actions ? only_item(*actions, action_expected) : std::nullopt)
        rule.forward = read_action(*action);
    return rule;
}

/// Reports keys that say nothing to a listener of this protocol.
void check_keys_fit(const Fields& fields, Protocol protocol) {
    using Keys = std::initializer_list<std::string_view>;
    constexpr const char* with = "says nothing to a listener with `protocol: ";
    if (protocol == Protocol::udp)
        refuse(fields, Keys{"tcp_idle_timeout", "tcp_midstream", "half_open_limit"}, with + std::string("UDP`"),
               "remove it");
    if (protocol == Protocol::tcp) refuse(fields, Keys{"udp_idle_timeout"}, with + std::string("TCP`"), "remove it");
    if (!has_tls(protocol))
        refuse(fields, tls_server_keys(), "needs a listener that speaks TLS",
               "remove it, or write `protocol: HTTPS` or TLS");
    if (!has_http(protocol)) {
        refuse(fields, http_server_keys(), "needs a listener that speaks HTTP",
               "remove it, or write `protocol: HTTP` or HTTPS");
    } else {
        refuse(fields, Keys{"tcp_idle_timeout", "udp_idle_timeout"}, "says nothing to a listener of HTTP",
               "write `idle_timeout`");
        refuse(fields, Keys{"proxy_protocol_from"}, "says nothing to a listener of HTTP", "remove it");
        if (!has_tls(protocol))
            refuse(fields, Keys{"tls_headers"}, "needs a listener that speaks TLS",
                   "remove it, or write `protocol: HTTPS`");
    }
    if (protocol == Protocol::tls)
        refuse(fields, Keys{"udp_idle_timeout", "rules"}, with + std::string("TLS`"), "remove it");
}

/// Reports keys that need connections which end at the gateway.
void check_mode_fits(const Fields& fields, const Listener& listener) {
    if (listener.mode == ListenerMode::proxy) return;
    using Keys = std::initializer_list<std::string_view>;
    refuse(fields, Keys{"rules", "proxy_protocol_from"}, "needs connections that end at the gateway",
           listener.protocol == L4Protocol::tcp ? "add `mode: proxy`, or remove it" : "remove it");
}

/// Nothing when a mode is written that there is not.
std::optional<ListenerMode> read_mode(const Fields& fields, Protocol protocol) {
    const auto value = fields.find("mode");
    if (has_tls(protocol) || has_http(protocol)) {
        if (value) value->fault("is always `proxy` where TLS or HTTP is spoken", "remove it");
        return ListenerMode::proxy;
    }
    if (!value) return ListenerMode::rewrite;
    const auto mode = value->choice<ListenerMode>({{"rewrite", ListenerMode::rewrite}, {"proxy", ListenerMode::proxy}});
    if (mode == ListenerMode::proxy && protocol != Protocol::tcp)
        value->fault("accepts connections of TCP alone", "write `protocol: TCP`, or remove it");
    return mode;
}

/// Where flows go that nobody looks into.
void read_forwards(const Fields& fields, Listener& listener) {
    if (const auto action = fields.require("default_action", "add `default_action: {forward: NAME}`"))
        listener.forward = read_action(*action);
    if (const auto rules = fields.find("rules"); rules && !listener.tls)
        for (const Value& item : rules->items("a list of rules", max_rules_per_listener))
            listener.rules.push_back(read_rule(item));
}

/// The packet path forgets no connection that a request may still use.
void set_idle(Listener& listener) {
    const HttpTimeouts& times = listener.http->timeouts;
    listener.tcp_idle = std::max({times.idle, times.header_read, times.target_response});
}

/// What the listener's protocol has beyond TCP and UDP.
void read_content(const Fields& fields, Protocol protocol, Listener& listener, const std::filesystem::path& base) {
    if (has_tls(protocol)) listener.tls = read_tls_server(fields, has_http(protocol), base);
    if (has_http(protocol)) {
        listener.http = read_http_server(fields, base);
        set_idle(listener);
    } else {
        read_forwards(fields, listener);
    }
}

/// Keys of all listeners. What it serves and where is required.
void read_place(const Fields& fields, Listener& listener) {
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
}

std::vector<std::string_view> known_keys() {
    std::vector<std::string_view> keys = {"name",
                                          "endpoint",
                                          "address",
                                          "port",
                                          "protocol",
                                          "mode",
                                          "default_action",
                                          "rules",
                                          "tcp_idle_timeout",
                                          "udp_idle_timeout",
                                          "tcp_midstream",
                                          "half_open_limit",
                                          "allow",
                                          "deny",
                                          "proxy_protocol_from"};
    for (const auto& more : {tls_server_keys(), http_server_keys()})
        keys.insert(keys.end(), more.begin(), more.end());
    return keys;
}

Listener read_listener(const Value& value, const std::filesystem::path& base) {
    Listener listener;
    listener.line = value.line();
    const Fields fields(value, known_keys());
    if (!fields) return listener;
    read_place(fields, listener);
    const auto written = fields.require("protocol", "add `protocol: TCP`, UDP, TCP_UDP, TLS, HTTP or HTTPS");
    const auto protocol = written ? read_protocol(*written) : std::nullopt;
    const Protocol spoken = protocol.value_or(Protocol::tcp);
    listener.protocol = l4_of(spoken);
    const auto mode = read_mode(fields, spoken);
    listener.mode = mode.value_or(ListenerMode::rewrite);
    fields.duration("tcp_idle_timeout", listener.tcp_idle, 60s, 6000s);
    fields.duration("udp_idle_timeout", listener.udp_idle, 1s, 6000s);
    if (protocol) read_content(fields, spoken, listener, base);
    if (const auto midstream = fields.find("tcp_midstream"))
        listener.tcp_midstream = read_tcp_midstream(*midstream).value_or(listener.tcp_midstream);
    fields.integer("half_open_limit", listener.half_open_limit, 16, 1'048'576);
    listener.allow = read_prefixes(fields, "allow");
    listener.deny = read_prefixes(fields, "deny");
    listener.proxy_protocol_from = read_prefixes(fields, "proxy_protocol_from");
    if (protocol) check_keys_fit(fields, spoken);
    if (protocol && mode) check_mode_fits(fields, listener);
    if (value.report().has_error_under(value.path())) listener.port = 0;
    return listener;
}

} // namespace

std::vector<Listener> read_listeners(const Value& section, const std::filesystem::path& base) {
    std::vector<Listener> listeners;
    constexpr std::string_view expected = "a list of listeners, such as `- {name: web, address: 192.0.2.10, port: 80, "
                                          "protocol: TCP, default_action: {forward: web}}`";
    for (const Value& value : section.items(expected, max_listeners))
        listeners.push_back(read_listener(value, base));
    return listeners;
}

} // namespace sallyport::config
