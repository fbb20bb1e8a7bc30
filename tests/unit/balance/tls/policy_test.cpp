// SPDX-License-Identifier: Apache-2.0
#include "handshake.hpp"

using namespace sallyport;
using namespace sallyport::test;
using config::AlpnPolicy;
using config::TlsPolicy;

namespace {

struct Client {
    int version;
    const char* cipher; // of TLS 1.2 and below
};

struct Row {
    TlsPolicy policy;
    Client client;
    const char* agreed; // version and cipher, or the word of the failure
};

std::string agreed(const Row& row) {
    config::TlsServer config = server({"www-ec", "www-rsa"});
    config.policy = row.policy;
    const Handshake handshake(any_client([&row](SSL_CTX* context) {
                                  SSL_CTX_set_min_proto_version(context, row.client.version);
                                  SSL_CTX_set_max_proto_version(context, row.client.version);
                                  if (row.client.cipher == nullptr) return;
                                  SSL_CTX_set_cipher_list(context, row.client.cipher);
                                  SSL_CTX_set_ciphersuites(context, row.client.cipher);
                              }),
                              load(config)->accept());
    if (!handshake.established) return std::string(tls::word_of(handshake.server_failure.kind));
    return std::string(tls::protocol(handshake.server.get())) + " " + std::string(tls::cipher(handshake.server.get()));
}

/// Each name with its size in front.
std::string wire(const std::vector<std::string>& names) {
    std::string all;
    for (const std::string& name : names)
        all += static_cast<char>(name.size()) + name;
    return all;
}

std::string chosen(AlpnPolicy policy, const std::vector<std::string>& offered) {
    config::TlsServer config = server({"www-ec", "wild"});
    config.alpn = policy;
    const auto context = load(config);
    std::string choice;
    for (const char* name : {"", "one.wild.example"}) { // the first SSL_CTX, and one that is switched to
        tls::Session client = any_client({}, name);
        const std::string names = wire(offered);
        SSL_set_alpn_protos(client.get(), reinterpret_cast<const unsigned char*>(names.data()),
                            static_cast<unsigned>(names.size()));
        const Handshake handshake(std::move(client), context->accept());
        CHECK(handshake.established);
        CHECK(tls::alpn(handshake.client.get()) == tls::alpn(handshake.server.get()));
        choice = tls::alpn(handshake.server.get());
    }
    return choice;
}

} // namespace

TEST_CASE("policies say which versions and ciphers may be spoken") {
    const Client tls13 = {TLS1_3_VERSION, nullptr};
    const Client tls12 = {TLS1_2_VERSION, nullptr};
    const Client tls11 = {TLS1_1_VERSION, nullptr};
    const Client tls10 = {TLS1_VERSION, nullptr};
    const Client cbc = {TLS1_2_VERSION, "ECDHE-RSA-AES128-SHA"};
    const Client no_forward_secrecy = {TLS1_2_VERSION, "AES128-GCM-SHA256"};
    const Client finite_field = {TLS1_2_VERSION, "DHE-RSA-AES128-GCM-SHA256"};
    const Client chacha = {TLS1_3_VERSION, "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256"};
    const std::vector<Row> rows = {
        {TlsPolicy::modern, tls13, "TLSv1.3 TLS_AES_128_GCM_SHA256"},
        {TlsPolicy::modern, chacha, "TLSv1.3 TLS_CHACHA20_POLY1305_SHA256"},
        {TlsPolicy::modern, tls12, "version"},
        {TlsPolicy::modern, tls10, "version"},
        {TlsPolicy::intermediate, tls13, "TLSv1.3 TLS_AES_128_GCM_SHA256"},
        {TlsPolicy::intermediate, tls12, "TLSv1.2 ECDHE-ECDSA-AES128-GCM-SHA256"},
        {TlsPolicy::intermediate,
         {TLS1_2_VERSION, "ECDHE-RSA-CHACHA20-POLY1305"},
         "TLSv1.2 ECDHE-RSA-CHACHA20-POLY1305"},
        {TlsPolicy::intermediate, cbc, "cipher"},
        {TlsPolicy::intermediate, no_forward_secrecy, "cipher"},
        {TlsPolicy::intermediate, finite_field, "cipher"},
        {TlsPolicy::intermediate, tls11, "version"},
        {TlsPolicy::intermediate, tls10, "version"},
        {TlsPolicy::compat, tls13, "TLSv1.3 TLS_AES_128_GCM_SHA256"},
        {TlsPolicy::compat, tls12, "TLSv1.2 ECDHE-ECDSA-AES128-GCM-SHA256"},
        {TlsPolicy::compat, cbc, "TLSv1.2 ECDHE-RSA-AES128-SHA"},
        {TlsPolicy::compat, no_forward_secrecy, "TLSv1.2 AES128-GCM-SHA256"},
        {TlsPolicy::compat, tls11, "TLSv1.1 ECDHE-ECDSA-AES128-SHA"},
        {TlsPolicy::compat, tls10, "TLSv1 ECDHE-ECDSA-AES128-SHA"},
        {TlsPolicy::compat, {TLS1_VERSION, "AES256-SHA"}, "TLSv1 AES256-SHA"},
        {TlsPolicy::compat, {TLS1_2_VERSION, "ECDHE-RSA-NULL-SHA"}, "cipher"},
    };
    for (const Row& row : rows) {
        CAPTURE(static_cast<int>(row.policy), row.client.version, row.client.cipher);
        CHECK(agreed(row) == row.agreed);
    }
}

