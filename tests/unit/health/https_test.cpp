// SPDX-License-Identifier: Apache-2.0
#include "certificates.hpp"
#include "loop.hpp"

using namespace sallyport;
using namespace sallyport::test;
using config::HealthProtocol;
using health::CheckResult;
using health::code;
using health::Reason;

namespace {

struct Wish {
    std::string host;
    std::string ca; // of certificates(), empty: not verified
};

CheckResult check(const Server& server, const Wish& wish) {
    auto watched = local_appliance(HealthProtocol::https, server.port());
    watched.check->host = wish.host;
    if (!wish.ca.empty()) watched.check->ca = certificates() + wish.ca;
    return check_once(watched);
}

} // namespace

TEST_CASE("TLS 1.2 and TLS 1.3 pass the HTTPS check, each alone") {
    for (const char* version : {"-tls1_2", "-tls1_3"}) {
        const TlsServer server(certificates(), "fw", {version});
        CHECK(check(server, {}).failure == Reason::none);
        CHECK(check(server, {"fw.example", "ca.pem"}).failure == Reason::none);
    }
}

TEST_CASE("TLS 1.1 fails the HTTPS check") {
    const TlsServer server(certificates(), "fw", {"-tls1_1", "-cipher", "ALL:@SECLEVEL=0"});
    const CheckResult result = check(server, {});
    CHECK(code(result.failure) == "Target.FailedHealthChecks");
    CHECK(result.sentence.starts_with("The TLS handshake failed: "));
}

TEST_CASE("without a CA any certificate will do, as for ELB") {
    const TlsServer server(certificates(), "elsewhere", {});
    CHECK(check(server, {"fw.example", ""}).failure == Reason::none);
}

TEST_CASE("with a CA the certificate has to be signed by it") {
    const TlsServer server(certificates(), "fw", {});
    const CheckResult result = check(server, {"fw.example", "other-ca.pem"});
    CHECK(code(result.failure) == "Target.FailedHealthChecks");
    CHECK(result.sentence == "The certificate is not to be trusted: unable to get local issuer certificate");
}

TEST_CASE("with a CA the certificate has to be for the host") {
    const TlsServer server(certificates(), "elsewhere", {});
    const CheckResult result = check(server, {"fw.example:8443", "ca.pem"});
    CHECK(result.failure == Reason::failed_health_checks);
    CHECK(result.sentence == "The certificate is not to be trusted: hostname mismatch, it is not for fw.example");
    CHECK(check(server, {"elsewhere.example:8443", "ca.pem"}).failure == Reason::none);
}

TEST_CASE("with a CA and no host the certificate has to be for the appliance's address") {
    const TlsServer good(certificates(), "fw", {});
    CHECK(check(good, {"", "ca.pem"}).failure == Reason::none);
    const TlsServer bad(certificates(), "elsewhere", {});
    CHECK(check(bad, {"", "ca.pem"}).sentence ==
          "The certificate is not to be trusted: IP address mismatch, it is not for 127.0.0.1");
}

TEST_CASE("the server is told by SNI which of its names is meant") {
    // Who asks for fw.example is shown the second certificate, anybody else the first.
    const std::string fw = certificates() + "fw";
    const TlsServer server(certificates(), "elsewhere",
                           {"-servername", "fw.example", "-cert2", fw + ".pem", "-key2", fw + ".key"});
    CHECK(check(server, {"fw.example:8443", "ca.pem"}).failure == Reason::none);
    CHECK(check(server, {"elsewhere.example", "ca.pem"}).failure == Reason::none);
    CHECK(check(server, {"", "ca.pem"}).sentence ==
          "The certificate is not to be trusted: IP address mismatch, it is not for 127.0.0.1");
}

TEST_CASE("a CA file that is not there is the gateway's trouble, until it is there") {
    const TlsServer server(certificates(), "fw", {});
    const CheckResult result = check(server, {"fw.example", "there-is-none.pem"});
    CHECK(code(result.failure) == "Elb.InternalError");
    CHECK(result.sentence.find("there-is-none.pem can not be read") != std::string::npos);
}

TEST_CASE("what does not speak TLS fails the HTTPS check") {
    const StrangeServer server("status", "200");
    boost::asio::io_context loop;
    auto watched = local_appliance(HealthProtocol::https, server.port());
    watched.check->timeout = std::chrono::milliseconds(500); // it waits for a blank line, and the handshake for it
    CHECK(code(check_once(watched).failure) == "Target.Timeout");
}
