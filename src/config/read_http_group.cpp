// SPDX-License-Identifier: Apache-2.0
// What target groups with `protocol: HTTP` or HTTPS have and others have not, in ALB's words.
#include "config/http_sections.hpp"
#include "config/sections.hpp"

#include <algorithm>

namespace sallyport::config {

namespace {

using namespace std::chrono_literals;

/// Of the outside: RFC 6265 4.1.1 (a token).
bool is_cookie_name(std::string_view name) {
    constexpr std::string_view separators = "()<>@,;:\\\"/[]?={}";
    return std::ranges::all_of(
        name, [&](char c) { return c > ' ' && c < 0x7f && separators.find(c) == std::string_view::npos; });
}

void read_cookie_name(const Fields& fields, HttpClient& http) {
    const auto value = fields.require("cookie_name", "add the name of the application's own cookie");
    if (!value) return;
    http.cookie_name = value->text("the name of a cookie").value_or("");
    if (!is_cookie_name(http.cookie_name)) {
        value->fault_is_not("a name that a cookie can have", "write the name of the application's own cookie");
    } else if (http.cookie_name.starts_with("AWSALB") || http.cookie_name.starts_with("SALLYPORT")) {
        value->fault("is a name of the gateway's own cookies: " + in_backticks(http.cookie_name),
                     "write the name of the application's own cookie");
    }
}

void read_algorithm(const Fields& fields, TargetGroup& group) {
    group.algorithm = Algorithm::round_robin;
    const auto value = fields.find("algorithm");
    if (!value) return;
    const std::string& word = value->node().text;
    if (word == "least_connections") {
        value->fault("counts flows, and the group's targets get requests", "write least_outstanding_requests");
    } else if (word == "flow_hash") {
        value->fault("spreads flows, and the group's targets get requests", "write ip_hash or round_robin");
    } else {
        const auto chosen = value->choice<Algorithm>({{"round_robin", Algorithm::round_robin},
                                                      {"least_outstanding_requests", Algorithm::least_connections},
                                                      {"ip_hash", Algorithm::ip_hash},
                                                      {"weighted_random", Algorithm::weighted_random}});
        group.algorithm = chosen.value_or(group.algorithm);
    }
}

} // namespace

void read_http_stickiness(const Value& value, TargetGroup& group) {
    if (value.node().kind == Node::Kind::scalar) {
        (void)value.choice<bool>({{"none", false}});
        return;
    }
    HttpClient& http = *group.http;
    enum class Kind { cookie, application, source };
    const Fields fields(value, {"type", "duration", "cookie_name", "cookie_names"});
    const auto type = fields.require("type", "add `type: lb_cookie`, app_cookie or source_ip");
    const auto kind =
        type ? type->choice<Kind>(
                   {{"lb_cookie", Kind::cookie}, {"app_cookie", Kind::application}, {"source_ip", Kind::source}})
             : std::nullopt;
    if (!kind) return;
    const auto refuse = [&](std::string_view key, std::string_view advice) {
        if (const auto said = fields.find(key)) said->fault("says nothing to this `type`", std::string(advice));
    };
    if (*kind == Kind::source) {
        group.source_ip_stickiness = 24h;
        fields.duration("duration", group.source_ip_stickiness, 1s, 168h);
        refuse("cookie_names", "remove it, or write `type: lb_cookie`");
    } else {
        http.cookie = *kind == Kind::cookie ? CookieKind::load_balancer : CookieKind::application;
        fields.duration("duration", http.cookie_duration, 1s, 168h);
        fields.choice<bool>("cookie_names", http.amazon_cookie_names, {{"sallyport", false}, {"amazon", true}});
    }
    if (*kind == Kind::application) {
        read_cookie_name(fields, http);
    } else {
        refuse("cookie_name", "remove it, or write `type: app_cookie`");
    }
}

void read_http_group(const Fields& fields, TargetGroup& group) {
    HttpClient& http = *group.http;
    fields.choice<ProtocolVersion>(
        "protocol_version", http.version,
        {{"HTTP1", ProtocolVersion::http1}, {"HTTP2", ProtocolVersion::http2}, {"GRPC", ProtocolVersion::grpc}});
    read_algorithm(fields, group);
    fields.choice<bool>("anomaly_mitigation", http.anomaly_mitigation,
                        {{"on", true}, {"off", false}, {"true", true}, {"false", false}});
    if (const auto mitigation = fields.find("anomaly_mitigation");
        mitigation && http.anomaly_mitigation && group.algorithm != Algorithm::weighted_random)
        mitigation->fault("needs `algorithm: weighted_random`", "write that, or remove it");
    if (const auto connections = fields.find("connections")) {
        const Fields kept(*connections, {"idle", "idle_time"});
        kept.integer("idle", http.idle_connections, 0, 65'536);
        kept.duration("idle_time", http.idle_time, 1s, 3600s);
    }
    fields.boolean("retries", http.retries);
}

} // namespace sallyport::config
