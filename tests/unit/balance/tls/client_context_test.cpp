// SPDX-License-Identifier: Apache-2.0
#include "balance/tls/client_context.hpp"
#include "balance/tls/client_facts.hpp"
#include "handshake.hpp"

using namespace sallyport;
using namespace sallyport::test;
using tls::Offer;

namespace {

const IpAddress loopback = *IpAddress::parse("127.0.0.1");

config::TlsClient believing(const std::string& ca, const std::string& server_name = {}) {
    config::TlsClient config;
    config.ca = file(ca);
    config.server_name = server_name;
    return config;
}

std::shared_ptr<const tls::ClientContext> load_client(const config::TlsClient& config) {
    auto loaded = tls::ClientContext::load(config);
    INFO((loaded ? std::string() : loaded.error().message));
    REQUIRE(loaded);
    return *loaded;
}

/// A handshake with a target that shows that certificate: empty when it went well.
std::string trouble(const config::TlsClient& config, const std::string& shown, const IpAddress& target = loopback) {
    const Handshake handshake(load_client(config)->connect(target, Offer::nothing), load(server({shown}))->accept());
    CHECK(handshake.established == handshake.client_failure.sentence.empty());
    if (!handshake.established) CHECK(handshake.client_failure.kind == tls::HandshakeFailure::peer_certificate);
    return handshake.client_failure.sentence;
}

constexpr const char* untrusted = "The target's certificate is not to be trusted: ";

} // namespace

TEST_CASE("a target has to have a certificate of the CA for the configured name") {
    CHECK(trouble(believing("ca.pem", "www.example"), "www-ec").empty());
    CHECK(trouble(believing("ca.pem", "one.wild.example"), "wild").empty());
    CHECK(trouble(believing("ca.pem", "two.example"), "www-ec") == std::string(untrusted) + "hostname mismatch");
    CHECK(trouble(believing("ca.pem", "a.b.wild.example"), "wild") == std::string(untrusted) + "hostname mismatch");
    CHECK(trouble(believing("other-ca.pem", "www.example"), "www-ec") ==
          std::string(untrusted) + "unable to get local issuer certificate");
    CHECK(trouble(believing("ca.pem", "old.example"), "old") == std::string(untrusted) + "certificate has expired");
    CHECK(trouble(believing("www-ec.pem", "www.example"), "www-ec").empty()); // its own, and no CA
}

TEST_CASE("without a name the certificate has to be for the target's address") {
    const IpAddress v6 = *IpAddress::parse("2001:db8::1");
    CHECK(trouble(believing("ca.pem"), "address").empty());
    CHECK(trouble(believing("ca.pem"), "address", v6).empty());
    const IpAddress other = *IpAddress::parse("127.0.0.2");
    CHECK(trouble(believing("ca.pem"), "address", other) == std::string(untrusted) + "IP address mismatch");
    CHECK(trouble(believing("ca.pem"), "www-ec") == std::string(untrusted) + "IP address mismatch");
    CHECK(trouble(believing("ca.pem", "127.0.0.1"), "address", other).empty());
}

TEST_CASE("without a CA the system's are believed") {
    config::TlsClient config;
    config.server_name = "www.example";
    CHECK(trouble(config, "www-ec") == std::string(untrusted) + "unable to get local issuer certificate");
}

TEST_CASE("verify: none believes everybody") {
    config::TlsClient config;
    config.verifies = false;
    config.server_name = "two.example";
    for (const char* shown : {"www-ec", "old", "address"})
        CHECK(trouble(config, shown).empty());
}

TEST_CASE("the target is told which name is meant, and no address") {
    const auto server_context = load(server({"www-ec"}));
    const auto asked = [&server_context](const std::string& name) {
        config::TlsClient config;
        config.verifies = false;
        config.server_name = name;
        const Handshake handshake(load_client(config)->connect(loopback, Offer::nothing), server_context->accept());
        return std::string(tls::server_name(handshake.server.get()));
    };
    CHECK(asked("www.example") == "www.example");
    CHECK(asked("unknown.example") == "unknown.example");
    CHECK(asked("").empty());
    CHECK(asked("192.0.2.1").empty());
}

