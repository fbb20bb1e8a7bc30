// SPDX-License-Identifier: Apache-2.0
// Target groups of HTTP, HTTPS and TLS: as they are read, and their faults.
#include "config/load.hpp"

#include "base_config.hpp"
#include "http_config.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::config;
using namespace std::chrono_literals;

namespace {

/// The group `web`, whose protocol is HTTP, with further keys.
TargetGroup web_with(const std::string& keys) {
    std::string text = http_config();
    text.replace(text.find("algorithm: round_robin"), 22, keys);
    return load_usable(text).target_groups.at(0);
}

HealthCheck rpc_check(const std::string& check) {
    std::string text = http_config();
    text.replace(text.find("{interval: 10s}"), 15, check);
    return load_usable(text).target_groups.at(1).health_check.value();
}

const KeyPlace in_web = {
    .replaced = "algorithm: round_robin", .before = "", .behind = "", .line = 28, .path = "target_groups.web"};
const KeyPlace in_rpc = {
    .replaced = "health_check: {interval: 10s}", .before = "", .behind = "", .line = 31, .path = "target_groups.rpc"};
const KeyPlace in_inner = {
    .replaced = "tls: {verify: none}", .before = "", .behind = "", .line = 34, .path = "target_groups.inner"};

} // namespace

TEST_CASE("a group of HTTP without further keys has ALB's defaults") {
    const Config config = load_usable(http_config());
    const TargetGroup& web = config.target_groups.at(0);
    CHECK(web.protocol == L4Protocol::tcp);
    CHECK_FALSE(web.tls);
    CHECK(web.algorithm == Algorithm::round_robin);
    CHECK(web.cross_zone);
    CHECK(web.deregistration_termination);
    CHECK_FALSE(web.unhealthy_termination);
    CHECK(web.source_ip_stickiness == 0s);
    REQUIRE(web.http);
    CHECK(web.http->version == ProtocolVersion::http1);
    CHECK(web.http->cookie == CookieKind::none);
    CHECK_FALSE(web.http->anomaly_mitigation);
    CHECK(web.http->idle_connections == 64);
    CHECK(web.http->retries);
    REQUIRE(web.health_check);
    CHECK(web.health_check->protocol == HealthProtocol::http);
    CHECK(web.health_check->port == 0);
    CHECK(web.health_check->interval == 30s);
    CHECK(web.health_check->timeout == 5s);
    CHECK(web.health_check->healthy_threshold == 5);
    CHECK(web.health_check->unhealthy_threshold == 2);
    CHECK(web.health_check->path == "/");
    REQUIRE(web.health_check->matcher.size() == 1);
    CHECK(web.health_check->matcher[0].first == 200);
    CHECK(web.health_check->matcher[0].last == 200);
    CHECK_FALSE(web.health_check->is_grpc);
    const TargetGroup& inner = config.target_groups.at(2);
    CHECK_FALSE(inner.http);
    CHECK_FALSE(inner.cross_zone);
    CHECK_FALSE(inner.deregistration_termination);
    CHECK(inner.unhealthy_termination);
    CHECK(inner.algorithm == Algorithm::flow_hash);
    CHECK_FALSE(inner.tls.value().verifies);
    CHECK(inner.health_check.value().protocol == HealthProtocol::tcp);
    CHECK(inner.health_check.value().timeout == 10s);
}

TEST_CASE("every key of a group of HTTP can be written") {
    const TargetGroup web =
        web_with("protocol_version: HTTP2, algorithm: weighted_random, anomaly_mitigation: on, connections: {idle: 8, "
                 "idle_time: 5s}, retries: false, cross_zone: false, slow_start: 30s, stickiness: {type: app_cookie, "
                 "duration: 1s, cookie_name: JSESSIONID, cookie_names: amazon}");
    CHECK(web.http.value().version == ProtocolVersion::http2);
    CHECK(web.algorithm == Algorithm::weighted_random);
    CHECK(web.http->anomaly_mitigation);
    CHECK(web.http->idle_connections == 8);
    CHECK(web.http->idle_time == 5s);
    CHECK_FALSE(web.http->retries);
    CHECK_FALSE(web.cross_zone);
    CHECK(web.http->cookie == CookieKind::application);
    CHECK(web.http->cookie_duration == 1s);
    CHECK(web.http->cookie_name == "JSESSIONID");
    CHECK(web.http->amazon_cookie_names);
    CHECK(web_with("algorithm: least_outstanding_requests").algorithm == Algorithm::least_connections);
    CHECK(web_with("algorithm: ip_hash").algorithm == Algorithm::ip_hash);
}

