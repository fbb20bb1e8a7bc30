// SPDX-License-Identifier: Apache-2.0
// What HTTP and HTTPS listeners do with requests, and how their target groups are spoken to, as plain data in ALB's
// words. Values that a file does not give are ALB's defaults.
#pragma once

#include "support/address.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sallyport::config {

/// Where new flows or requests go, in proportion to the weights.
struct ForwardShare {
    std::string target_group;
    std::uint16_t weight = 1; // 0..999
    friend bool operator==(const ForwardShare&, const ForwardShare&) = default;
};

/// A text to compare with: with the wildcards `*` (any characters) and `?` (one), or a regular expression of RE2, which
/// has to match somewhere (anchors are its own).
struct Pattern {
    std::string text; // 1..128 characters
    bool is_regex = false;
    friend bool operator==(const Pattern&, const Pattern&) = default;
};

// Conditions: one of the values has to match. Host, header and query values are compared without regard to case.
struct HostHeader {
    std::vector<Pattern> values;
    friend bool operator==(const HostHeader&, const HostHeader&) = default;
};
struct PathPattern {
    std::vector<Pattern> values;
    friend bool operator==(const PathPattern&, const PathPattern&) = default;
};
struct HttpHeader {
    std::string name; // 1..40 characters
    std::vector<Pattern> values;
    friend bool operator==(const HttpHeader&, const HttpHeader&) = default;
};
struct QueryValue {
    std::optional<Pattern> key; // nothing: any
    Pattern value;
    friend bool operator==(const QueryValue&, const QueryValue&) = default;
};
struct QueryString {
    std::vector<QueryValue> values;
    friend bool operator==(const QueryString&, const QueryString&) = default;
};
struct RequestMethod {
    std::vector<std::string> values; // compared with regard to case
    friend bool operator==(const RequestMethod&, const RequestMethod&) = default;
};
/// The connection's peer, never what X-Forwarded-For says.
struct SourceIp {
    std::vector<IpPrefix> values;
    friend bool operator==(const SourceIp&, const SourceIp&) = default;
};
using Condition = std::variant<HostHeader, PathPattern, HttpHeader, QueryString, RequestMethod, SourceIp>;

struct ForwardAction {
    std::vector<ForwardShare> shares;              // 1..5
    std::chrono::milliseconds group_stickiness{0}; // the target-group cookie; 0: off; 1 s..7 days
    friend bool operator==(const ForwardAction&, const ForwardAction&) = default;
};
/// What is not given is as the request has it: `#{protocol}`, `#{host}`, `#{port}`, `#{path}` (without its first `/`),
/// `#{query}`.
struct RedirectAction {
    std::uint16_t status = 302;           // 301, 302, 303, 307, 308
    std::string protocol = "#{protocol}"; // or HTTP, HTTPS
    std::string host = "#{host}";
    std::string port = "#{port}";
    std::string path = "/#{path}";
    std::string query = "#{query}";
    friend bool operator==(const RedirectAction&, const RedirectAction&) = default;
};
struct FixedResponse {
    std::uint16_t status = 200; // 2xx, 4xx, 5xx
    std::string content_type = "text/plain";
    std::string body; // at most 1024 bytes
    friend bool operator==(const FixedResponse&, const FixedResponse&) = default;
};
using Action = std::variant<ForwardAction, RedirectAction, FixedResponse>;

/// RE2's first match is replaced; `$1` to `$9` are its groups, `$0` all of it.
struct Rewrite {
    std::string regex;
    std::string replacement;
    friend bool operator==(const Rewrite&, const Rewrite&) = default;
};

enum class HeaderChangeKind : std::uint8_t { set, add, remove };
struct HeaderChange {
    HeaderChangeKind kind = HeaderChangeKind::set;
    std::string name;
    std::string value; // not of remove
    friend bool operator==(const HeaderChange&, const HeaderChange&) = default;
};

struct HttpRule {
    std::string name;                  // empty: none
    std::uint32_t priority = 0;        // 1..50000, unique; the lowest that matches decides
    std::vector<Condition> conditions; // all have to hold
    Action action;
    std::optional<Rewrite> host_rewrite;
    std::optional<Rewrite> url_rewrite; // of path and query
    std::vector<HeaderChange> request_headers;
    std::vector<HeaderChange> response_headers;
    int line = 0;
    friend bool operator==(const HttpRule&, const HttpRule&) = default;
};

enum class DesyncMode : std::uint8_t { monitor, defensive, strictest };
enum class ForwardedFor : std::uint8_t { append, preserve, remove };
/// Which trace headers a request gets.
enum class TraceHeader : std::uint8_t { none, amazon, w3c, both };