TEST_CASE("what is offered is what the caller can speak") {
    const auto context = load_client(believing("ca.pem", "www.example"));
    const auto server_context = load(server({"www-ec"})); // http2_preferred
    const auto chosen = [&](Offer offer) {
        const Handshake handshake(context->connect(loopback, offer), server_context->accept());
        REQUIRE(handshake.established);
        return std::string(tls::alpn(handshake.client.get()));
    };
    CHECK(chosen(Offer::nothing).empty());
    CHECK(chosen(Offer::http1) == "http/1.1");
    CHECK(chosen(Offer::http2) == "h2");
    CHECK(chosen(Offer::http2_or_http1) == "h2");
}

TEST_CASE("the policy says which versions a target may speak") {
    config::TlsClient client = believing("ca.pem", "www.example");
    config::TlsServer old = server({"www-ec"});
    old.policy = config::TlsPolicy::compat;
    const auto agreed = [&](config::TlsPolicy policy, int target_version) {
        client.policy = policy;
        tls::Session target = load(old)->accept();
        SSL_set_max_proto_version(target.get(), target_version);
        const Handshake handshake(load_client(client)->connect(loopback, Offer::nothing), std::move(target));
        return handshake.established ? std::string(tls::protocol(handshake.client.get())) : "";
    };
    CHECK(agreed(config::TlsPolicy::modern, TLS1_3_VERSION) == "TLSv1.3");
    CHECK(agreed(config::TlsPolicy::modern, TLS1_2_VERSION).empty());
    CHECK(agreed(config::TlsPolicy::intermediate, TLS1_2_VERSION) == "TLSv1.2");
    CHECK(agreed(config::TlsPolicy::intermediate, TLS1_1_VERSION).empty());
    CHECK(agreed(config::TlsPolicy::compat, TLS1_VERSION) == "TLSv1");
}

TEST_CASE("the gateway does not renegotiate with a target that wants to") {
    // RFC 5246 section 7.2.2: it answers the HelloRequest with a warning, and the connection stands.
    tls::Session target = load(server({"www-ec"}))->accept();
    SSL_set_max_proto_version(target.get(), TLS1_2_VERSION);
    SSL_clear_options(target.get(), SSL_OP_NO_RENEGOTIATION);
    Handshake handshake(load_client(believing("ca.pem", "www.example"))->connect(loopback, Offer::nothing),
                        std::move(target));
    REQUIRE(handshake.established);
    REQUIRE(SSL_renegotiate(handshake.server.get()) == 1);
    REQUIRE(SSL_do_handshake(handshake.server.get()) == 1); // it is sent
    CHECK(handshake.carry(handshake.server.get(), handshake.client.get(), "hello") == "hello");
    char byte = 0;
    CHECK(SSL_read(handshake.server.get(), &byte, 1) == -1);
    CHECK(tls::take_errors() == "no renegotiation");
}

TEST_CASE("the gateway shows its certificate to a target that asks") {
    config::TlsClient client = believing("ca.pem", "www.example");
    client.certificate = file("good.pem");
    client.key = file("good.key");
    config::TlsServer target = server({"www-ec"});
    target.mutual.mode = config::MutualTls::verify;
    target.mutual.trust_store = file("ca.pem");
    const Handshake handshake(load_client(client)->connect(loopback, Offer::nothing), load(target)->accept());
    CHECK(handshake.established);
    CHECK(tls::client_certificate(handshake.server.get())->subject == "CN=good,O=Company LLC,C=US");
    client.key = file("stranger.key");
    CHECK(tls::ClientContext::load(client).error().message ==
          "The key in " + file("stranger.key") + " is not that of the (first) certificate in " + file("good.pem"));
    client = believing("none.pem");
    CHECK(tls::ClientContext::load(client).error().message ==
          file("none.pem") + " can not be read: No such file or directory");
}

TEST_CASE("a connection to a target is resumed, even after one that did not end in order") {
    const auto keys = std::make_shared<tls::TicketKeys>(Instant{}, std::chrono::hours(1));
    const auto server_context = load(server({"www-ec"}), keys);
    const auto context = load_client(believing("ca.pem", "www.example"));
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        tls::Resumable previous;
        for (const bool resumed : {false, true, true}) {
            tls::Session session = context->connect(loopback, Offer::http1);
            SSL_set_max_proto_version(session.get(), version);
            if (previous) SSL_set_session(session.get(), previous.get());
            const Handshake handshake(std::move(session), server_context->accept());
            CHECK(handshake.established);
            CHECK(tls::resumed(handshake.client.get()) == resumed);
            previous = tls::resumable(handshake.client.get());
            CHECK(previous);
        }
    }
}
