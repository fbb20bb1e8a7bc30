// SPDX-License-Identifier: Apache-2.0
// Faults of listeners of HTTP, HTTPS and TLS, of their logs, and of rules for decrypted legs.
#include "config/load.hpp"

#include "base_config.hpp"
#include "http_config.hpp"

#include <catch2/catch.hpp>

using namespace sallyport::config;

namespace {

const KeyPlace in_https = {
    .replaced = "ssl_policy: modern", .before = "", .behind = "", .line = 47, .path = "listeners[1]"};

KeyPlace in_rules() {
    return {.replaced = "      - {conditions: [{path_pattern: [\"/api/*\"]}], actions: [{forward: rpc}]}\n",
            .before = "      - {",
            .behind =
                ", request_headers: {set: {X-Rpc: \"1\"}}}\n      - {conditions: [{path_pattern: /rpc}], actions: "
                "[{forward: rpc}]}\n",
            .line = 44,
            .path = "listeners[1].rules[0]"};
}

const KeyPlace in_action = {.replaced = "default_action: {forward: web, target_group_stickiness: 1h}",
                            .before = "default_action: {",
                            .behind = "}",
                            .line = 46,
                            .path = "listeners[1].default_action"};

/// Before the other rules of the policy, on line 20.
KeyPlace in_policy() {
    return {.replaced = "policy:\n",
            .before = "policy:\n  - {match: {",
            .behind = "}, chain: perimeter}\n",
            .line = 20,
            .path = "policy[0].match"};
}

} // namespace

TEST_CASE("what a listener's protocol leaves nothing for is found") {
    const KeyFault of_https[] = {
        {"a mode", "mode: proxy", ".mode", "is always `proxy`", "remove it"},
        {"the idle time of TCP", "tcp_idle_timeout: 60s", ".tcp_idle_timeout", "a listener of HTTP", "`idle_timeout`"},
        {"the idle time of UDP", "udp_idle_timeout: 60s", ".udp_idle_timeout", "a listener of HTTP", "`idle_timeout`"},
        {"headers before HTTP", "proxy_protocol_from: 10.0.0.0/8", ".proxy_protocol_from", "a listener of HTTP",
         "remove it"},
    };
    check_key_faults(in_https, of_https, http_config());
    const KeyPlace in_http = {.replaced = "port: 80, protocol: HTTP,",
                              .before = "port: 80, protocol: HTTP, ",
                              .behind = ",",
                              .line = 36,
                              .path = "listeners[0]"};
    const KeyFault of_http[] = {
        {"certificates", "certificates: []", ".certificates", "needs a listener that speaks TLS", "`protocol: HTTPS`"},
        {"a policy", "ssl_policy: modern", ".ssl_policy", "needs a listener that speaks TLS", "`protocol: HTTPS`"},
        {"headers of TLS", "tls_headers: true", ".tls_headers", "needs a listener that speaks TLS",
         "`protocol: HTTPS`"},
    };
    check_key_faults(in_http, of_http, http_config());
    const KeyPlace in_tls = {.replaced = "    address: 192.0.2.11\n",
                             .before = "    ",
                             .behind = "\n    address: 192.0.2.11\n",
                             .line = 49,
                             .path = "listeners[2]"};
    const KeyFault of_tls[] = {
        {"a mode", "mode: rewrite", ".mode", "is always `proxy`", "remove it"},
        {"rules", "rules: []", ".rules", "says nothing to a listener with `protocol: TLS`", "remove it"},
        {"an attribute of HTTP", "http2: true", ".http2", "needs a listener that speaks HTTP", "HTTP` or HTTPS"},
        {"a log of HTTP", "access_log: front", ".access_log", "needs a listener that speaks HTTP", "HTTP` or HTTPS"},
    };
    check_key_faults(in_tls, of_tls, http_config());
}