struct HttpLimits {
    std::uint32_t request_line_bytes = 16'384;
    std::uint32_t header_bytes = 16'384;           // one field
    std::uint32_t request_headers_bytes = 65'536;  // all of them
    std::uint32_t response_headers_bytes = 32'768; // of a target
    std::uint32_t headers = 128;                   // how many
    std::uint32_t streams = 128;                   // HTTP/2, at one time
    std::uint32_t requests = 10'000;               // of one connection, then it is closed
    std::uint64_t request_body_bytes = 0;          // 0: no limit; more is answered with 413
    std::uint32_t connections = 100'000;           // of the listener
    std::uint32_t connections_per_client = 0;      // of one address; 0: no limit
    friend bool operator==(const HttpLimits&, const HttpLimits&) = default;
};

struct HttpTimeouts {
    std::chrono::milliseconds idle = std::chrono::seconds(60); // 1..4000 s, no byte while a request lives
    std::chrono::milliseconds client_keep_alive = std::chrono::seconds(3600); // 60..604800 s, a connection's age
    std::chrono::milliseconds header_read = std::chrono::seconds(30); // from a request's first byte to its head's last
    std::chrono::milliseconds target_connect = std::chrono::seconds(10); // with TLS another time as long
    std::chrono::milliseconds target_response = std::chrono::seconds(0); // to the head; 0: `idle` alone decides
    std::uint32_t body_bytes_per_second = 0; // a request's body slower than that, over ten seconds, is 408; 0: any
    friend bool operator==(const HttpTimeouts&, const HttpTimeouts&) = default;
};

struct ErrorPage {
    std::string content_type = "text/html";
    std::string body; // at most 64 KiB
    friend bool operator==(const ErrorPage&, const ErrorPage&) = default;
};

/// Of listeners with `protocol: HTTP` or HTTPS.
struct HttpServer {
    Action default_action;
    std::vector<HttpRule> rules;               // by priority
    std::vector<HeaderChange> request_headers; // of all requests, before a rule's
    std::vector<HeaderChange> response_headers;
    bool http2 = true; // by ALPN, and with prior knowledge in plain text
    DesyncMode desync = DesyncMode::defensive;
    bool drops_invalid_headers = false; // names that are not [-A-Za-z0-9]+
    bool preserves_host = false;        // off: with the listener's port added, where that is unusual, as ALB does
    ForwardedFor forwarded_for = ForwardedFor::append;
    bool forwarded_for_port = false; // the client's port as well
    bool forwarded = false;          // RFC 7239's field
    TraceHeader trace = TraceHeader::amazon;
    bool tls_headers = false;  // X-Amzn-Tls-Version, X-Amzn-Tls-Cipher-Suite
    bool server_header = true; // off: no Server field of ours in answers of ours
    HttpLimits limits;
    HttpTimeouts timeouts;
    std::map<std::uint16_t, ErrorPage> error_pages; // by status
    std::string access_log;                         // name of a log of `http_logs`; empty: none
    friend bool operator==(const HttpServer&, const HttpServer&) = default;
};

enum class ProtocolVersion : std::uint8_t { http1, http2, grpc };
enum class CookieKind : std::uint8_t { none, load_balancer, application };

/// Of target groups with `protocol: HTTP` or HTTPS.
struct HttpClient {
    ProtocolVersion version = ProtocolVersion::http1;
    CookieKind cookie = CookieKind::none;
    std::chrono::milliseconds cookie_duration = std::chrono::hours(24); // 1 s..7 days
    std::string cookie_name;                                            // application: the target's own cookie
    bool amazon_cookie_names = false;                               // AWSALB and its kin in the place of SALLYPORT's
    bool anomaly_mitigation = false;                                // with weighted_random
    std::uint32_t idle_connections = 64;                            // kept for later, of one target and one thread
    std::chrono::milliseconds idle_time = std::chrono::seconds(50); // that such a one may wait
    bool retries = true; // where it is safe: nothing was sent, or the method is idempotent and nothing was answered
    friend bool operator==(const HttpClient&, const HttpClient&) = default;
};

/// Where requests and connections of listeners are written down.
enum class HttpLogFormat : std::uint8_t { alb, json };
struct HttpLog {
    std::string name;
    HttpLogFormat format = HttpLogFormat::alb;
    std::string requests;    // file, made absolute; "-": standard output; empty: not written
    std::string connections; // the same
    std::uint64_t file_bytes = 64ULL << 20U;
    unsigned files = 4;
    int line = 0;
    friend bool operator==(const HttpLog&, const HttpLog&) = default;
};

/// Of the gateway: who serves HTTP, TLS.
struct HttpSettings {
    unsigned threads = 1;                // 1..16
    std::uint32_t connections = 200'000; // of clients, in all; more are answered with 503, or refused
    std::string
        cookie_keys; // file of keys for cookies, one in hexadecimal a line, the first seals; empty: made at start
    friend bool operator==(const HttpSettings&, const HttpSettings&) = default;
};

} // namespace sallyport::config
