// SPDX-License-Identifier: Apache-2.0
#include "certificates.hpp"
#include "config/grpc_methods.hpp"
#include "loop.hpp"

using namespace sallyport;
using namespace sallyport::test;
using config::HealthProtocol;
using health::CheckResult;
using health::code;
using health::Reason;

namespace {

class Http2Server : public Server {
public:
    explicit Http2Server(std::vector<std::string> arguments) : Server(words(std::move(arguments)), "port ") {}

private:
    static std::vector<std::string> words(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"node", test_file("http2_server.js")});
        return arguments;
    }
};

health::Watched target(std::uint16_t port) {
    auto watched = local_appliance(HealthProtocol::http, port);
    watched.is_http2 = true;
    watched.check->matcher = {{200, 299}};
    return watched;
}

health::Watched grpc_target(std::uint16_t port) {
    auto watched = target(port);
    watched.check->is_grpc = true;
    watched.check->path = "/AWS.ALB/healthcheck";
    return watched;
}

health::Watched standard_target(std::uint16_t port, const std::string& service = "") {
    auto watched = grpc_target(port);
    watched.check->path = config::standard_grpc_method;
    watched.check->grpc_service = service;
    watched.check->grpc_matcher = {{0, 0}};
    return watched;
}

CheckResult get(const std::string& mode, const std::string& argument = "") {
    const Http2Server server({mode, argument});
    return check_once(target(server.port()));
}

CheckResult call(const std::string& mode, const std::string& argument = "") {
    const Http2Server server({mode, argument});
    return check_once(grpc_target(server.port()));
}

CheckResult standard(const std::string& mode, const std::string& argument = "") {
    const Http2Server server({mode, argument});
    return check_once(standard_target(server.port()));
}

/// Bytes in hexadecimal, whatever was asked.
CheckResult garbage(const std::string& bytes) {
    const StrangeServer server("garbage", bytes);
    return check_once(target(server.port()));
}

std::vector<std::string> with_certificate(const std::string& mode, const std::string& argument,
                                          const std::string& name) {
    return {mode, argument, certificates() + name + ".pem", certificates() + name + ".key"};
}

bool holds(const std::string& line, const std::string& text) {
    return line.find(text) != std::string::npos;
}

} // namespace

TEST_CASE("a status within the matcher passes the check by HTTP/2, any other is a mismatch with its number") {
    for (const char* status : {"200", "204", "299"}) {
        const CheckResult result = get("status", status);
        CHECK(result.failure == Reason::none);
        CHECK(std::to_string(result.status) == status);
    }
    for (const char* status : {"301", "404", "503"}) {
        const CheckResult result = get("status", status);
        CHECK(code(result.failure) == "Target.ResponseCodeMismatch");
        CHECK(std::to_string(result.status) == status);
        CHECK(result.sentence == std::string("The answer's status is ") + status);
    }
}

TEST_CASE("the request by HTTP/2 is a GET of the path from the host, and is taken leave of") {
    Http2Server server({"status", "200"});
    auto watched = target(server.port());
    watched.check->path = "/health?deep=1";
    watched.check->host = "web.example";
    CHECK(check_once(watched).failure == Reason::none);
    const std::string line = server.line_with(":method");
    CHECK(holds(line, R"(":method":"GET")"));
    CHECK(holds(line, R"(":scheme":"http")"));
    CHECK(holds(line, R"(":path":"/health?deep=1")"));
    CHECK(holds(line, R"(":authority":"web.example")"));
    CHECK(holds(line, R"("content":"")"));
    CHECK(server.line_with("goaway") == "goaway 0");
}

TEST_CASE("interim answers by HTTP/2 are passed over, but not without end") {
    CHECK(get("interim", "200").failure == Reason::none);
    const CheckResult result = get("endless-interim");
    CHECK(result.failure == Reason::response_code_mismatch);
    CHECK(result.status == 103);
}

TEST_CASE("the body of a page by HTTP/2 is left where it is") {
    CHECK(get("endless-body", "200").failure == Reason::none);
}

TEST_CASE("a head by HTTP/2 may have 30 kB, but no more than 32") {
    CHECK(get("big-head", "30000").failure == Reason::none);
    const CheckResult result = get("big-head", "40000");
    CHECK(code(result.failure) == "Target.FailedHealthChecks");
    CHECK(result.sentence == "The answer's head is longer than 32768 bytes");
}

TEST_CASE("a stream that is reset, and a connection that is ended, fail the check by HTTP/2") {
    const CheckResult reset = get("reset");
    CHECK(code(reset.failure) == "Target.FailedHealthChecks");
    CHECK(reset.sentence == "The stream was ended: REFUSED_STREAM");
    CHECK(code(get("go-away").failure) == "Target.FailedHealthChecks");
    const StrangeServer server("close");
    CHECK(check_once(target(server.port())).sentence == "The connection was closed before an answer came");
}

TEST_CASE("a target that says nothing by HTTP/2 fails at the timeout") {
    const Http2Server server({"silence"});
    auto watched = target(server.port());
    watched.check->timeout = std::chrono::milliseconds(500);
    CHECK(code(check_once(watched).failure) == "Target.Timeout");
}

TEST_CASE("what is not HTTP/2 fails, with a reason") {
    // HTTP/1, a greeting of SSH, no SETTINGS first, SETTINGS that are cut in half, and a promise by a server that has
    // acknowledged that it may make none (RFC 9113 section 6.6).
    for (const char* bytes : {"485454502f312e3120343030204261640d0a0d0a", "5353482d322e302d4f70656e5353480d0a",
                              "0000080600000000000000000000000000", "000005040000000000aabbccddee",
                              "000000040000000000"
                              "000000040100000000"
                              "0000080504000000010000000288828684"}) {
        const CheckResult result = garbage(bytes);
        CAPTURE(bytes);
        CHECK(code(result.failure) == "Target.FailedHealthChecks");
        CHECK(result.sentence == "The answer is not HTTP/2 as it should be");
    }
}