TEST_CASE("clients of HTTP stick by cookie or by address") {
    const TargetGroup cookie = web_with("stickiness: {type: lb_cookie}");
    CHECK(cookie.http.value().cookie == CookieKind::load_balancer);
    CHECK(cookie.http->cookie_duration == 24h);
    CHECK_FALSE(cookie.http->amazon_cookie_names);
    const TargetGroup source = web_with("stickiness: {type: source_ip, duration: 1h}");
    CHECK(source.http.value().cookie == CookieKind::none);
    CHECK(source.source_ip_stickiness == 1h);
    CHECK(web_with("stickiness: none").http.value().cookie == CookieKind::none);
}

TEST_CASE("groups of gRPC are checked by a call") {
    const HealthCheck elb = rpc_check("{interval: 10s}");
    CHECK(elb.is_grpc);
    CHECK(elb.protocol == HealthProtocol::https);
    CHECK(elb.path == "/AWS.ALB/healthcheck");
    CHECK(elb.grpc_matcher.at(0).first == 12);
    CHECK(elb.grpc_matcher.at(0).last == 12);
    const HealthCheck standard = rpc_check("{grpc_service: shop.Cart}");
    CHECK(standard.path == "/grpc.health.v1.Health/Check");
    CHECK(standard.grpc_service == "shop.Cart");
    CHECK(standard.grpc_matcher.at(0).first == 0);
    const HealthCheck whole = rpc_check("{path: /grpc.health.v1.Health/Check}");
    CHECK(whole.grpc_service.empty());
    CHECK(whole.grpc_matcher.at(0).last == 0);
    const HealthCheck own = rpc_check("{path: /shop.Cart/Ping, matcher: \"0,12-14\"}");
    CHECK(own.path == "/shop.Cart/Ping");
    REQUIRE(own.grpc_matcher.size() == 2);
    CHECK(own.grpc_matcher[1].last == 14);
    CHECK_FALSE(rpc_check("{protocol: TCP}").is_grpc);
    CHECK(rpc_check("{protocol: HTTP}").protocol == HealthProtocol::http);
}

TEST_CASE("every key of TLS to targets can be written") {
    std::string text = http_config();
    const std::string& file = some_file();
    text.replace(text.find("{verify: none}"), 14,
                 "{verify: full, ca: " + file + ", server_name: app.example.org, certificate: " + file +
                     ", key: " + file + ", ssl_policy: modern}, proxy_protocol_v2: true");
    const TargetGroup group = load_usable(text).target_groups.at(2);
    CHECK(group.proxy_protocol_v2);
    CHECK(group.tls.value().verifies);
    CHECK(group.tls->ca == file);
    CHECK(group.tls->server_name == "app.example.org");
    CHECK(group.tls->certificate == file);
    CHECK(group.tls->key == file);
    CHECK(group.tls->policy == TlsPolicy::modern);
    CHECK(load_usable(http_config()).target_groups.at(1).tls.value().verifies);
}

TEST_CASE("faults of a group of HTTP are found where they are") {
    const KeyFault cases[] = {
        {"flows are counted elsewhere", "algorithm: least_connections", ".algorithm", "counts flows",
         "least_outstanding_requests"},
        {"a hash of flows", "algorithm: flow_hash", ".algorithm", "spreads flows", "ip_hash or round_robin"},
        {"an algorithm is known", "algorithm: random", ".algorithm", "is not round_robin", "weighted_random"},
        {"a version is known", "protocol_version: HTTP3", ".protocol_version", "is not HTTP1, HTTP2 or GRPC",
         "`HTTP1`?"},
        {"anomalies by chance alone", "anomaly_mitigation: on", ".anomaly_mitigation",
         "needs `algorithm: weighted_random`", "write that"},
        {"a switch", "anomaly_mitigation: maybe", ".anomaly_mitigation", "is not on, off", "write on"},
        {"clients' addresses", "preserve_client_ip: true", ".preserve_client_ip", "opens connections of its own",
         "remove it"},
        {"answers past the gateway", "direct_server_return: true", ".direct_server_return",
         "opens connections of its own", "remove it"},
        {"addresses of the gateway", "source_addresses: [203.0.113.5]", ".source_addresses",
         "opens connections of its own", "remove it"},
        {"a header of connections", "proxy_protocol_v2: true", ".proxy_protocol_v2", "requests of many",
         "`protocol: TLS` or TCP"},
        {"TLS to plain targets", "tls: {}", ".tls", "needs targets that are spoken TLS to", "`protocol: HTTPS`"},
        {"a slow start", "algorithm: least_outstanding_requests, slow_start: 30s", ".slow_start", "does not go with",
         "another algorithm"},
        {"a stickiness has a type", "stickiness: {}", ".stickiness.type", "is missing", "lb_cookie"},
        {"a stickiness is known", "stickiness: {type: cookie}", ".stickiness.type", "is not lb_cookie", "app_cookie"},
        {"the application's cookie has a name", "stickiness: {type: app_cookie}", ".stickiness.cookie_name",
         "is missing", "application's own"},
        {"a cookie's name is a token", "stickiness: {type: app_cookie, cookie_name: 'a;b'}", ".stickiness.cookie_name",
         "is not a name that a cookie can have", "application's own"},
        {"AWS's cookies are not the application's", "stickiness: {type: app_cookie, cookie_name: AWSALBAPP-0}",
         ".stickiness.cookie_name", "is a name of the gateway's own cookies", "application's own"},
        {"nor are ours", "stickiness: {type: app_cookie, cookie_name: SALLYPORT}", ".stickiness.cookie_name",
         "is a name of the gateway's own cookies", "application's own"},
        {"a name for the gateway's cookie", "stickiness: {type: lb_cookie, cookie_name: a}", ".stickiness.cookie_name",
         "says nothing to this `type`", "`type: app_cookie`"},
        {"names without a cookie", "stickiness: {type: source_ip, cookie_names: amazon}", ".stickiness.cookie_names",
         "says nothing to this `type`", "`type: lb_cookie`"},
        {"a cookie lasts seven days", "stickiness: {type: lb_cookie, duration: 604801s}", ".stickiness.duration",
         "1s to 168h", "1s to 168h"},
        {"connections that are kept", "connections: {idle: 65537}", ".connections.idle", "0 to 65536", "0 to 65536"},
        {"not for ever", "connections: {idle_time: 3601s}", ".connections.idle_time", "1s to 1h", "1s to 1h"},
        {"a service is of gRPC", "health_check: {grpc_service: a}", ".health_check.grpc_service", "says nothing",
         "`protocol_version: GRPC`"},
        {"a code of gRPC", "health_check: {matcher: 12}", ".health_check.matcher", "is not a list of status codes",
         "200 to 599"},
    };
    check_key_faults(in_web, cases, http_config());
}

