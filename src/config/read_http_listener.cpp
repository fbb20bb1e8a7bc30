// SPDX-License-Identifier: Apache-2.0
// All of an HTTP or HTTPS listener that a TCP one has not.
#include "config/http_sections.hpp"

#include <array>

namespace sallyport::config {

namespace {

constexpr std::array<std::string_view, 18> server_keys = {"http2",
                                                          "desync_mitigation_mode",
                                                          "drop_invalid_header_fields",
                                                          "preserve_host_header",
                                                          "xff_header_processing",
                                                          "xff_client_port",
                                                          "forwarded_header",
                                                          "trace_header",
                                                          "tls_headers",
                                                          "server_header",
                                                          "idle_timeout",
                                                          "client_keep_alive",
                                                          "timeouts",
                                                          "limits",
                                                          "error_pages",
                                                          "access_log",
                                                          "request_headers",
                                                          "response_headers"};

} // namespace

std::span<const std::string_view> http_server_keys() {
    return server_keys;
}

HttpServer read_http_server(const Fields& fields, const std::filesystem::path& base) {
    HttpServer server;
    if (const auto action = fields.require("default_action", "add `default_action: {forward: NAME}`"))
        server.default_action = read_http_action(*action);
    if (const auto rules = fields.find("rules")) server.rules = read_http_rules(*rules);
    server.request_headers = read_header_changes(fields, "request_headers");
    server.response_headers = read_header_changes(fields, "response_headers");
    read_http_attributes(fields, server, base);
    return server;
}

} // namespace sallyport::config