TEST_CASE("faults of a listener's TLS are found where they are") {
    const KeyFault cases[] = {
        {"a policy is known", "ssl_policy: ELBSecurityPolicy-TLS13-1-2-2021-06", ".ssl_policy",
         "is not modern, intermediate or compat", "write modern"},
        {"an ALPN policy is known", "alpn_policy: HTTP2Olny", ".alpn_policy", "is not None",
         "did you mean `HTTP2Only`?"},
        {"HTTP/2 on and off", "alpn_policy: HTTP2Preferred\n    http2: false", ".alpn_policy", "`http2: false`",
         "remove one"},
        {"clients are asked somehow", "mutual_authentication: {}", ".mutual_authentication.mode", "is missing",
         "passthrough"},
        {"verified against something", "mutual_authentication: {mode: verify}", ".mutual_authentication.trust_store",
         "is missing", "trust_store: ca.pem"},
        {"a trust store that nobody asks", "mutual_authentication: {mode: passthrough, trust_store: ca.pem}",
         ".mutual_authentication.trust_store", "says nothing while", "`mode: verify`"},
        {"a trust store that is not there", "mutual_authentication: {mode: verify, trust_store: /nonexistent/ca.pem}",
         ".mutual_authentication.trust_store", "can not be read: No such file", "path of a file"},
        {"a trust store that is a folder", "mutual_authentication: {mode: verify, trust_store: /}",
         ".mutual_authentication.trust_store", "no regular file", "path of a file"},
        {"keys of tickets that there are not", "ticket_key_rotation: 1h\n    session_tickets: false",
         ".ticket_key_rotation", "without session tickets", "remove it"},
        {"tickets of a minute", "ticket_key_rotation: 59s", ".ticket_key_rotation", "1m to 168h", "1m to 168h"},
        {"a handshake of a second", "handshake_timeout: 61s", ".handshake_timeout", "1s to 1m", "1s to 1m"},
    };
    check_key_faults(in_https, cases, http_config());
}

TEST_CASE("faults of certificates are found where they are") {
    const std::string certificate = "[{certificate: " + some_file() + ", key: " + some_file() + "}]\n    access_log";
    const KeyPlace place = {.replaced = certificate,
                            .before = "",
                            .behind = "\n    access_log",
                            .line = 41,
                            .path = "listeners[1].certificates"};
    const std::string keyless = "[{certificate: " + some_file() + "}]";
    const std::string lost = "[{certificate: /nonexistent/web.pem, key: " + some_file() + "}]";
    const KeyFault cases[] = {
        {"there is one", "[]", "", "holds no certificate", "web.pem"},
        {"a list of them", "web.pem", "", "where a list belongs", "web.pem"},
        {"each with its key", keyless.c_str(), "[0].key", "is missing", "web.key"},
        {"each in a file", lost.c_str(), "[0].certificate", "can not be read: No such file", "path of a file"},
    };
    check_key_faults(place, cases, http_config());
    const std::string whole = "    certificates: " + certificate;
    const FaultCase missing[] = {{"HTTPS has certificates", whole.c_str(), "    access_log", 37,
                                  "listeners[1].certificates", "is missing", "web.pem"}};
    check_fault_cases(missing, http_config());
}

TEST_CASE("faults of a listener's attributes are found where they are") {
    const KeyFault cases[] = {
        {"a desync mode", "desync_mitigation_mode: strictst", ".desync_mitigation_mode", "is not monitor",
         "did you mean `strictest`?"},
        {"what becomes of X-Forwarded-For", "xff_header_processing: drop", ".xff_header_processing", "is not append",
         "preserve or remove"},
        {"trace headers", "trace_header: aws", ".trace_header", "is not none", "w3c"},
        {"an idle time of ALB", "idle_timeout: 4001s", ".idle_timeout", "1s to 4000s", "1s to 4000s"},
        {"an age of ALB", "client_keep_alive: 59s", ".client_keep_alive", "1m to 168h", "1m to 168h"},
        {"a known time", "timeouts: {connect: 1s}", ".timeouts.connect", "is not a key", "target_connect"},
        {"a known limit", "limits: {stream: 1}", ".limits.stream", "is not a key", "`streams`?"},
        {"a field larger than all", "limits: {header_bytes: 65537}", ".limits.header_bytes", "never reached",
         "`request_headers_bytes`"},
        {"no streams", "limits: {streams: 0}", ".limits.streams", "1 to 4096", "1 to 4096"},
        {"a page of success", "error_pages: {200: {body: a}}", ".error_pages.200", "is no status of an error",
         "400 to 599"},
        {"a page of nothing", "error_pages: {502: {}}", ".error_pages.502", "has neither `body` nor `file`",
         "one of the two"},
        {"a page of two", "error_pages: {502: {body: a, file: b}}", ".error_pages.502", "has a `body` and a `file`",
         "one of the two"},
        {"a page that is not there", "error_pages: {502: {file: /nonexistent/502.html}}", ".error_pages.502.file",
         "can not be read: No such file", "path of a file"},
        {"a page without end", "error_pages: {502: {file: /dev/zero}}", ".error_pages.502.file",
         "longer than 65536 bytes", "shorten it"},
        {"a header of the connection", "request_headers: {remove: [Connection]}", ".request_headers.remove[0]",
         "the gateway's own", "messages' own"},
        {"a header that is none", "response_headers: {set: {'X A': b}}", ".response_headers.set.X A",
         "no header can have", "messages' own"},
    };
    check_key_faults(in_https, cases, http_config());
}