TEST_CASE("faults of checks by gRPC are found where they are") {
    const KeyFault cases[] = {
        {"a status of HTTP", "health_check: {matcher: 200}", ".health_check.matcher", "is not a list of codes of gRPC",
         "0 to 99"},
        {"two paths", "health_check: {path: /a.B/C, grpc_service: d}", ".health_check.grpc_service",
         "`path` is another", "remove `path`"},
        {"a service of TCP", "health_check: {protocol: TCP, grpc_service: d}", ".health_check.grpc_service",
         "says nothing to this check", "HTTP or HTTPS"},
    };
    check_key_faults(in_rpc, cases, http_config());
}

TEST_CASE("faults of TLS to targets are found where they are") {
    const KeyFault cases[] = {
        {"a map", "tls: true", ".tls", "where a map belongs", "verify"},
        {"a key is known", "tls: {verfy: none}", ".tls.verfy", "is not a key", "`verify`?"},
        {"verified or not", "tls: {verify: false}", ".tls.verify", "is not full or none", "write full or none"},
        {"certificates that are not asked", "tls: {verify: none, ca: ca.pem}", ".tls.ca", "says nothing while",
         "`verify: none`"},
        {"a name is one", "tls: {server_name: 'a b'}", ".tls.server_name", "is not a host name", "app.example.org"},
        {"a file that is not there", "tls: {ca: /nonexistent/ca.pem}", ".tls.ca",
         "the file `/nonexistent/ca.pem` can not be read: No such file", "path of a file"},
        {"a certificate without its key", "tls: {certificate: a.pem}", ".tls.key", "is missing", "private key"},
        {"a policy is known", "tls: {ssl_policy: old}", ".tls.ssl_policy", "is not modern, intermediate or compat",
         "modern"},
        {"cookies in connections", "tls: {verify: none}, stickiness: {type: lb_cookie}", ".stickiness.type",
         "needs requests that carry a cookie", "source_ip"},
        {"requests are counted elsewhere", "tls: {verify: none}, algorithm: least_outstanding_requests", ".algorithm",
         "counts requests", "least_connections"},
        {"a version of HTTP", "tls: {verify: none}, protocol_version: HTTP2", ".protocol_version",
         "needs targets that are spoken HTTP to", "`protocol: HTTP`"},
        {"clients' addresses", "tls: {verify: none}, preserve_client_ip: false", ".preserve_client_ip",
         "opens connections of its own", "remove it"},
    };
    // Without its key a certificate would be looked for, too.
    std::vector<KeyFault> others;
    for (const KeyFault& each : cases)
        if (std::string_view(each.below) != ".tls.key") others.push_back(each);
    check_key_faults(in_inner, others, http_config());
    const std::string keys = "tls: {certificate: " + some_file() + "}";
    const KeyFault lone[] = {{"a certificate without its key", keys.c_str(), ".tls.key", "is missing", "private key"}};
    check_key_faults(in_inner, lone, http_config());
}