TEST_CASE("ALPN policies are ELB's") {
    const std::vector<std::string> http1 = {"http/1.1"};
    const std::vector<std::string> old = {"http/1.0"};
    const std::vector<std::string> http2 = {"h2"};
    const std::vector<std::string> both = {"h2", "http/1.1"};
    const std::vector<std::string> both_reversed = {"http/1.1", "h2"};
    const std::vector<std::string> foreign = {"imap"};
    const std::vector<std::string> nothing;
    struct AlpnRow {
        AlpnPolicy policy;
        const std::vector<std::string>& offered;
        const char* chosen;
    };
    const std::vector<AlpnRow> rows = {
        {AlpnPolicy::none, both, ""},
        {AlpnPolicy::http1_only, both, "http/1.1"},
        {AlpnPolicy::http1_only, old, "http/1.0"},
        {AlpnPolicy::http1_only, http2, ""}, // ELB speaks on without ALPN
        {AlpnPolicy::http2_only, both_reversed, "h2"},
        {AlpnPolicy::http2_only, http1, ""},
        {AlpnPolicy::http2_optional, both, "http/1.1"},
        {AlpnPolicy::http2_optional, http2, "h2"},
        {AlpnPolicy::http2_preferred, both_reversed, "h2"},
        {AlpnPolicy::http2_preferred, http1, "http/1.1"},
        {AlpnPolicy::http2_preferred, foreign, ""},
        {AlpnPolicy::http2_preferred, nothing, ""},
    };
    for (const AlpnRow& row : rows) {
        CAPTURE(static_cast<int>(row.policy), row.offered);
        CHECK(chosen(row.policy, row.offered) == row.chosen);
    }
}

TEST_CASE("a client does not renegotiate") {
    const auto context = load(server({"www-ec"}));
    const Handshake handshake(any_client([](SSL_CTX* c) { SSL_CTX_set_max_proto_version(c, TLS1_2_VERSION); }),
                              context->accept());
    REQUIRE(handshake.established);
    REQUIRE(SSL_renegotiate(handshake.client.get()) == 1);
    SSL_do_handshake(handshake.client.get());
    char byte = 0;
    SSL_read(handshake.server.get(), &byte, 1);
    SSL_do_handshake(handshake.client.get());
    CHECK(tls::take_errors() == "no renegotiation");
}

TEST_CASE("what a handshake failed of is told in words") {
    const auto context = load(server({"www-ec"}));
    const Handshake old(any_client([](SSL_CTX* c) { SSL_CTX_set_max_proto_version(c, TLS1_1_VERSION); }),
                        context->accept());
    CHECK(old.server_failure.sentence == "The TLS handshake with the client failed: unsupported protocol");
    CHECK(old.verify_status == "Failed:UnmappedConnectionError");
    CHECK(old.client_failure.kind == tls::HandshakeFailure::alert);
    CHECK(old.client_failure.alert == SSL_AD_PROTOCOL_VERSION);
    CHECK(old.client_failure.sentence == "The target refused the TLS handshake: tlsv1 alert protocol version");

    const auto said = [&context](const std::string& bytes, bool ends) {
        const tls::Session session = context->accept();
        BIO* const in = BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()));
        if (!ends) BIO_set_mem_eof_return(in, -1);
        SSL_set_bio(session.get(), in, BIO_new(BIO_s_mem()));
        const int result = SSL_do_handshake(session.get());
        return tls::why_failed(session.get(), SSL_get_error(session.get(), result));
    };
    const tls::FailedHandshake http = said("GET / HTTP/1.1\r\nHost: example\r\n\r\n", false);
    CHECK(http.kind == tls::HandshakeFailure::not_tls);
    CHECK(http.sentence == "The client does not speak TLS: http request");
    CHECK(said("SSH-2.0-OpenSSH_9.2p1 Debian\r\n", false).kind == tls::HandshakeFailure::not_tls);
    const tls::FailedHandshake gone = said("", true);
    CHECK(gone.kind == tls::HandshakeFailure::closed);
    CHECK(gone.sentence == "The client closed the connection during the TLS handshake");
    CHECK(said("\x16\x03\x01", true).kind == tls::HandshakeFailure::closed);
}