TEST_CASE("faults of an action are found where they are") {
    const KeyFault cases[] = {
        {"none", "", "", "says nothing of what becomes of requests", "forward: NAME"},
        {"two", "forward: web, fixed_response: {status_code: 200}", "", "several actions", "one of"},
        {"stickiness of a redirect", "redirect: {host: a, status_code: 301}, target_group_stickiness: 1h",
         ".target_group_stickiness", "belongs to `forward`", "remove it"},
        {"stickiness of ALB", "forward: web, target_group_stickiness: 604801s", ".target_group_stickiness",
         "1s to 168h", "1s to 168h"},
        {"a group that there is not", "forward: wab", ".forward", "`wab`, which there is not", "`web`?"},
        {"a group of TLS", "forward: inner", ".forward", "takes TLS alone, and the listener's protocol is HTTPS",
         "`protocol: HTTP` or HTTPS"},
        {"a redirect has a status", "redirect: {host: a}", ".redirect.status_code", "is missing", "301"},
        {"a redirect's status", "redirect: {host: a, status_code: 304}", ".redirect", "`status_code` is not 301",
         "keywords"},
        {"a redirect to itself", "redirect: {status_code: 301}", ".redirect", "round in a circle", "keywords"},
        {"out of TLS", "redirect: {protocol: HTTP, port: \"80\", status_code: 301}", ".redirect",
         "leads from HTTPS to HTTP", "`protocol: HTTPS`"},
        {"an answer has a status", "fixed_response: {}", ".fixed_response.status_code", "is missing", "404"},
        {"an answer's type", "fixed_response: {status_code: 200, content_type: image/png}", ".fixed_response",
         "`content_type` is not", "ALB"},
        {"signing in is of a later version", "forward: web, authenticate_oidc: {}", ".authenticate_oidc",
         "not supported yet", "remove it"},
        {"tokens are of a later version", "forward: web, jwt_validation: {}", ".jwt_validation", "not supported yet",
         "remove it"},
    };
    // Without the group `web` somewhere else, its not being named would be a warning.
    std::string text = http_config();
    text.insert(text.find("    ssl_policy: modern"), "    client_keep_alive: 60s\n");
    const std::size_t rule = text.find("actions: [{fixed_response: {status_code: 404}}]");
    REQUIRE(rule != std::string::npos);
    text.replace(rule, 47, "actions: [{forward: web}]");
    check_key_faults(in_action, cases, text);
}

