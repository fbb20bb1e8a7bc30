// SPDX-License-Identifier: Apache-2.0
// Listeners of HTTP, HTTPS and TLS, logs and decrypted legs as they are read: every key, and what stands where a key
// does not.
#include "config/load.hpp"

#include "base_config.hpp"
#include "http_config.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::config;
using namespace std::chrono_literals;

namespace {

/// The first listener of such lines behind http_config's target groups.
Listener listener_of(const std::string& lines) {
    std::string text = http_config();
    text.insert(text.find("listeners:\n") + 11, lines);
    return load_usable(text).listeners.front();
}

constexpr const char* fixed = "default_action: {fixed_response: {status_code: 200}}";

HttpServer server_with(const std::string& keys) {
    return listener_of("  - {name: x, address: 192.0.2.20, port: 80, protocol: HTTP, " + keys + ", " + fixed + "}\n")
        .http.value();
}

HttpRule rule_of(const std::string& keys) {
    return server_with("rules: [{" + keys + ", actions: [{forward: web}]}]").rules.at(0);
}

} // namespace

TEST_CASE("a listener of HTTP without further keys has ALB's defaults") {
    const Config config = load_usable(http_config());
    const Listener& http = config.listeners.at(0);
    CHECK(http.protocol == L4Protocol::tcp);
    CHECK(http.mode == ListenerMode::proxy);
    CHECK_FALSE(http.tls);
    CHECK(http.tcp_idle == 60s);
    REQUIRE(http.http);
    CHECK(http.http->rules.empty());
    CHECK(http.http->http2);
    CHECK(http.http->desync == DesyncMode::defensive);
    CHECK(http.http->timeouts.client_keep_alive == 3600s);
    CHECK(http.http->limits.streams == 128);
    CHECK(http.http->access_log.empty());
    const auto& redirect = std::get<RedirectAction>(http.http->default_action);
    CHECK(redirect.status == 301);
    CHECK(redirect.protocol == "HTTPS");
    CHECK(redirect.port == "443");
    CHECK(redirect.host == "#{host}");
    CHECK(redirect.path == "/#{path}");
    CHECK(redirect.query == "#{query}");
}

TEST_CASE("a listener of HTTPS has certificates and rules") {
    const Config config = load_usable(http_config());
    const Listener& https = config.listeners.at(1);
    REQUIRE(https.tls);
    CHECK(https.tls->certificates.at(0).certificate == some_file());
    CHECK(https.tls->certificates.at(0).key == some_file());
    CHECK(https.tls->certificates.at(0).ocsp.empty());
    CHECK(https.tls->policy == TlsPolicy::modern);
    CHECK(https.tls->alpn == AlpnPolicy::http2_preferred);
    CHECK(https.tls->mutual.mode == MutualTls::off);
    CHECK(https.tls->session_tickets);
    CHECK(https.tls->handshake_timeout == 10s);
    REQUIRE(https.http);
    CHECK(https.http->access_log == "front");
    const auto& forward = std::get<ForwardAction>(https.http->default_action);
    CHECK(forward.shares.at(0).target_group == "web");
    CHECK(forward.group_stickiness == 1h);
    const std::vector<HttpRule>& rules = https.http->rules;
    REQUIRE(rules.size() == 2);
    CHECK(rules[0].priority == 1);
    CHECK(rules[1].priority == 2);
    CHECK(std::get<PathPattern>(rules[0].conditions.at(0)).values.at(0) == Pattern{"/api/*", false});
    CHECK(std::get<ForwardAction>(rules[0].action).shares.at(0).target_group == "rpc");
    CHECK(std::get<FixedResponse>(rules[1].action).status == 404);
    CHECK(std::get<FixedResponse>(rules[1].action).content_type == "text/plain");
}

TEST_CASE("a listener of TLS forwards connections") {
    const Listener tls = load_usable(http_config()).listeners.at(2);
    CHECK(tls.mode == ListenerMode::proxy);
    CHECK_FALSE(tls.http);
    REQUIRE(tls.tls);
    CHECK(tls.tls->policy == TlsPolicy::intermediate);
    CHECK(tls.tls->alpn == AlpnPolicy::none);
    CHECK(tls.forward.at(0).target_group == "inner");
    CHECK(tls.tcp_idle == 350s);
}

