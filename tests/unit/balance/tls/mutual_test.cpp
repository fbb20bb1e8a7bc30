// SPDX-License-Identifier: Apache-2.0
#include "balance/tls/client_facts.hpp"
#include "handshake.hpp"

using namespace sallyport;
using namespace sallyport::test;
using config::MutualTls;

namespace {

config::TlsServer verifying(const std::string& trust_store = "ca.pem") {
    config::TlsServer config = server({"www-ec", "wild"});
    config.mutual.mode = MutualTls::verify;
    config.mutual.trust_store = file(trust_store);
    return config;
}

/// The connection log's word for a client, whichever SSL_CTX and version it comes to.
std::string status(const config::TlsServer& config, const Prepare& prepare) {
    const auto context = load(config);
    std::string status;
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION})
        for (const char* name : {"", "one.wild.example"}) {
            const Handshake handshake(any_client(
                                          [&](SSL_CTX* c) {
                                              SSL_CTX_set_max_proto_version(c, version);
                                              if (prepare) prepare(c);
                                          },
                                          name),
                                      context->accept());
            CHECK(handshake.established == (handshake.verify_status == "Success"));
            CHECK((status.empty() || status == handshake.verify_status));
            status = handshake.verify_status;
            if (!handshake.established) CHECK(handshake.server_failure.kind == tls::HandshakeFailure::peer_certificate);
        }
    return status;
}

/// What a command prints, without the last line break.
std::string output(const std::string& command) {
    FILE* const pipe = ::popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string text;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe))
        text += static_cast<char>(c);
    REQUIRE(::pclose(pipe) == 0);
    if (text.ends_with('\n')) text.pop_back();
    return text;
}

std::string python(const std::string& code) {
    return output("python3 -c '" + code + "'");
}

} // namespace

TEST_CASE("verify: a client whose certificate the trust store vouches for gets in") {
    CHECK(status(verifying(), shows("good")) == "Success");
    CHECK(status(verifying("good.pem"), shows("good")) == "Success"); // itself vouched for
}

TEST_CASE("verify: others are refused, each with ALB's word") {
    CHECK(status(verifying(), {}) == "Failed:UnmappedConnectionError");
    CHECK(status(verifying(), shows("stranger")) == "Failed:ClientCertUntrusted");
    CHECK(status(verifying("other-ca.pem"), shows("good")) == "Failed:ClientCertUntrusted");
    CHECK(status(verifying(), shows("expired")) == "Failed:ClientCertExpired");
    CHECK(status(verifying(), shows("future")) == "Failed:ClientCertNotYetValid");
    CHECK(status(verifying(), shows("for-servers")) == "Failed:ClientCertPurposeInvalid");
}

TEST_CASE("verify: why a client was refused is a sentence") {
    const Handshake expired(any_client(shows("expired")), load(verifying())->accept());
    CHECK(expired.server_failure.sentence == "The client's certificate is not to be trusted: certificate has expired");
    const Handshake none(any_client(), load(verifying())->accept());
    CHECK(none.server_failure.sentence ==
          "The client's certificate is not to be had: peer did not return a certificate");
}

TEST_CASE("verify: who was refused is known") {
    for (const char* name : {"stranger", "expired", "revoked"}) {
        config::TlsServer config = verifying();
        config.mutual.revocations = file("crl.pem");
        const Handshake handshake(any_client(shows(name)), load(config)->accept());
        CHECK_FALSE(handshake.established);
        const auto client = tls::client_certificate(handshake.server.get());
        REQUIRE(client);
        CHECK(client->subject == std::string("CN=") + name + ",O=Company LLC,C=US");
    }
    CHECK_FALSE(tls::client_certificate(Handshake(any_client(), load(verifying())->accept()).server.get()));
}

TEST_CASE("verify: an expired certificate is forgiven where the listener says so, and nothing else") {
    config::TlsServer config = verifying();
    config.mutual.ignores_expiry = true;
    CHECK(status(config, shows("expired")) == "Success");
    CHECK(status(config, shows("future")) == "Failed:ClientCertNotYetValid");
    CHECK(status(config, shows("stranger")) == "Failed:ClientCertUntrusted");
}

TEST_CASE("verify: four certificates may stand between a client and its CA") {
    CHECK(status(verifying(), shows("depth1")) == "Success");
    CHECK(status(verifying(), shows("depth4")) == "Success");
    CHECK(status(verifying(), shows("depth5")) == "Failed:ClientCertMaxChainDepthExceeded");
    CHECK(status(verifying("ca3.pem"), shows("depth5")) == "Success"); // an intermediate CA can vouch, too
}