TEST_CASE("faults of a rule are found where they are") {
    const KeyFault cases[] = {
        {"conditions", "actions: [{forward: rpc}]", ".conditions", "is missing", "path_pattern"},
        {"no conditions", "conditions: [], actions: [{forward: rpc}]", ".conditions", "is empty", "1 to 5"},
        {"six conditions",
         "conditions: [{source_ip: 10.0.0.0/8}, {http_header: {name: a, values: a}}, {http_header: {name: b, values: "
         "a}}, {http_header: {name: c, values: a}}, {http_header: {name: d, values: a}}, {path_pattern: /}], actions: "
         "[{forward: rpc}]",
         ".conditions", "more than 5", "shorten it"},
        {"an unknown condition", "conditions: [{path: /}], actions: [{forward: rpc}]", ".conditions[0].path",
         "is not a key", "known are"},
        {"two in one", "conditions: [{path_pattern: /, source_ip: 10.0.0.0/8}], actions: [{forward: rpc}]",
         ".conditions[0]", "has 2 keys where one belongs", "an item of its own"},
        {"two of one kind", "conditions: [{path_pattern: /a}, {path_pattern: /b}], actions: [{forward: rpc}]", "",
         "two conditions of one kind", "several values in one"},
        {"six values", "conditions: [{path_pattern: [/a, /b, /c, /d, /e, /f]}], actions: [{forward: rpc}]",
         ".conditions[0].path_pattern", "more than 5 values", "what ALB allows"},
        {"an expression that is none", "conditions: [{path_pattern: [{regex: \"a(\"}]}], actions: [{forward: rpc}]",
         ".conditions[0].path_pattern[0]", "is not a regular expression", "RE2"},
        {"a header has a name", "conditions: [{http_header: {values: a}}], actions: [{forward: rpc}]",
         ".conditions[0].http_header.name", "is missing", "User-Agent"},
        {"a header has values", "conditions: [{http_header: {name: a}}], actions: [{forward: rpc}]",
         ".conditions[0].http_header.values", "is missing", "Chrome"},
        {"a query has a value", "conditions: [{query_string: {key: a}}], actions: [{forward: rpc}]",
         ".conditions[0].query_string.value", "is missing", "v1"},
        {"a method's letters", "conditions: [{http_request_method: get}], actions: [{forward: rpc}]",
         ".conditions[0].http_request_method", "is not a method", "what ALB allows"},
        {"a source is a prefix", "conditions: [{source_ip: here}], actions: [{forward: rpc}]",
         ".conditions[0].source_ip", "is not an IP prefix", "198.51.100.0/24"},
        {"an action", "conditions: [{path_pattern: /}]", ".actions", "is missing", "forward: api"},
        {"two actions", "conditions: [{path_pattern: /}], actions: [{forward: rpc}, {forward: web}]", ".actions",
         "has 2 entries where one belongs", "one action"},
        {"out of TLS", "conditions: [{path_pattern: /}], actions: [{redirect: {protocol: HTTP, status_code: 302}}]",
         ".actions[0].redirect", "leads from HTTPS to HTTP", "`protocol: HTTPS`"},
        {"a rewrite twice",
         "conditions: [{path_pattern: /}], actions: [{forward: rpc}], transforms: [{url_rewrite: {regex: a, replace: "
         "b}}, {url_rewrite: {regex: c, replace: d}}]",
         ".transforms[1].url_rewrite", "stands here twice", "keep one"},
        {"a rewrite of nothing",
         "conditions: [{path_pattern: /}], actions: [{forward: rpc}], transforms: [{url_rewrite: {replace: b}}]",
         ".transforms[0].url_rewrite.regex", "is missing", "^/api"},
        {"a group that there is not",
         "conditions: [{path_pattern: /}], actions: [{forward: rpc}], transforms: [{url_rewrite: {regex: a, replace: "
         "\"$1\"}}]",
         ".transforms[0].url_rewrite", "names `$1`", "RE2"},
        {"a priority of ALB", "priority: 50001, conditions: [{path_pattern: /}], actions: [{forward: rpc}]",
         ".priority", "1 to 50000", "1 to 50000"},
    };
    // The other rules have no priority, which would be found, too.
    check_key_faults(in_rules(), std::span(cases).first(std::size(cases) - 1), http_config());
    std::string text = http_config();
    text.replace(text.find("{host_header: www.example.org}]"), 31, "{host_header: www.example.org}], priority: 7");
    KeyPlace place = in_rules();
    place.behind = "}\n      - {priority: 9, conditions: [{path_pattern: /rpc}], actions: [{forward: rpc}]}\n";
    check_key_faults(place, std::span(cases).last(1), text);
    const KeyFault priorities[] = {
        {"one twice", "priority: 7, conditions: [{path_pattern: /}], actions: [{forward: rpc}]", "",
         "is that of the rule on line", "of its own"},
        {"one without", "conditions: [{path_pattern: /}], actions: [{forward: rpc}]", "", "has no priority",
         "all rules"},
    };
    check_key_faults(place, std::span(priorities).last(1), text);
    place.line = 46;
    place.path = "listeners[1].rules[2].priority";
    check_key_faults(place, std::span(priorities).first(1), text);
}