TEST_CASE("a connection that says nothing at length is left") {
    const StrangeServer server("endless-frames");
    CHECK(check_once(target(server.port())).sentence == "The answer is longer than 131072 bytes");
}

TEST_CASE("ELB's call of gRPC passes by its code, in trailers or in a head that is all") {
    for (const char* mode : {"grpc-trailers", "grpc-only-head"}) {
        CHECK(call(mode, "12").failure == Reason::none);
        const CheckResult result = call(mode, "14");
        CHECK(code(result.failure) == "Target.ResponseCodeMismatch");
        CHECK(result.status == 14);
        CHECK(result.sentence == "The answer's grpc-status is 14");
        CHECK(call(mode, "0").sentence == "The answer's grpc-status is 0");
    }
}

TEST_CASE("ELB's call of gRPC has an empty message") {
    Http2Server server({"grpc-only-head", "12"});
    CHECK(check_once(grpc_target(server.port())).failure == Reason::none);
    const std::string line = server.line_with(":method");
    CHECK(holds(line, R"(":method":"POST")"));
    CHECK(holds(line, R"(":path":"/AWS.ALB/healthcheck")"));
    CHECK(holds(line, R"("content-type":"application/grpc")"));
    CHECK(holds(line, R"("te":"trailers")"));
    CHECK(holds(line, R"("content":"0000000000")"));
}

TEST_CASE("the standard health service is asked for a service, and has to say that it serves") {
    Http2Server server({"grpc-message", "00000000020801"});
    CHECK(check_once(standard_target(server.port(), "shop.Cart")).failure == Reason::none);
    CHECK(holds(server.line_with(":method"), R"("content":"000000000b0a0973686f702e43617274")"));
    const CheckResult result = standard("grpc-message", "00000000020802");
    CHECK(code(result.failure) == "Target.FailedHealthChecks");
    CHECK(result.sentence == "The service is NOT_SERVING");
    CHECK(standard("grpc-message", "").sentence == "The answer is none of the standard health service");
    CHECK(standard("grpc-trailers", "5").sentence ==
          "The answer's grpc-status is 5"); // NOT_FOUND: it knows no such one
}

TEST_CASE("a method of one's own is judged by its code alone, whatever it says, but not without end") {
    const auto result_of = [](const std::string& bytes) {
        const Http2Server server({"grpc-bytes", bytes});
        auto watched = grpc_target(server.port());
        watched.check->grpc_matcher = {{0, 0}};
        return check_once(watched);
    };
    CHECK(result_of("100000").failure == Reason::none);
    CHECK(result_of("400000").sentence == "The answer is longer than 131072 bytes");
}

TEST_CASE("what answers a call of gRPC without gRPC fails, with a reason") {
    CHECK(call("grpc-no-code").sentence == "The answer has no grpc-status");
    CHECK(call("grpc-only-head", "twelve").sentence == "The answer has no grpc-status");
    for (const char* mode : {"status", "endless-body"}) {
        const CheckResult result = call(mode, "404");
        CHECK(code(result.failure) == "Target.ResponseCodeMismatch");
        CHECK(result.status == 404);
    }
}

TEST_CASE("HTTP/2 over TLS is agreed on by ALPN, and the certificate is believed as in the HTTPS check") {
    const Http2Server server(with_certificate("status", "200", "fw"));
    auto watched = target(server.port());
    watched.check->protocol = HealthProtocol::https;
    CHECK(check_once(watched).failure == Reason::none);
    watched.check->host = "fw.example";
    watched.check->ca = certificates() + "ca.pem";
    CHECK(check_once(watched).failure == Reason::none);
    watched.check->ca = certificates() + "other-ca.pem";
    CHECK(holds(check_once(watched).sentence, "The certificate is not to be trusted"));
}

TEST_CASE("a call of gRPC goes over TLS too") {
    Http2Server server(with_certificate("grpc-trailers", "12", "fw"));
    auto watched = grpc_target(server.port());
    watched.check->protocol = HealthProtocol::https;
    CHECK(check_once(watched).failure == Reason::none);
    CHECK(holds(server.line_with(":method"), R"(":scheme":"https")"));
}

TEST_CASE("a target of TLS that does not agree on HTTP/2 fails") {
    const TlsServer silent(certificates(), "fw", {});
    const TlsServer other(certificates(), "fw", {"-alpn", "http/1.1"});
    auto watched = target(silent.port());
    watched.check->protocol = HealthProtocol::https;
    CHECK(check_once(watched).sentence == "The target does not agree on HTTP/2 by ALPN");
    watched.check->port = other.port();
    CHECK(code(check_once(watched).failure) == "Target.FailedHealthChecks");
}

TEST_CASE("a check by HTTP/2 that is cancelled, or whose loop ends, is heard of no more") {
    const Http2Server server({"silence"});
    for (int turns = 0; turns < 6; ++turns) {
        boost::asio::io_context loop;
        health::Checker checker(loop, grpc_target(server.port()));
        bool was_heard = false;
        const auto cancelled = checker.make(1);
        cancelled->start([&was_heard](const CheckResult&) { was_heard = true; });
        checker.make(2)->start([](const CheckResult&) {}); // dies with the loop
        for (int turn = 0; turn < turns; ++turn)
            loop.run_one_for(std::chrono::milliseconds(10));
        cancelled->cancel();
        loop.run_for(std::chrono::milliseconds(10));
        CHECK_FALSE(was_heard);
    }
}