TEST_CASE("verify: a revoked certificate is refused, and a CA without a list revokes nothing") {
    CHECK(status(verifying(), shows("revoked")) == "Success");
    config::TlsServer config = verifying();
    config.mutual.revocations = file("crl.pem");
    CHECK(status(config, shows("revoked")) == "Failed:ClientCertCrlHit");
    CHECK(status(config, shows("good")) == "Success");
    CHECK(status(config, shows("depth2")) == "Success"); // ca2 has no list
    CHECK(load(config)->warnings().empty());
}

TEST_CASE("verify: a revocation list that is out of date lets nobody of its CA in, and the operator is told") {
    config::TlsServer config = verifying();
    config.mutual.revocations = file("old-crl.pem");
    CHECK(status(config, shows("good")) == "Failed:ClientCertCrlProcessingError");
    const auto context = load(config);
    REQUIRE(context->warnings().size() == 1);
    CHECK(context->warnings()[0] == "The revocation list of CN=ca in " + file("old-crl.pem") +
                                        " is out of date since 2023-02-01T00:00:00Z: clients of this CA are refused");
}

TEST_CASE("verify: the names of the CAs are sent where the listener says so") {
    config::TlsServer config = verifying();
    for (const bool advertises : {false, true}) {
        config.mutual.advertises_ca_names = advertises;
        const auto context = load(config);
        for (const char* name : {"", "one.wild.example"}) {
            const Handshake handshake(any_client(shows("good"), name), context->accept());
            const STACK_OF(X509_NAME)* const names = SSL_get0_peer_CA_list(handshake.client.get());
            CHECK(std::max(sk_X509_NAME_num(names), 0) == (advertises ? 1 : 0));
        }
    }
}

TEST_CASE("passthrough: every certificate will do, and none") {
    config::TlsServer config = server({"www-ec", "wild"});
    config.mutual.mode = MutualTls::passthrough;
    CHECK(status(config, {}) == "Success");
    for (const char* name : {"good", "stranger", "expired", "for-servers", "depth5"})
        CHECK(status(config, shows(name)) == "Success");
}

TEST_CASE("passthrough: the whole chain is to be had, as Python reads it") {
    config::TlsServer config = server({"www-ec"});
    config.mutual.mode = MutualTls::passthrough;
    const Handshake handshake(any_client(shows("depth2")), load(config)->accept());
    const std::string chain = tls::client_chain(handshake.server.get());
    CHECK(chain.starts_with("-----BEGIN%20CERTIFICATE-----%0AMII"));
    CHECK(chain.ends_with("%0A-----END%20CERTIFICATE-----%0A"));
    CHECK(chain.find_first_of("\r\n ") == std::string::npos);
    CHECK(python("import urllib.parse; print(urllib.parse.unquote(\"" + chain + "\"), end=\"\")") ==
          output("cat " + file("depth2.pem")));
    CHECK(chain == python("import urllib.parse; print(urllib.parse.quote(open(\"" + file("depth2.pem") +
                          "\").read(), safe=\"+=/\"))"));
}

TEST_CASE("off: clients are not asked") {
    const Handshake handshake(any_client(shows("good")), load(server({"www-ec"}))->accept());
    CHECK(handshake.established);
    CHECK_FALSE(tls::client_certificate(handshake.server.get()));
    CHECK(tls::client_chain(handshake.server.get()).empty());
}

TEST_CASE("a client's certificate is described as openssl does") {
    config::TlsServer config = verifying();
    config.mutual.ignores_expiry = true;
    const Handshake handshake(any_client(shows("expired")), load(config)->accept());
    const auto client = tls::client_certificate(handshake.server.get());
    REQUIRE(client);
    const std::string x509 = "openssl x509 -noout -nameopt RFC2253 -in " + file("expired.pem");
    CHECK("serial=" + client->serial_number == output(x509 + " -serial"));
    CHECK(client->serial_number.starts_with("03A5"));
    CHECK("subject=" + client->subject == output(x509 + " -subject"));
    CHECK(client->subject == "CN=expired,O=Company LLC,C=US");
    CHECK("issuer=" + client->issuer == output(x509 + " -issuer"));
    CHECK(client->validity == "NotBefore=2023-09-21T01:50:17Z;NotAfter=2024-09-20T01:50:17Z");
    CHECK(python("import urllib.parse; print(urllib.parse.unquote(\"" + client->leaf + "\"), end=\"\")") ==
          output("cat " + file("expired.pem")));
}