TEST_CASE("faults of the sections of HTTP are found where they are") {
    const KeyPlace logs = {.replaced = "http_logs: {front: {requests: front.log}}",
                           .before = "http_logs: {front: ",
                           .behind = "}",
                           .line = 54,
                           .path = "http_logs.front"};
    const KeyFault of_logs[] = {
        {"something is written", "{format: json}", "", "writes nothing down", "`requests: FILE`"},
        {"a format is known", "{format: JSON, requests: a}", ".format", "is not alb or json", "`json`?"},
        {"files of a size", "{requests: a, file_size: 1}", ".file_size", "1048576 to", "1048576"},
        {"one file for two", "{requests: a, connections: a}", ".connections",
         "is the file of `http_logs.front.requests`, too", "of its own"},
    };
    check_key_faults(logs, of_logs, http_config());
    const FaultCase cases[] = {
        {"a log that there is not", "    access_log: front\n", "    access_log: font\n", 42, "listeners[1].access_log",
         "names the log `font`, which there is not", "did you mean `front`?"},
        {"threads", "http_logs:", "http: {threads: 17}\nhttp_logs:", 54, "http.threads", "1 to 16", "1 to 16"},
        {"keys that are not there", "http_logs:", "http: {cookie_keys: /nonexistent/keys}\nhttp_logs:", 54,
         "http.cookie_keys", "can not be read", "path of a file"},
        {"the file of flows", "http_logs:", "flow_log: {path: front.log}\nhttp_logs:", 55, "http_logs.front.requests",
         "is the file of `flow_log.path`, too", "of its own"},
    };
    check_fault_cases(std::span(cases).last(3), http_config());
    // Nobody would write to the other one.
    std::string text = http_config();
    text.replace(text.find("port: 80, protocol: HTTP,"), 25, "port: 80, protocol: HTTP, access_log: front,");
    check_fault_cases(std::span(cases).first(1), text);
}

TEST_CASE("groups that a listener can not speak to are found") {
    const FaultCase cases[] = {
        {"requests to TLS", "    default_action: {forward: inner}", "    default_action: {forward: rpc}", 53,
         "listeners[2].default_action.forward", "takes HTTPS alone, and the listener's protocol is TLS",
         "`protocol: TCP` or TLS"},
        {"packets to HTTP", "http_logs:",
         "  - {name: tcp, address: 192.0.2.12, port: 80, protocol: TCP, default_action: {forward: web}}\nhttp_logs:",
         54, "listeners[3].default_action.forward", "takes HTTP alone, and the listener's protocol is TCP",
         "`protocol: TCP`"},
        {"plain connections to TLS", "http_logs:",
         "  - {name: tcp, address: 192.0.2.12, port: 80, protocol: TCP, mode: proxy, default_action: {forward: "
         "inner}}\nhttp_logs:",
         54, "listeners[3].default_action.forward", "takes TLS alone, and the listener's protocol is TCP",
         "`protocol: TCP`"},
        {"one address and port", "address: 192.0.2.11\n    port: 443", "address: 192.0.2.10\n    port: 443", 48,
         "listeners[2]", "as listener `https` does", "another address or port"},
    };
    check_fault_cases(std::span(cases).subspan(1), http_config());
    const FaultCase both[] = {
        {"TLS to what takes UDP, too", "listeners:\n",
         "  both: {protocol: TCP_UDP, port: 53, targets: [{address: 203.0.113.41}]}\nlisteners:\n", 54,
         "listeners[2].default_action.forward[1].target_group",
         "takes TCP_UDP alone, and the listener's protocol is TLS", "`protocol: TCP` or TLS"},
    };
    std::string text = http_config();
    text.replace(text.find("{forward: inner}"), 16, "{forward: [{target_group: inner}, {target_group: both}]}");
    check_fault_cases(both, text);
    text = http_config();
    text.insert(text.find("http_logs:"), "  - {name: other, address: 192.0.2.12, port: 443, protocol: TLS, "
                                         "certificates: [{certificate: " +
                                             some_file() + ", key: " + some_file() +
                                             "}], default_action: {forward: \"inner\"}}\n");
    check_fault_cases(std::span(cases).first(1), text);
}