TEST_CASE("every key of TLS can be written") {
    const std::string file = some_file();
    const TlsServer tls =
        listener_of("  - {name: x, address: 192.0.2.20, port: 443, protocol: TLS, default_action: {forward: inner}, "
                    "certificates: [{certificate: " +
                    file + ", key: " + file + ", ocsp: " + file +
                    "}], ssl_policy: compat, alpn_policy: HTTP2Optional, mutual_authentication: {mode: verify, "
                    "trust_store: " +
                    file + ", revocations: " + file +
                    ", ignore_client_certificate_expiry: true, advertise_trust_store_ca_names: true}, "
                    "ticket_key_rotation: 1h, session_tickets: true, handshake_timeout: 5s, tcp_idle_timeout: 60s, "
                    "proxy_protocol_from: 10.0.0.0/8}\n")
            .tls.value();
    CHECK(tls.certificates.at(0).ocsp == file);
    CHECK(tls.policy == TlsPolicy::compat);
    CHECK(tls.alpn == AlpnPolicy::http2_optional);
    CHECK(tls.mutual.mode == MutualTls::verify);
    CHECK(tls.mutual.trust_store == file);
    CHECK(tls.mutual.revocations == file);
    CHECK(tls.mutual.ignores_expiry);
    CHECK(tls.mutual.advertises_ca_names);
    CHECK(tls.ticket_key_rotation == 1h);
    CHECK(tls.handshake_timeout == 5s);
}

TEST_CASE("without HTTP/2 an HTTPS listener offers HTTP/1.1") {
    const Listener listener =
        listener_of("  - {name: x, address: 192.0.2.20, port: 443, protocol: HTTPS, http2: false, tls_headers: true, "
                    "certificates: [{certificate: " +
                    some_file() + ", key: " + some_file() + "}], " + fixed + "}\n");
    CHECK(listener.tls.value().alpn == AlpnPolicy::http1_only);
    CHECK_FALSE(listener.http.value().http2);
    CHECK(listener.http.value().tls_headers);
}

TEST_CASE("every attribute of an HTTP listener can be written") {
    const HttpServer server = server_with(
        "http2: false, desync_mitigation_mode: strictest, drop_invalid_header_fields: true, preserve_host_header: "
        "true, xff_header_processing: preserve, xff_client_port: true, forwarded_header: true, trace_header: both, "
        "server_header: false, idle_timeout: 4000s, client_keep_alive: 60s, timeouts: {header_read: 10s, "
        "target_connect: 1s, target_response: 30s}, request_headers: {set: {X-A: a}, add: {X-B: \"b c\"}, remove: "
        "[X-C]}, response_headers: {remove: X-D}, access_log: front");
    CHECK_FALSE(server.http2);
    CHECK(server.desync == DesyncMode::strictest);
    CHECK(server.drops_invalid_headers);
    CHECK(server.preserves_host);
    CHECK(server.forwarded_for == ForwardedFor::preserve);
    CHECK(server.forwarded_for_port);
    CHECK(server.forwarded);
    CHECK(server.trace == TraceHeader::both);
    CHECK_FALSE(server.server_header);
    CHECK(server.timeouts.idle == 4000s);
    CHECK(server.timeouts.client_keep_alive == 60s);
    CHECK(server.timeouts.header_read == 10s);
    CHECK(server.timeouts.target_connect == 1s);
    CHECK(server.timeouts.target_response == 30s);
    REQUIRE(server.request_headers.size() == 3);
    CHECK(server.request_headers[0].kind == HeaderChangeKind::remove);
    CHECK(server.request_headers[0].name == "X-C");
    CHECK(server.request_headers[1].kind == HeaderChangeKind::set);
    CHECK(server.request_headers[1].value == "a");
    CHECK(server.request_headers[2].kind == HeaderChangeKind::add);
    CHECK(server.request_headers[2].value == "b c");
    CHECK(server.response_headers.at(0).name == "X-D");
}

