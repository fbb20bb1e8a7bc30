// SPDX-License-Identifier: Apache-2.0
// Target groups and their targets, in ELB's words. Keys that say nothing in a group of that protocol are faults.
#include "config/http_sections.hpp"
#include "config/sections.hpp"

#include <array>

namespace sallyport::config {

namespace {

using namespace std::chrono_literals;

void refuse(const Fields& fields, std::string_view key, std::string problem, std::string advice) {
    if (const auto value = fields.find(key)) value->fault(std::move(problem), std::move(advice));
}

void read_algorithm(const Value& value, Algorithm& algorithm) {
    if (value.node().text == "least_outstanding_requests") {
        value.fault("counts requests, and the group's targets get flows",
                    "write least_connections, or `protocol: HTTP` or HTTPS");
        return;
    }
    const auto chosen = value.choice<Algorithm>({{"flow_hash", Algorithm::flow_hash},
                                                 {"round_robin", Algorithm::round_robin},
                                                 {"least_connections", Algorithm::least_connections},
                                                 {"ip_hash", Algorithm::ip_hash},
                                                 {"weighted_random", Algorithm::weighted_random}});
    algorithm = chosen.value_or(algorithm);
}

void read_client_addresses(const Fields& fields, TargetGroup& group) {
    constexpr std::string_view expected = "a list of addresses of the gateway, such as [203.0.113.5]";
    fields.boolean("preserve_client_ip", group.preserve_client_ip);
    if (const auto addresses = fields.find("source_addresses")) {
        for (const Value& item : addresses->items(expected, max_source_addresses)) {
            const auto address =
                read_host_address(item, "that the gateway can send from", "write " + std::string(expected));
            if (address) group.source_addresses.push_back(*address);
        }
    }
    fields.boolean("direct_server_return", group.direct_server_return);
    if (group.direct_server_return && !group.preserve_client_ip)
        refuse(fields, "direct_server_return", "needs the client's address, which `preserve_client_ip: false` replaces",
               "remove one of the two");
}

/// `stickiness: none`, or `stickiness: {type: source_ip, duration: 1h}`.
void read_stickiness(const Value& value, std::chrono::milliseconds& duration) {
    if (value.node().kind == Node::Kind::scalar) {
        (void)value.choice<bool>({{"none", false}});
        return;
    }
    const Fields fields(value, {"type", "duration"});
    const auto type = fields.require("type", "add `type: source_ip`");
    if (!type || is_later_word(*type, {"source_ip_dest_ip", "source_ip_dest_ip_proto"}, "write source_ip")) return;
    for (const std::string_view cookie : {"lb_cookie", "app_cookie"})
        if (type->node().text == cookie) {
            type->fault("needs requests that carry a cookie", "write source_ip, or `protocol: HTTP` or HTTPS");
            return;
        }
    if (!type->choice<bool>({{"source_ip", true}})) return;
    duration = 24h; // ELB's default for cookies; by source address it has none that can be set
    fields.duration("duration", duration, 1s, 168h);
}

/// `target_group_health: {unhealthy_state_routing: {minimum_healthy_targets: {count: 1, percentage: off}}}`.
void read_health_minimum(const Value& value, HealthyMinimum& minimum) {
    const Fields health(value, {"unhealthy_state_routing"}, {"dns_failover"});
    const auto routing = health.find("unhealthy_state_routing");
    if (!routing) return;
    const Fields parts(*routing, {"minimum_healthy_targets"});
    const auto targets = parts.find("minimum_healthy_targets");
    if (!targets) return;
    const Fields fields(*targets, {"count", "percentage"});
    fields.integer("count", minimum.count, 1, max_targets_per_group);
    const auto percentage = fields.find("percentage");
    if (percentage && percentage->node().text != "off") fields.integer("percentage", minimum.percent, 1, 100);
}

/// `target_health_state: {unhealthy: {connection_termination: false, draining_interval: 60s}}`.
void read_health_state(const Value& value, TargetGroup& group) {
    const Fields states(value, {"unhealthy"});
    const auto unhealthy = states.find("unhealthy");
    if (!unhealthy) return;
    const Fields fields(*unhealthy, {"connection_termination", "draining_interval"});
    fields.boolean("connection_termination", group.unhealthy_termination);
    fields.duration("draining_interval", group.unhealthy_draining, 0s, 360'000s);
    if (group.unhealthy_termination && group.unhealthy_draining > 0s)
        refuse(fields, "draining_interval", "says nothing while connections are ended at once",
               "remove it, or write `connection_termination: false`");
}

void read_health(const Fields& fields, TargetGroup& group, const std::filesystem::path& base) {
    group.health_check = group.http ? default_http_check(group) : default_target_check();
    group.health_check->line = group.line;
    if (const auto check = fields.find("health_check")) {
        if (check->node().kind == Node::Kind::scalar && check->node().text == "none") {
            group.health_check.reset();
        } else {
            group.health_check = read_target_check(*check, group, base);
        }
    }
    fields.boolean("passive_check", group.passive_check);
    if (const auto health = fields.find("target_group_health")) read_health_minimum(*health, group.healthy_minimum);
    if (const auto state = fields.find("target_health_state")) read_health_state(*state, group);
}

/// Only TCP has connections that can be refused, and only the proxy's begin with a header.
void check_udp(const Fields& fields, TargetGroup& group) {
    if (group.protocol != L4Protocol::udp) return;
    if (fields.has("passive_check") && group.passive_check)
        refuse(fields, "passive_check", "counts connections of TCP, and the group's `protocol` is UDP", "remove it");
    group.passive_check = false;
    if (group.proxy_protocol_v2)
        refuse(fields, "proxy_protocol_v2", "heads connections of TCP, and the group's `protocol` is UDP", "remove it");
}

Target read_target(const Value& value, const TargetGroup& group) {
    Target target;
    target.line = value.line();
    target.port = group.port;
    const Fields fields(value, {"name", "address", "port", "weight", "zone"});
    if (const auto address = fields.require("address", "add its address, such as `address: 203.0.113.11`"))
        target.address = read_host_address(*address, "that a target can have",
                                           "write the address that it takes connections at, such as 203.0.113.11")
                             .value_or(IpAddress{});
    fields.integer("port", target.port, 1, 65'535);
    fields.integer("weight", target.weight, 0, 999);
    if (const auto zone = fields.find("zone")) target.zone = zone->name("the zone's name").value_or("");
    if (const auto name = fields.find("name")) target.name = name->name("the target's name").value_or("");
    if (!target.name.empty() || target.address.is_unspecified()) return target;
    const std::string address = target.address.to_string();
    target.name = (target.address.is_v4() ? address : "[" + address + "]") + ":" + std::to_string(target.port);
    return target;
}

constexpr std::array<std::string_view, 4> http_keys = {"protocol_version", "anomaly_mitigation", "connections",
                                                       "retries"};

/// Reports keys that say nothing to a group of this protocol.
void check_keys_fit(const Fields& fields, Protocol protocol) {
    if (has_tls(protocol) || has_http(protocol))
        for (const std::string_view key : {"preserve_client_ip", "direct_server_return", "source_addresses"})
            refuse(fields, key, "says nothing where the gateway opens connections of its own", "remove it");
    if (!has_tls(protocol))
        refuse(fields, "tls", "needs targets that are spoken TLS to", "remove it, or write `protocol: HTTPS` or TLS");
    if (!has_http(protocol)) {
        for (const std::string_view key : http_keys)
            refuse(fields, key, "needs targets that are spoken HTTP to",
                   "remove it, or write `protocol: HTTP` or HTTPS");
    } else {
        refuse(fields, "proxy_protocol_v2", "heads connections, and the group's targets get requests of many",
               "remove it, or write `protocol: TLS` or TCP");
    }
}

/// What decides among targets: algorithm and stickiness, and what HTTP and TLS have beyond TCP.
void read_balance(const Fields& fields, TargetGroup& group, const std::filesystem::path& base) {
    const auto tls = fields.find("tls");
    if (tls && group.tls) group.tls = read_tls_client(*tls, base);
    const auto stickiness = fields.find("stickiness");
    if (group.http) {
        read_http_group(fields, group);
        if (stickiness) read_http_stickiness(*stickiness, group);
    } else {
        if (const auto algorithm = fields.find("algorithm")) read_algorithm(*algorithm, group.algorithm);
        if (stickiness) read_stickiness(*stickiness, group.source_ip_stickiness);
    }
}

/// ALB refuses the two together, too: a target that joins has the fewest requests.
void check_slow_start(const Fields& fields, const TargetGroup& group) {
    if (group.http && group.slow_start > 0s && group.algorithm == Algorithm::least_connections)
        refuse(fields, "slow_start", "does not go with `algorithm: least_outstanding_requests`",
               "remove it, or choose another algorithm");
}

/// Where they differ from NLB's: requests at an unhealthy target are left to it, and those at one whose deregistration
/// delay is over are ended (502).
void set_alb_defaults(TargetGroup& group) {
    group.cross_zone = true;
    group.unhealthy_termination = false;
    group.deregistration_termination = true;
}

void read_protocol_of(const Fields& fields, TargetGroup& group) {
    const auto written = fields.require("protocol", "add `protocol: TCP`, UDP, TCP_UDP, TLS, HTTP or HTTPS");
    const auto protocol = written ? read_protocol(*written) : std::nullopt;
    if (!protocol) return;
    group.protocol = l4_of(*protocol);
    if (has_http(*protocol)) group.http.emplace();
    if (has_tls(*protocol)) group.tls.emplace().line = group.line;
    if (group.http) set_alb_defaults(group);
    check_keys_fit(fields, *protocol);
}

TargetGroup read_target_group(const Value& value, const std::filesystem::path& base) {
    TargetGroup group;
    group.name = value.key();
    group.line = value.line();
    std::vector<std::string_view> known = {"protocol",
                                           "port",
                                           "algorithm",
                                           "preserve_client_ip",
                                           "source_addresses",
                                           "direct_server_return",
                                           "proxy_protocol_v2",
                                           "cross_zone",
                                           "stickiness",
                                           "health_check",
                                           "passive_check",
                                           "target_group_health",
                                           "deregistration_delay",
                                           "connection_termination",
                                           "target_health_state",
                                           "slow_start",
                                           "targets",
                                           "tls"};
    known.insert(known.end(), http_keys.begin(), http_keys.end());
    const Fields fields(value, known, {"target_type", "ip_address_type", "target_failover"});
    read_protocol_of(fields, group);
    if (fields.require("port", "add the port that targets take traffic at, such as `port: 8080`"))
        fields.integer("port", group.port, 1, 65'535);
    read_balance(fields, group, base);
    if (!group.http && !group.tls) read_client_addresses(fields, group);
    fields.boolean("proxy_protocol_v2", group.proxy_protocol_v2);
    fields.boolean("cross_zone", group.cross_zone);
    read_health(fields, group, base);
    fields.duration("deregistration_delay", group.deregistration_delay, 0s, 3600s);
    fields.boolean("connection_termination", group.deregistration_termination);
    fields.duration("slow_start", group.slow_start, 0s, 900s);
    check_slow_start(fields, group);
    check_udp(fields, group);
    constexpr std::string_view expected = "a list, such as `- {address: 203.0.113.11}`";
    if (const auto targets = fields.require("targets", "add " + std::string(expected)))
        for (const Value& item : targets->items(expected, max_targets_per_group))
            group.targets.push_back(read_target(item, group));
    if (value.report().has_error_under(value.path())) group.port = 0;
    return group;
}

} // namespace

std::vector<TargetGroup> read_target_groups(const Value& section, const std::filesystem::path& base) {
    std::vector<TargetGroup> groups;
    for (const Value& value : section.named("a map from group names to target groups", max_target_groups))
        groups.push_back(read_target_group(value, base));
    return groups;
}

} // namespace sallyport::config
