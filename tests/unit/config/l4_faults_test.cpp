// SPDX-License-Identifier: Apache-2.0
// Faults of target groups, listeners and the flow log that one entry alone shows.
#include "base_config.hpp"

#include <catch2/catch.hpp>

using namespace sallyport::config;

namespace {

constexpr const char* dns_group =
    "  dns:\n    protocol: TCP_UDP\n    port: 53\n    targets: [{address: 203.0.113.21}]\n";

} // namespace

TEST_CASE("a target group or endpoint that a listener names and there is not is found") {
    const FaultCase cases[] = {
        {"a group by its name alone", "default_action: {forward: dns}", "default_action: {forward: nds}", 43,
         "listeners[1].default_action.forward", "names the target group `nds`, which there is not",
         "did you mean `dns`?"},
        {"a group in a list", "target_group: web,", "target_group: wbe,", 49,
         "listeners[2].default_action.forward[0].target_group", "`wbe`, which there is not", "did you mean `web`?"},
        {"a group in a rule", "actions: [{forward: web}]", "actions: [{forward: api-gateway}]", 50,
         "listeners[2].rules[0].actions[0].forward", "`api-gateway`, which there is not", "under `target_groups`"},
        {"an endpoint", "endpoint: office", "endpoint: offices", 39, "listeners[1].endpoint", "the endpoint `offices`",
         "did you mean `office`?"},
    };
    check_fault_cases(cases, l4_config);
}