TEST_CASE("every limit of an HTTP listener can be written") {
    const HttpServer server = server_with(
        "limits: {request_line_bytes: 8192, header_bytes: 4096, request_headers_bytes: 32768, "
        "response_headers_bytes: 16384, headers: 64, streams: 32, requests: 100, request_body_bytes: 1048576, "
        "connections: 1000, connections_per_client: 10, body_bytes_per_second: 100}");
    CHECK(server.limits.request_line_bytes == 8192);
    CHECK(server.limits.header_bytes == 4096);
    CHECK(server.limits.request_headers_bytes == 32768);
    CHECK(server.limits.response_headers_bytes == 16384);
    CHECK(server.limits.headers == 64);
    CHECK(server.limits.streams == 32);
    CHECK(server.limits.requests == 100);
    CHECK(server.limits.request_body_bytes == 1'048'576);
    CHECK(server.limits.connections == 1000);
    CHECK(server.limits.connections_per_client == 10);
    CHECK(server.timeouts.body_bytes_per_second == 100);
}

TEST_CASE("the packet path keeps an idle flow as long as a request may take") {
    const auto idle = [](const std::string& keys) {
        return listener_of("  - {name: x, address: 192.0.2.20, port: 80, protocol: HTTP, " + keys + ", " + fixed +
                           "}\n")
            .flow_idle();
    };
    CHECK(idle("idle_timeout: 4000s") == 4030s);
    CHECK(idle("idle_timeout: 10s, timeouts: {header_read: 40s}") == 70s);
}

TEST_CASE("an error page is written there or in a file") {
    const HttpServer server = server_with(
        "error_pages: {502: {body: \"<h1>oh\\nno</h1>\"}, 503: {content_type: text/plain, file: " + some_file() + "}}");
    CHECK(server.error_pages.at(502).body == "<h1>oh\nno</h1>");
    CHECK(server.error_pages.at(502).content_type == "text/html");
    CHECK(server.error_pages.at(503).body == "<p>sorry</p>");
    CHECK(server.error_pages.at(503).content_type == "text/plain");
}

