// SPDX-License-Identifier: Apache-2.0
#include "http_config.hpp"

#include "../control/temporary_folder.hpp"
#include "base_config.hpp"

#include <catch2/catch.hpp>

#include <fstream>

namespace sallyport::config {

const std::string& some_file() {
    static const test::TemporaryFolder folder;
    static const std::string path = [] {
        std::string name = folder / "some.pem";
        std::ofstream(name) << "<p>sorry</p>";
        return name;
    }();
    return path;
}

const std::string& http_config() {
    static const std::string text = base_config + R"(target_groups:
  web:
    {protocol: HTTP, port: 8080, targets: [{address: 203.0.113.11}, {address: 203.0.113.12}],
     algorithm: round_robin}
  rpc:
    {protocol: HTTPS, protocol_version: GRPC, port: 8443, targets: [{address: 203.0.113.21}],
     health_check: {interval: 10s}}
  inner:
    {protocol: TLS, port: 8443, targets: [{address: 203.0.113.31}],
     tls: {verify: none}}
listeners:
  - {name: http, address: 192.0.2.10, port: 80, protocol: HTTP, default_action: {redirect: {protocol: HTTPS, port: "443", status_code: 301}}}
  - name: https
    address: 192.0.2.10
    port: 443
    protocol: HTTPS
    certificates: [{certificate: )" +
                                    some_file() + ", key: " + some_file() + R"(}]
    access_log: front
    rules:
      - {conditions: [{path_pattern: ["/api/*"]}], actions: [{forward: rpc}]}
      - {conditions: [{host_header: www.example.org}], actions: [{fixed_response: {status_code: 404}}]}
    default_action: {forward: web, target_group_stickiness: 1h}
    ssl_policy: modern
  - name: tls
    address: 192.0.2.11
    port: 443
    protocol: TLS
    certificates: [{certificate: )" +
                                    some_file() + ", key: " + some_file() + R"(}]
    default_action: {forward: inner}
http_logs: {front: {requests: front.log}}
)";
    return text;
}

Config load_usable(const std::string& text) {
    const Loaded loaded = load_text(text, "/etc/sallyport");
    for (const Finding& finding : loaded.findings)
        UNSCOPED_INFO(format("FILE", finding));
    CHECK(loaded.findings.empty());
    REQUIRE(loaded.usable());
    return loaded.config;
}

} // namespace sallyport::config