TEST_CASE("faults of a target group's values are found where they are") {
    const KeyFault cases[] = {
        {"a key is known", "algoritm: ip_hash", ".algoritm", "is not a key", "did you mean `algorithm`?"},
        {"a key of a later version", "target_type: ip", ".target_type", "not supported yet", "remove it"},
        {"a version of HTTP", "protocol_version: HTTP2", ".protocol_version", "needs targets that are spoken HTTP to",
         "`protocol: HTTP`"},
        {"TLS to targets", "tls: {verify: none}", ".tls", "needs targets that are spoken TLS to", "`protocol: HTTPS`"},
        {"anomalies of answers", "anomaly_mitigation: on", ".anomaly_mitigation", "spoken HTTP to", "remove it"},
        {"an algorithm is known", "algorithm: iphash", ".algorithm", "is not flow_hash", "did you mean `ip_hash`?"},
        {"an algorithm of requests", "algorithm: least_outstanding_requests", ".algorithm", "counts requests",
         "least_connections"},
        {"source addresses are a list", "source_addresses: 203.0.113.5", ".source_addresses", "where a list belongs",
         "[203.0.113.5]"},
        {"a source address is unicast", "source_addresses: [224.0.0.1]", ".source_addresses[0]",
         "is not an address that the gateway can send from", "[203.0.113.5]"},
        {"direct return shows clients' addresses", "direct_server_return: true, preserve_client_ip: false",
         ".direct_server_return", "needs the client's address", "remove one"},
        {"stickiness has a type", "stickiness: {duration: 1h}", ".stickiness.type", "is missing", "`type: source_ip`"},
        {"stickiness by cookie", "stickiness: {type: lb_cookie, duration: 1h}", ".stickiness.type",
         "needs requests that carry a cookie", "write source_ip"},
        {"stickiness of a later version", "stickiness: {type: source_ip_dest_ip}", ".stickiness.type",
         "`source_ip_dest_ip` is not supported yet", "write source_ip"},
        {"stickiness is known", "stickiness: {type: source_up}", ".stickiness.type", "is not source_ip",
         "did you mean `source_ip`?"},
        {"no stickiness is none", "stickiness: off", ".stickiness", "is not none", "write none"},
        {"stickiness lasts a second", "stickiness: {type: source_ip, duration: 999ms}", ".stickiness.duration",
         "1s to 168h", "1s to 168h"},
        {"stickiness lasts seven days", "stickiness: {type: source_ip, duration: 604801s}", ".stickiness.duration",
         "1s to 168h", "1s to 168h"},
        {"no check is none", "health_check: off", ".health_check", "where a map belongs", "protocol"},
        {"failover by DNS is of a later version", "target_group_health: {dns_failover: {}}",
         ".target_group_health.dns_failover", "not supported yet", "remove it"},
        {"one healthy target at least",
         "target_group_health: {unhealthy_state_routing: {minimum_healthy_targets: {count: 0}}}",
         ".target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "1 to 1024", "1 to 1024"},
        {"a hundred percent at most",
         "target_group_health: {unhealthy_state_routing: {minimum_healthy_targets: {percentage: 101}}}",
         ".target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "1 to 100", "1 to 100"},
        {"a drain that is never", "target_health_state: {unhealthy: {draining_interval: 1s}}",
         ".target_health_state.unhealthy.draining_interval", "says nothing while", "`connection_termination: false`"},
        {"a drain too long",
         "target_health_state: {unhealthy: {connection_termination: false, draining_interval: 360001s}}",
         ".target_health_state.unhealthy.draining_interval", "0s to 100h", "0s to 100h"},
        {"a delay too long", "deregistration_delay: 3601s", ".deregistration_delay", "0s to 1h", "0s to 1h"},
        {"a start too slow", "slow_start: 901s", ".slow_start", "0s to 15m", "0s to 15m"},
    };
    check_key_faults({.replaced = dns_group,
                      .before = "  dns: {protocol: TCP_UDP, port: 53, targets: [{address: 203.0.113.21}], ",
                      .behind = "}\n",
                      .line = 32,
                      .path = "target_groups.dns"},
                     cases, l4_config);
}

TEST_CASE("faults of a target group are found where they are") {
    constexpr const char* web_head = "    protocol: TCP\n    port: 8080\n";
    const FaultCase cases[] = {
        {"a group has a protocol", web_head, "    port: 8080\n", 26, "target_groups.web.protocol", "is missing", "TCP"},
        {"a group has a port", web_head, "    protocol: TCP\n", 26, "target_groups.web.port", "is missing", "8080"},
        {"a group has targets", "    targets: [{address: 203.0.113.21}]\n", "", 32, "target_groups.dns.targets",
         "is missing", "address: 203"},
        {"QUIC is of a later version", web_head, "    protocol: QUIC\n    port: 8080\n", 27,
         "target_groups.web.protocol", "`QUIC` is not supported yet", "write TCP, UDP or TCP_UDP"},
        {"GENEVE is for appliances", web_head, "    protocol: GENEVE\n    port: 8080\n", 27,
         "target_groups.web.protocol", "`GENEVE` is not supported yet", "`appliance_groups`"},
        {"words of ELB are in capitals", web_head, "    protocol: tcp\n    port: 8080\n", 27,
         "target_groups.web.protocol", "is not TCP, UDP, TCP_UDP, TLS, HTTP or HTTPS", "did you mean `TCP`?"},
        {"a target has an address", "- {address: 203.0.113.11}", "- {port: 80}", 30,
         "target_groups.web.targets[0].address", "is missing", "203.0.113.11"},
        {"a target's address is unicast", "- {address: 203.0.113.11}", "- {address: 127.0.0.1}", 30,
         "target_groups.web.targets[0].address", "is not an address that a target can have", "203.0.113.11"},
        {"a target's port is not 0", "port: 8081", "port: 0", 31, "target_groups.web.targets[1].port", "1 to 65535",
         "1 to 65535"},
        {"a target's weight", "weight: 2, name: web-2", "weight: 1000, name: web-2", 31,
         "target_groups.web.targets[1].weight", "0 to 999", "0 to 999"},
        {"a target's name is a name", "name: web-2", "name: 'web:2'", 31, "target_groups.web.targets[1].name",
         "is not a name", "begin with"},
        {"a target has known keys", "name: web-2", "nmae: web-2", 31, "target_groups.web.targets[1].nmae",
         "is not a key", "did you mean `name`?"},
    };
    check_fault_cases(cases, l4_config);
}

TEST_CASE("what only TCP has is found in a group of UDP") {
    const auto check = [](const char* sentence, const char* keys, const char* below, const char* problem) {
        const std::string text = base_config +
                                 "target_groups:\n  dns: {protocol: UDP, port: 53, targets: [{address: "
                                 "203.0.113.21}], " +
                                 keys +
                                 "}\nlisteners:\n  - {name: dns, address: "
                                 "192.0.2.10, port: 53, protocol: UDP, default_action: {forward: dns}}\n";
        const std::string path = "target_groups.dns." + std::string(below);
        const FaultCase whole[] = {{sentence, "", text.c_str(), 26, path.c_str(), problem, "remove it"}};
        check_fault_cases(whole);
    };
    check("refused connections", "passive_check: true", "passive_check", "counts connections of TCP");
    check("a header", "proxy_protocol_v2: true", "proxy_protocol_v2", "heads connections of TCP");
}

TEST_CASE("faults of a target's health check are found where they are") {
    const KeyFault cases[] = {
        {"no GENEVE to targets", "{protocol: geneve}", ".protocol", "is not TCP, HTTP or HTTPS", "write TCP"},
        {"in capitals", "{protocol: http}", ".protocol", "is not TCP, HTTP or HTTPS", "did you mean `HTTP`?"},
        {"no probe", "{probe: {}}", ".probe", "is not a key", "known are"},
        {"a path for TCP", "{path: /}", ".path", "says nothing", "`protocol: HTTP` or HTTPS"},
        {"certificates for HTTP", "{protocol: HTTP, ca: a.pem}", ".ca", "says nothing", "`protocol: HTTPS`"},
        {"a port is one", "{port: 0}", ".port", "is not traffic-port", "1 to 65535"},
        {"a port has 16 bits", "{port: 65536}", ".port", "is not traffic-port", "1 to 65535"},
        {"a port's word", "{port: traffic_port}", ".port", "is not traffic-port", "did you mean `traffic-port`?"},
        {"the default timeout", "{interval: 9s}", "", "a timeout of 10s, the default,", "at most 9s"},
        {"the default timeout of HTTP", "{protocol: HTTP, interval: 5s}", "", "a timeout of 6s, the default,",
         "at most 5s"},
    };
    check_key_faults({.replaced = "    targets: [{address: 203.0.113.21}]",
                      .before = "    health_check: ",
                      .behind = "\n    targets: [{address: 203.0.113.21}]",
                      .line = 35,
                      .path = "target_groups.dns.health_check"},
                     cases, l4_config);
}

TEST_CASE("faults of a listener are found where they are") {
    constexpr const char* web =
        "{name: web, address: 192.0.2.10, port: 80, protocol: TCP, default_action: {forward: web}}";
    constexpr const char* head = "{name: web, address: 192.0.2.10, port: 80, protocol: TCP, ";
    const FaultCase cases[] = {
        {"a listener is a map", web, "web", 37, "listeners[0]", "where a map belongs", "name"},
        {"a listener has a name", web, "{address: 192.0.2.10, port: 80, protocol: TCP, default_action: {forward: web}}",
         37, "listeners[0].name", "is missing", "name: web"},
        {"a listener has an address", web, "{name: web, port: 80, protocol: TCP, default_action: {forward: web}}", 37,
         "listeners[0].address", "is missing", "192.0.2.10"},
        {"a listener has a port", web,
         "{name: web, address: 192.0.2.10, protocol: TCP, default_action: {forward: web}}", 37, "listeners[0].port",
         "is missing", "443"},
        {"a listener has a protocol", web, "{name: web, address: 192.0.2.10, port: 80, default_action: {forward: web}}",
         37, "listeners[0].protocol", "is missing", "TCP_UDP"},
        {"a listener has an action", web, "{name: web, address: 192.0.2.10, port: 80, protocol: TCP}", 37,
         "listeners[0].default_action", "is missing", "forward: NAME"},
        {"QUIC is of a later version", "port: 80, protocol: TCP", "port: 80, protocol: TCP_QUIC", 37,
         "listeners[0].protocol", "`TCP_QUIC` is not supported yet", "TCP, UDP or TCP_UDP"},
        {"certificates need TLS", head, "{name: web, address: 192.0.2.10, port: 80, protocol: TCP, certificates: [], ",
         37, "listeners[0].certificates", "needs a listener that speaks TLS", "`protocol: HTTPS` or TLS"},
        {"attributes of HTTP", head, "{name: web, address: 192.0.2.10, port: 80, protocol: TCP, idle_timeout: 60s, ",
         37, "listeners[0].idle_timeout", "needs a listener that speaks HTTP", "`protocol: HTTP` or HTTPS"},
        {"a redirect needs requests", "default_action: {forward: web}", "default_action: {forward: web, redirect: {}}",
         37, "listeners[0].default_action.redirect", "needs requests to answer", "`protocol: HTTP` or HTTPS"},
        {"signing in is of a later version", "default_action: {forward: web}",
         "default_action: {forward: web, authenticate_oidc: {}}", 37, "listeners[0].default_action.authenticate_oidc",
         "not supported yet", "remove it"},
        {"an action forwards", "default_action: {forward: web}", "default_action: {}", 37,
         "listeners[0].default_action.forward", "is missing", "forward: NAME"},
        {"an address is the gateway's", "192.0.2.10, port: 80", "0.0.0.0, port: 80", 37, "listeners[0].address",
         "is not an address that clients can connect to", "192.0.2.10"},
        {"a proxy is of TCP", "    protocol: TCP_UDP\n    default",
         "    protocol: TCP_UDP\n    mode: proxy\n    default", 43, "listeners[1].mode",
         "accepts connections of TCP alone", "`protocol: TCP`"},
        {"rules need a proxy", "    mode: proxy\n", "", 49, "listeners[2].rules",
         "needs connections that end at the gateway", "add `mode: proxy`"},
        {"headers need a proxy", "    endpoint: office", "    proxy_protocol_from: 10.0.0.0/8", 39,
         "listeners[1].proxy_protocol_from", "needs connections that end", "remove it"},
        {"an idle time too short", head,
         "{name: web, address: 192.0.2.10, port: 80, protocol: TCP, tcp_idle_timeout: 59s, ", 37,
         "listeners[0].tcp_idle_timeout", "1m to 100m", "1m to 100m"},
        {"an idle time too long", head,
         "{name: web, address: 192.0.2.10, port: 80, protocol: TCP, tcp_idle_timeout: 6001s, ", 37,
         "listeners[0].tcp_idle_timeout", "1m to 100m", "1m to 100m"},
        {"an idle time of UDP too long", "    endpoint: office", "    udp_idle_timeout: 6001s", 39,
         "listeners[1].udp_idle_timeout", "1s to 100m", "1s to 100m"},
        {"an idle time of UDP for TCP", head,
         "{name: web, address: 192.0.2.10, port: 80, protocol: TCP, udp_idle_timeout: 9s, ", 37,
         "listeners[0].udp_idle_timeout", "says nothing to a listener with `protocol: TCP`", "remove it"},
        {"a midstream word", "    endpoint: office", "    tcp_midstream: rest", 39, "listeners[1].tcp_midstream",
         "drop, adopt or reset", "did you mean `reset`?"},
        {"few half-open connections", "    endpoint: office", "    half_open_limit: 15", 39,
         "listeners[1].half_open_limit", "16 to 1048576", "16 to 1048576"},
        {"an empty list of clients", "    endpoint: office", "    allow: []", 39, "listeners[1].allow",
         "is an empty list", "leave the key out"},
        {"a client's prefix", "    endpoint: office", "    deny: [10.0.0.1/8]", 39, "listeners[1].deny[0]", "bits set",
         "10.0.0.0/8"},
    };
    check_fault_cases(cases, l4_config);
}

TEST_CASE("what only TCP has is found in a listener of UDP") {
    for (const char* key : {"tcp_idle_timeout: 60s", "tcp_midstream: drop", "half_open_limit: 16"}) {
        const std::string by = "    protocol: UDP\n    " + std::string(key) + "\n    default_action: {forward: dns}";
        const std::string path = "listeners[1]." + std::string(key).substr(0, std::string(key).find(':'));
        const FaultCase whole[] = {{key, "    protocol: TCP_UDP\n    default_action: {forward: dns}", by.c_str(), 43,
                                    path.c_str(), "says nothing to a listener with `protocol: UDP`", "remove it"}};
        check_fault_cases(whole, l4_config);
    }
}

TEST_CASE("faults of what a listener forwards to are found where they are") {
    constexpr const char* both = "[{target_group: web, weight: 9}, {target_group: dns}]";
    constexpr const char* forward = "listeners[2].default_action.forward";
    constexpr const char* rule = "{conditions: [{server_name: [\"*.example.org\"]}], actions: [{forward: web}]}";
    const FaultCase cases[] = {
        {"nothing", both, "[]", 49, forward, "names no target group", "a target group's name"},
        {"too many", both,
         "[{target_group: a}, {target_group: b}, {target_group: c}, {target_group: d}, {target_group: e}, "
         "{target_group: f}]",
         49, forward, "more than 5", "shorten it"},
        {"a group twice", both, "[{target_group: web}, {target_group: web}]", 49, forward, "`web` a second time",
         "once"},
        {"weights of 0", both, "[{target_group: web, weight: 0}, {target_group: dns, weight: 0}]", 49, forward,
         "every target group the weight 0", "1 to 999"},
        {"a weight too large", both, "[{target_group: web, weight: 1000}]", 49,
         "listeners[2].default_action.forward[0].weight", "0 to 999", "0 to 999"},
        {"a group without a name", both, "[{weight: 1}]", 49, "listeners[2].default_action.forward[0].target_group",
         "is missing", "name of a target group"},
        {"a rule without conditions", rule, "{actions: [{forward: web}]}", 50, "listeners[2].rules[0].conditions",
         "is missing", "server_name"},
        {"a rule without actions", rule, "{conditions: [{server_name: a.example}]}", 50,
         "listeners[2].rules[0].actions", "is missing", "forward: api"},
        {"two conditions", rule, "{conditions: [{server_name: a}, {server_name: b}], actions: [{forward: web}]}", 50,
         "listeners[2].rules[0].conditions", "has 2 entries where one belongs", "one condition"},
        {"no action", rule, "{conditions: [{server_name: a}], actions: []}", 50, "listeners[2].rules[0].actions",
         "is empty", "one action"},
        {"a condition of HTTP", rule, "{conditions: [{server_name: a, path_pattern: [/]}], actions: [{forward: web}]}",
         50, "listeners[2].rules[0].conditions[0].path_pattern", "needs requests to look into", "`protocol: HTTP`"},
        {"a priority, which the order is", rule,
         "{priority: 1, conditions: [{server_name: a}], actions: [{forward: web}]}", 50,
         "listeners[2].rules[0].priority", "is not a key", "known are"},
        {"a name that is none", rule, "{conditions: [{server_name: ['a b']}], actions: [{forward: web}]}", 50,
         "listeners[2].rules[0].conditions[0].server_name[0]", "is not a host name", "*.example.org"},
        {"a star alone", rule, "{conditions: [{server_name: ['*']}], actions: [{forward: web}]}", 50,
         "listeners[2].rules[0].conditions[0].server_name[0]", "is not a host name", "*.example.org"},
        {"a star inside", rule, "{conditions: [{server_name: 'www.*.org'}], actions: [{forward: web}]}", 50,
         "listeners[2].rules[0].conditions[0].server_name", "is not a host name", "*.example.org"},
    };
    check_fault_cases(cases, l4_config);
}

TEST_CASE("faults of the flow log are found where they are") {
    const FaultCase cases[] = {
        {"a file", "flow_log: {path: flows.log}", "flow_log: {files: 2}", 51, "flow_log.path", "is missing",
         "flows.log"},
        {"a size too small", "flow_log: {path: flows.log}", "flow_log: {path: flows.log, file_size: 1048575}", 51,
         "flow_log.file_size", "1048576 to 4294967296", "1048576"},
        {"no file", "flow_log: {path: flows.log}", "flow_log: {path: flows.log, files: 0}", 51, "flow_log.files",
         "1 to 100", "1 to 100"},
        {"a map", "flow_log: {path: flows.log}", "flow_log: flows.log", 51, "flow_log", "where a map belongs", "path"},
        {"known keys", "flow_log: {path: flows.log}", "flow_log: {path: flows.log, size: 1}", 51, "flow_log.size",
         "is not a key", "known are"},
    };
    check_fault_cases(cases, l4_config);
}