TEST_CASE("every condition of a rule can be written") {
    const HttpRule rule = rule_of(
        "name: all, priority: 50000, conditions: [{host_header: [\"*.example.org\", {regex: \"^a\"}]}, {http_header: "
        "{name: User-Agent, values: \"*Chrome*\"}}, {query_string: [{key: version, value: v1}, \"*x*\"]}, "
        "{http_request_method: [GET, HEAD]}, {source_ip: [10.0.0.0/8, 2001:db8::/32]}]");
    CHECK(rule.name == "all");
    CHECK(rule.priority == 50'000);
    REQUIRE(rule.conditions.size() == 5);
    const auto& host = std::get<HostHeader>(rule.conditions[0]);
    CHECK(host.values == std::vector<Pattern>{{"*.example.org", false}, {"^a", true}});
    const auto& header = std::get<HttpHeader>(rule.conditions[1]);
    CHECK(header.name == "User-Agent");
    CHECK(header.values == std::vector<Pattern>{{"*Chrome*", false}});
    const auto& query = std::get<QueryString>(rule.conditions[2]);
    REQUIRE(query.values.size() == 2);
    CHECK(query.values[0].key == Pattern{"version", false});
    CHECK(query.values[0].value == Pattern{"v1", false});
    CHECK_FALSE(query.values[1].key);
    CHECK(query.values[1].value == Pattern{"*x*", false});
    CHECK(std::get<RequestMethod>(rule.conditions[3]).values == std::vector<std::string>{"GET", "HEAD"});
    CHECK(std::get<SourceIp>(rule.conditions[4]).values.size() == 2);
}

TEST_CASE("a rule may rewrite, and change headers") {
    const HttpRule rule = rule_of(
        "conditions: [{path_pattern: {regex: ^/v1/}}], transforms: [{host_header_rewrite: {regex: \"^old\\\\.(.*)\", "
        "replace: \"new.$1\"}}, {url_rewrite: {regex: ^/v1/, replace: /}}], request_headers: {set: {X-V: \"1\"}}, "
        "response_headers: {add: {X-W: \"2\"}}");
    CHECK(std::get<PathPattern>(rule.conditions.at(0)).values.at(0) == Pattern{"^/v1/", true});
    REQUIRE(rule.host_rewrite);
    CHECK(rule.host_rewrite->regex == "^old\\.(.*)");
    CHECK(rule.host_rewrite->replacement == "new.$1");
    REQUIRE(rule.url_rewrite);
    CHECK(rule.url_rewrite->replacement == "/");
    CHECK(rule.request_headers.at(0).value == "1");
    CHECK(rule.response_headers.at(0).kind == HeaderChangeKind::add);
}

TEST_CASE("rules with priorities are in their order, whatever the file's is") {
    const HttpServer server =
        server_with("rules: [{priority: 20, conditions: [{path_pattern: /b}], actions: [{forward: web}]}, {priority: "
                    "10, conditions: [{path_pattern: /a}], actions: [{forward: web}]}]");
    REQUIRE(server.rules.size() == 2);
    CHECK(server.rules[0].priority == 10);
    CHECK(std::get<PathPattern>(server.rules[0].conditions.at(0)).values.at(0).text == "/a");
}

TEST_CASE("every key of a redirect and a fixed response can be written") {
    const auto action = [](const std::string& text) {
        return listener_of("  - {name: x, address: 192.0.2.20, port: 80, protocol: HTTP, default_action: {" + text +
                           "}}\n")
            .http.value()
            .default_action;
    };
    const auto redirect = std::get<RedirectAction>(
        action("redirect: {protocol: HTTPS, host: \"www.#{host}\", port: \"8443\", path: \"/x/#{path}\", query: \"\", "
               "status_code: 308}"));
    CHECK(redirect.status == 308);
    CHECK(redirect.host == "www.#{host}");
    CHECK(redirect.path == "/x/#{path}");
    CHECK(redirect.query.empty());
    const auto response = std::get<FixedResponse>(
        action("fixed_response: {status_code: 503, content_type: application/json, message_body: \"{\\n}\"}"));
    CHECK(response.status == 503);
    CHECK(response.content_type == "application/json");
    CHECK(response.body == "{\n}");
}

TEST_CASE("the sections of HTTP are read whole") {
    const Config defaults = load_usable(base_config);
    CHECK(defaults.http.threads == 1);
    CHECK(defaults.http.connections == 200'000);
    CHECK(defaults.http.cookie_keys.empty());
    std::string text = http_config();
    text.replace(text.find("{requests: front.log}"), 21,
                 "{format: json, requests: \"-\", connections: /var/log/c.log, file_size: 1048576, files: 100}");
    const Config config =
        load_usable(text + "http: {threads: 4, connections: 1000, cookie_keys: " + some_file() + "}\n");
    CHECK(config.http.threads == 4);
    CHECK(config.http.connections == 1000);
    CHECK(config.http.cookie_keys == some_file());
    const HttpLog& log = config.http_logs.at(0);
    CHECK(log.name == "front");
    CHECK(log.format == HttpLogFormat::json);
    CHECK(log.requests == "-");
    CHECK(log.connections == "/var/log/c.log");
    CHECK(log.file_bytes == 1U << 20U);
    CHECK(log.files == 100);
    CHECK(load_usable(http_config()).http_logs.at(0).requests == "/etc/sallyport/front.log");
}

TEST_CASE("a rule for decrypted legs stands behind one for everything") {
    std::string text = http_config();
    text.insert(text.find("routes:\n"),
                "  - {match: {leg: decrypted, target_group: [web, rpc]}, "
                "chain: perimeter}\n  - {match: {leg: decrypted, endpoint: office}, chain: none}\n");
    text.insert(text.find("    stickiness: five_tuple"), "    client_address: true\n");
    const Config config = load_usable(text);
    const Match& match = config.policy.at(3).match;
    CHECK(match.is_decrypted_leg);
    CHECK(match.target_groups == std::vector<std::string>{"web", "rpc"});
    CHECK_FALSE(config.policy.at(2).match.is_decrypted_leg);
    CHECK(config.appliance_groups.at(0).wants_client_address);
    CHECK_FALSE(config.appliance_groups.at(1).wants_client_address);
}
