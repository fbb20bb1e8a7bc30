// SPDX-License-Identifier: Apache-2.0
// TLS of listeners, in ELB's words, and of target groups, which ELB does not verify and the gateway does. What is in
// the files is read when the gateway starts.
#include "config/http_sections.hpp"
#include "config/scalar.hpp"
#include "config/sections.hpp"

#include <array>

namespace sallyport::config {

namespace {

using namespace std::chrono_literals;

constexpr std::array<std::string_view, 7> server_keys = {
    "certificates",    "ssl_policy",          "alpn_policy",      "mutual_authentication",
    "session_tickets", "ticket_key_rotation", "handshake_timeout"};

void read_file(const Fields& fields, std::string_view key, std::string& out, const std::filesystem::path& base) {
    if (const auto value = fields.find(key)) out = read_path(*value, "a file", base).value_or("");
}

void read_policy(const Fields& fields, TlsPolicy& policy) {
    fields.choice<TlsPolicy>(
        "ssl_policy", policy,
        {{"modern", TlsPolicy::modern}, {"intermediate", TlsPolicy::intermediate}, {"compat", TlsPolicy::compat}});
}

Certificate read_certificate(const Value& value, const std::filesystem::path& base) {
    Certificate certificate;
    certificate.line = value.line();
    const Fields fields(value, {"certificate", "key", "ocsp"});
    (void)fields.require("certificate",
                         "add the file of the certificate and its chain, such as `certificate: web.pem`");
    (void)fields.require("key", "add the file of its private key, such as `key: web.key`");
    read_file(fields, "certificate", certificate.certificate, base);
    read_file(fields, "key", certificate.key, base);
    read_file(fields, "ocsp", certificate.ocsp, base);
    return certificate;
}

std::vector<Certificate> read_certificates(const Fields& fields, const std::filesystem::path& base) {
    constexpr std::string_view expected = "a list, such as `[{certificate: web.pem, key: web.key}]`";
    std::vector<Certificate> certificates;
    const auto value = fields.require("certificates", "add " + std::string(expected));
    if (!value) return certificates;
    for (const Value& item : value->items(expected, max_certificates))
        certificates.push_back(read_certificate(item, base));
    if (value->node().kind == Node::Kind::sequence && value->node().children.empty())
        value->fault("holds no certificate", "write " + std::string(expected));
    return certificates;
}

/// `mutual_authentication: {mode: verify, trust_store: clients.pem}`.
MutualAuthentication read_mutual(const Value& value, const std::filesystem::path& base) {
    MutualAuthentication mutual;
    const Fields fields(value, {"mode", "trust_store", "revocations", "ignore_client_certificate_expiry",
                                "advertise_trust_store_ca_names"});
    const auto mode = fields.require("mode", "add `mode: verify`, passthrough or off");
    const auto chosen =
        mode ? mode->choice<MutualTls>(
                   {{"off", MutualTls::off}, {"passthrough", MutualTls::passthrough}, {"verify", MutualTls::verify}})
             : std::nullopt;
    mutual.mode = chosen.value_or(MutualTls::off);
    read_file(fields, "trust_store", mutual.trust_store, base);
    read_file(fields, "revocations", mutual.revocations, base);
    fields.boolean("ignore_client_certificate_expiry", mutual.ignores_expiry);
    fields.boolean("advertise_trust_store_ca_names", mutual.advertises_ca_names);
    if (!chosen) return mutual;
    if (mutual.mode == MutualTls::verify) {
        (void)fields.require("trust_store",
                             "add the file of CA certificates to believe, such as `trust_store: ca.pem`");
        return mutual;
    }
    for (const std::string_view key :
         {"trust_store", "revocations", "ignore_client_certificate_expiry", "advertise_trust_store_ca_names"})
        if (const auto said = fields.find(key))
            said->fault("says nothing while certificates of clients are not verified",
                        "remove it, or write `mode: verify`");
    return mutual;
}

bool speaks_http2(AlpnPolicy policy) {
    return policy == AlpnPolicy::http2_only || policy == AlpnPolicy::http2_optional ||
           policy == AlpnPolicy::http2_preferred;
}

/// `http2: false` alone leaves HTTP/1.1; beside a policy that names HTTP/2 it is a contradiction.
AlpnPolicy read_alpn(const Fields& fields, bool with_http) {
    AlpnPolicy policy = with_http ? AlpnPolicy::http2_preferred : AlpnPolicy::none;
    fields.choice<AlpnPolicy>("alpn_policy", policy,
                              {{"None", AlpnPolicy::none},
                               {"HTTP1Only", AlpnPolicy::http1_only},
                               {"HTTP2Only", AlpnPolicy::http2_only},
                               {"HTTP2Optional", AlpnPolicy::http2_optional},
                               {"HTTP2Preferred", AlpnPolicy::http2_preferred}});
    const auto http2 = fields.find("http2");
    const bool is_off = with_http && http2 && http2->node().text == "false";
    if (!is_off || !speaks_http2(policy)) return policy;
    if (const auto written = fields.find("alpn_policy")) {
        written->fault("offers HTTP/2, which `http2: false` switches off", "remove one of the two");
        return policy;
    }
    return AlpnPolicy::http1_only;
}

} // namespace

std::span<const std::string_view> tls_server_keys() {
    return server_keys;
}

TlsServer read_tls_server(const Fields& fields, bool with_http, const std::filesystem::path& base) {
    TlsServer server;
    server.line = fields.map().line();
    server.certificates = read_certificates(fields, base);
    read_policy(fields, server.policy);
    server.alpn = read_alpn(fields, with_http);
    if (const auto mutual = fields.find("mutual_authentication")) server.mutual = read_mutual(*mutual, base);
    fields.boolean("session_tickets", server.session_tickets);
    fields.duration("ticket_key_rotation", server.ticket_key_rotation, 1min, 168h);
    if (fields.has("ticket_key_rotation") && !server.session_tickets)
        fields.find("ticket_key_rotation")
            ->fault("says nothing without session tickets", "remove it, or `session_tickets: false`");
    fields.duration("handshake_timeout", server.handshake_timeout, 1s, 60s);
    return server;
}

TlsClient read_tls_client(const Value& value, const std::filesystem::path& base) {
    TlsClient client;
    client.line = value.line();
    const Fields fields(value, {"verify", "ca", "server_name", "certificate", "key", "ssl_policy"});
    fields.choice<bool>("verify", client.verifies, {{"full", true}, {"none", false}});
    read_file(fields, "ca", client.ca, base);
    if (const auto ca = fields.find("ca"); ca && !client.verifies)
        ca->fault("says nothing while targets' certificates are not verified", "remove it, or `verify: none`");
    if (const auto name = fields.find("server_name")) {
        constexpr std::string_view expected = "the name that targets' certificates have, such as app.example.org";
        client.server_name = name->text(expected).value_or("");
        if (!client.server_name.empty() && !is_host_name(client.server_name))
            name->fault_is_not("a host name", "write " + std::string(expected));
    }
    read_file(fields, "certificate", client.certificate, base);
    read_file(fields, "key", client.key, base);
    if (fields.has("certificate")) (void)fields.require("key", "add the file of the certificate's private key");
    if (fields.has("key")) (void)fields.require("certificate", "add the file of the key's certificate");
    read_policy(fields, client.policy);
    return client;
}

} // namespace sallyport::config
