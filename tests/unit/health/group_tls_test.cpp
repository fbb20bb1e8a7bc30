// SPDX-License-Identifier: Apache-2.0
// Checks that begin TLS as the gateway's own connections to a target group do.
#include "balance/tls/client_context.hpp"
#include "certificates.hpp"
#include "loop.hpp"

using namespace sallyport;
using namespace sallyport::test;
using config::HealthProtocol;
using health::CheckResult;
using health::code;
using health::Reason;

namespace {

/// What the gateway hands in.
health::TargetTls begins_by(const config::TlsClient& settings) {
    const auto context = tls::ClientContext::load(settings);
    REQUIRE(context);
    return [context = *context](const std::string& group, const IpAddress& target, bool is_http2) {
        CHECK(group == "inner");
        tls::Session session = context->connect(target, is_http2 ? tls::Offer::http2 : tls::Offer::http1);
        return health::TlsSession(session.release());
    };
}

config::TlsClient believes(const std::string& ca, const std::string& server_name = "") {
    config::TlsClient settings;
    settings.ca = certificates() + ca;
    settings.server_name = server_name;
    return settings;
}

health::Watched inner_target(const Server& server) {
    auto watched = local_appliance(HealthProtocol::https, server.port());
    watched.tls_group = "inner";
    return watched;
}

CheckResult check(const Server& server, const config::TlsClient& settings) {
    return check_once(inner_target(server), nullptr, begins_by(settings));
}

} // namespace

TEST_CASE("a check of a group believes whom the group's requests believe") {
    const TlsServer server(certificates(), "fw", {});
    CHECK(check(server, believes("ca.pem")).failure == Reason::none);
    CHECK(check(server, believes("ca.pem", "fw.example")).failure == Reason::none);
    CHECK(check(server, believes("fw.pem")).failure == Reason::none); // the target's own certificate, pinned
    const CheckResult result = check(server, believes("other-ca.pem"));
    CHECK(code(result.failure) == "Target.FailedHealthChecks");
    CHECK(result.sentence == "The certificate is not to be trusted: unable to get local issuer certificate");
}

TEST_CASE("a check of a group says for whom a certificate would have to be") {
    const TlsServer server(certificates(), "elsewhere", {});
    CHECK(check(server, believes("ca.pem", "elsewhere.example")).failure == Reason::none);
    CHECK(check(server, believes("ca.pem", "fw.example")).sentence ==
          "The certificate is not to be trusted: hostname mismatch, it is not for fw.example");
    CHECK(check(server, believes("ca.pem")).sentence ==
          "The certificate is not to be trusted: IP address mismatch, it is not for 127.0.0.1");
}

TEST_CASE("a check of a group that verifies nothing takes any certificate, as ELB does") {
    const TlsServer server(certificates(), "elsewhere", {});
    config::TlsClient settings = believes("other-ca.pem", "fw.example");
    settings.verifies = false;
    CHECK(check(server, settings).failure == Reason::none);
    // Where such a handshake fails it is not the certificate's fault.
    const TlsServer asking(certificates(), "elsewhere", {"-tls1_2", "-Verify", "1", "-verify_return_error"});
    CHECK(check(asking, settings).sentence.starts_with("The TLS handshake failed: "));
}

TEST_CASE("a check of a group asks for the group's name, whatever its Host header says") {
    // Who asks for fw.example is shown the second certificate, anybody else the first.
    const std::string fw = certificates() + "fw";
    const TlsServer server(certificates(), "elsewhere",
                           {"-servername", "fw.example", "-cert2", fw + ".pem", "-key2", fw + ".key"});
    auto watched = inner_target(server);
    watched.check->host = "elsewhere.example";
    CHECK(check_once(watched, nullptr, begins_by(believes("ca.pem", "fw.example"))).failure == Reason::none);
    watched.check->host = "fw.example";
    CHECK(check_once(watched, nullptr, begins_by(believes("ca.pem", "elsewhere.example"))).failure == Reason::none);
}

TEST_CASE("a check of a group shows the group's certificate to targets that ask") {
    const TlsServer server(certificates(), "fw",
                           {"-Verify", "1", "-verify_return_error", "-CAfile", certificates() + "ca.pem"});
    config::TlsClient settings = believes("ca.pem");
    CHECK(code(check(server, settings).failure) == "Target.FailedHealthChecks");
    settings.certificate = certificates() + "elsewhere.pem";
    settings.key = certificates() + "elsewhere.key";
    CHECK(check(server, settings).failure == Reason::none);
}

TEST_CASE("a check of a group has the group's policy") {
    const TlsServer server(certificates(), "fw", {"-tls1_2"});
    config::TlsClient settings = believes("ca.pem");
    CHECK(check(server, settings).failure == Reason::none);
    settings.policy = config::TlsPolicy::modern;
    CHECK(check(server, settings).sentence.starts_with("The TLS handshake failed: "));
}

TEST_CASE("each check of a group begins by what the group has then") {
    const TlsServer server(certificates(), "fw", {});
    boost::asio::io_context loop;
    config::TlsClient settings = believes("other-ca.pem");
    health::Checker checker(
        loop, inner_target(server),
        {.target_tls = [&settings](const std::string& group, const IpAddress& target, bool is_http2) {
            return begins_by(settings)(group, target, is_http2);
        }});
    const auto failure_of_next = [&] {
        std::optional<Reason> failure;
        checker.make(1)->start([&failure](const CheckResult& result) { failure = result.failure; });
        run_until(loop, [&failure] { return failure.has_value(); });
        return *failure;
    };
    CHECK(failure_of_next() == Reason::failed_health_checks);
    settings = believes("ca.pem");
    CHECK(failure_of_next() == Reason::none);
}

TEST_CASE("a group whose TLS the gateway does not have is the gateway's trouble") {
    const TlsServer server(certificates(), "fw", {});
    const auto has_none = [](const std::string&, const IpAddress&, bool) -> health::TlsSession { return nullptr; };
    for (const health::TargetTls& tls : {health::TargetTls(has_none), health::TargetTls()}) {
        const CheckResult result = check_once(inner_target(server), nullptr, tls);
        CHECK(code(result.failure) == "Elb.InternalError");
        CHECK(result.sentence == "There is no TLS for the target group inner");
    }
}