TEST_CASE("faults of rules for decrypted legs are found where they are") {
    const KeyFault cases[] = {
        {"a leg is known", "leg: plain", ".leg", "is not decrypted", "write decrypted"},
        {"the gateway begins it", "leg: decrypted, direction: southbound", ".direction", "says nothing of a decrypted",
         "remove it"},
        {"from its own address", "leg: decrypted, source: 10.0.0.0/8", ".source", "says nothing of a decrypted",
         "remove it"},
        {"and port", "leg: decrypted, source_port: 80", ".source_port", "says nothing of a decrypted", "remove it"},
        {"by TCP", "leg: decrypted, protocol: udp", ".protocol", "names no TCP", "remove it"},
        {"to a group that there is", "leg: decrypted, target_group: wob", ".target_group", "`wob`, which there is not",
         "`web`?"},
        {"to groups that there are", "leg: decrypted, target_group: [web, wob]", ".target_group[1]",
         "`wob`, which there is not", "`web`?"},
        {"other flows have no group", "target_group: web", ".target_group", "known of a decrypted leg alone",
         "`leg: decrypted`"},
    };
    check_key_faults(in_policy(), cases, http_config());
    const FaultCase hidden[] = {{"behind all legs", "policy:\n",
                                 "policy:\n  - {match: {leg: decrypted}, chain: none}\n"
                                 "  - {match: {leg: decrypted, target_group: web}, chain: perimeter}\n",
                                 21, "policy[1]", "matches every decrypted leg before it", "move this rule"}};
    check_fault_cases(hidden, http_config());
}

TEST_CASE("what of HTTP works and is likely not meant is a warning") {
    const FaultCase cases[] = {
        {"a log that nobody writes", "    access_log: front\n", "", 53, "http_logs.front", "no listener writes to it",
         "`access_log`"},
        {"a time that is never up", "ssl_policy: modern", "timeouts: {target_response: 61s}", 47,
         "listeners[1].timeouts.target_response", "longer than `idle_timeout`", "raise `idle_timeout`"},
        {"clients that are not behind a leg", "    stickiness: five_tuple", "    client_address: true", 10,
         "appliance_groups.firewalls.client_address", "no decrypted leg visits the group", "leg: decrypted"},
        {"a group that is not used", "[{forward: rpc}]", "[{forward: web}]", 29, "target_groups.rpc",
         "no listener forwards to it", "default_action"},
    };
    check_warning_cases(cases, http_config());
    const FaultCase legs[] = {
        {"a leg without a proxy", "policy:\n", "policy:\n  - {match: {leg: decrypted}, chain: perimeter}\n", 20,
         "policy[0].match.leg", "no listener ends connections", "HTTPS"},
    };
    check_warning_cases(legs, base_config);
    const FaultCase groups[] = {
        {"a group that no proxy forwards to", "policy:\n",
         "policy:\n  - {match: {leg: decrypted, target_group: [web, other]}, chain: perimeter}\n", 20,
         "policy[0].match.target_group[1]", "no listener of TLS", "name one"},
    };
    std::string text = http_config();
    text.insert(text.find("listeners:\n"), "  other: {protocol: TCP, port: 80, targets: [{address: 203.0.113.41}]}\n");
    text.insert(text.find("http_logs:"),
                "  - {name: other, address: 192.0.2.13, port: 80, protocol: TCP, default_action: {forward: other}}\n");
    check_warning_cases(groups, text);
}
