// SPDX-License-Identifier: Apache-2.0
#include "loop.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <thread>
#include <utility>

using namespace sallyport;
using namespace sallyport::test;
using namespace std::chrono_literals;
using config::HealthProtocol;
using health::CheckResult;
using health::code;
using health::Reason;

namespace {

CheckResult tcp(std::uint16_t port) {
    return check_once(local_appliance(HealthProtocol::tcp, port));
}

CheckResult http(const std::string& mode, const std::string& argument = "") {
    const StrangeServer server(mode, argument);
    return check_once(local_appliance(HealthProtocol::http, server.port()));
}

/// A port that refuses: taken, so that nobody else gets it, and nobody listens.
class ClosedPort {
public:
    ClosedPort() : socket_(loop_, {boost::asio::ip::address_v4::loopback(), 0}) {}
    [[nodiscard]] std::uint16_t number() const { return socket_.local_endpoint().port(); }

private:
    boost::asio::io_context loop_;
    boost::asio::ip::tcp::socket socket_;
};

std::string head_that_came(config::HealthCheck check) {
    StrangeServer server("status", "200");
    auto watched = local_appliance(HealthProtocol::http, server.port());
    check.protocol = HealthProtocol::http;
    check.port = server.port();
    check.timeout = watched.check->timeout;
    watched.check = check;
    CHECK(check_once(watched).failure == Reason::none);
    return server.line_with("GET");
}

} // namespace

TEST_CASE("a port that accepts passes the TCP check, whatever is behind it") {
    const StrangeServer server("silence");
    const CheckResult result = tcp(server.port());
    CHECK(result.failure == Reason::none);
    CHECK(result.sentence.empty());
    CHECK(result.took > 0us);
}

TEST_CASE("a port that refuses fails the TCP check, and the sentence names it") {
    const ClosedPort port;
    const CheckResult result = tcp(port.number());
    CHECK(code(result.failure) == "Target.FailedHealthChecks");
    CHECK(result.sentence == "No connection to port " + std::to_string(port.number()) + ": Connection refused");
}

TEST_CASE("a port that neither accepts nor refuses fails the TCP check at its timeout") {
    const StrangeServer server("never-accept");
    auto watched = local_appliance(HealthProtocol::tcp, server.port());
    watched.check->timeout = 300ms;
    const CheckResult result = check_once(watched);
    CHECK(code(result.failure) == "Target.Timeout");
    CHECK(result.sentence == "Request timed out");
    CHECK(result.took >= 300ms);
}

TEST_CASE("checks reach appliances over IPv6") {
    boost::asio::io_context loop;
    boost::asio::ip::tcp::acceptor acceptor(loop);
    boost::system::error_code error;
    acceptor.open(boost::asio::ip::tcp::v6(), error);
    if (!error) acceptor.bind({boost::asio::ip::address_v6::loopback(), 0}, error);
    if (error) {
        WARN("no IPv6 here: " << error.message());
        return;
    }
    acceptor.listen();
    auto watched = local_appliance(HealthProtocol::tcp, acceptor.local_endpoint().port());
    watched.address = *IpAddress::parse("::1");
    CHECK(check_once(watched).failure == Reason::none);
}

TEST_CASE("an HTTP status within the matcher passes, any other is a mismatch with its number") {
    for (const char* status : {"200", "204", "301", "399"}) {
        const CheckResult result = http("status", status);
        CHECK(result.failure == Reason::none);
        CHECK(std::to_string(result.status) == status);
    }
    for (const char* status : {"400", "404", "503", "101"}) {
        const CheckResult result = http("status", status);
        CHECK(code(result.failure) == "Target.ResponseCodeMismatch");
        CHECK(std::to_string(result.status) == status);
        CHECK(result.sentence == std::string("The answer's status is ") + status);
    }
}

TEST_CASE("a matcher may have several ranges, and 200 may be in none") {
    const StrangeServer missing("status", "404");
    const StrangeServer fine("status", "200");
    auto watched = local_appliance(HealthProtocol::http, missing.port());
    watched.check->matcher = {{301, 301}, {403, 404}};
    CHECK(check_once(watched).failure == Reason::none);
    watched.check->port = fine.port();
    CHECK(check_once(watched).failure == Reason::response_code_mismatch);
}

TEST_CASE("the request has path, Host and no wish to keep the connection") {
    config::HealthCheck check;
    const std::string plain = head_that_came(check);
    CHECK(plain.find("\"GET / HTTP/1.1\"") != std::string::npos);
    CHECK(plain.find("\"Host: 127.0.0.1:") != std::string::npos);
    CHECK(plain.find("\"Connection: close\"") != std::string::npos);
    check.path = "/health?deep=1";
    check.host = "fw.example";
    const std::string named = head_that_came(check);
    CHECK(named.find("\"GET /health?deep=1 HTTP/1.1\"") != std::string::npos);
    CHECK(named.find("\"Host: fw.example\"") != std::string::npos);
}

TEST_CASE("Python's own web server passes the HTTP check, and misses a file that is not there") {
    const Server server(
        {"python3", "-u", "-m", "http.server", "--bind", "127.0.0.1", "--directory", SALLYPORT_HEALTH_TESTS, "0"},
        "port ");
    auto watched = local_appliance(HealthProtocol::http, server.port());
    watched.check->path = "/loop.hpp";
    CHECK(check_once(watched).failure == Reason::none);
    watched.check->path = "/there-is-none";
    const CheckResult result = check_once(watched);
    CHECK(result.failure == Reason::response_code_mismatch);
    CHECK(result.status == 404);
}

TEST_CASE("interim answers are passed over, but not without end") {
    CHECK(http("interim").failure == Reason::none);
    const CheckResult result = http("endless-interim");
    CHECK(result.failure == Reason::response_code_mismatch);
    CHECK(result.status == 100);
}

TEST_CASE("a body without end is left where it is") {
    CHECK(http("endless-body").failure == Reason::none);
}

TEST_CASE("an answer's head may have 30 kB, but not go on for ever") {
    CHECK(http("big-head", "30000").failure == Reason::none);
    for (const char* mode : {"endless-head", "endless-line"}) {
        const CheckResult result = http(mode);
        CHECK(code(result.failure) == "Target.FailedHealthChecks");
        CHECK(result.sentence == "The answer's head is longer than 32768 bytes");
    }
}

TEST_CASE("what is not HTTP fails, with a reason") {
    // A banner, TLS's alert, an SSH greeting, HTTP/2's settings, a status without digits.
    for (const char* bytes : {"3232302068656c6c6f0d0a0d0a", "15030100020246", "5353482d322e302d4f70656e5353480d0a0d0a",
                              "000000040000000000", "485454502f312e3120786f78204f4b0d0a0d0a"}) {
        const CheckResult result = http("garbage", bytes);
        CAPTURE(bytes, result.sentence);
        CHECK(code(result.failure) == "Target.FailedHealthChecks");
        CHECK_FALSE(result.sentence.empty());
    }
}

TEST_CASE("a server that hangs up fails, and the sentence says when it did") {
    CHECK(http("close").sentence == "The connection was closed before an answer came");
    CHECK(http("half-head").sentence == "The connection was closed in the middle of the answer's head");
    const CheckResult result = http("reset");
    CHECK(result.failure == Reason::failed_health_checks);
    CHECK(result.sentence == "The connection broke: Connection reset by peer");
}

TEST_CASE("a server that says nothing, or half of it, fails at the timeout") {
    for (const char* mode : {"silence", "half-head-and-silence"}) {
        StrangeServer server(mode);
        auto watched = local_appliance(HealthProtocol::http, server.port());
        watched.check->timeout = 500ms;
        const CheckResult result = check_once(watched);
        CHECK(code(result.failure) == "Target.Timeout");
        CHECK(result.sentence == "Request timed out");
    }
}

TEST_CASE("when the loop itself is late a check gets its time back, once") {
    // Whether the answer came in time nobody can say who did not look: the target has time to answer, but not for ever.
    for (const auto& [mode, expected] : {std::pair("status", Reason::none), std::pair("silence", Reason::timeout)}) {
        INFO(mode);
        const StrangeServer server(mode, "200");
        auto watched = local_appliance(HealthProtocol::http, server.port());
        watched.check->timeout = 1s;
        boost::asio::io_context loop;
        health::Checker checker(loop, watched);
        std::optional<CheckResult> result;
        checker.make(1)->start([&result](const CheckResult& got) { result = got; });
        std::this_thread::sleep_for(2500ms); // as a thread without a CPU does
        run_until(loop, [&result] { return result.has_value(); });
        CHECK(result->failure == expected);
        if (expected == Reason::timeout) CHECK(result->took >= 3500ms);
    }
}

TEST_CASE("a check that is cancelled, or whose loop ends, is heard of no more") {
    const StrangeServer server("silence");
    for (const HealthProtocol protocol : {HealthProtocol::tcp, HealthProtocol::http, HealthProtocol::https}) {
        for (int turns = 0; turns < 6; ++turns) {
            boost::asio::io_context loop;
            health::Checker checker(loop, local_appliance(protocol, server.port()));
            bool was_heard = false;
            const auto cancelled = checker.make(1);
            cancelled->start([&was_heard](const CheckResult&) { was_heard = true; });
            checker.make(2)->start([](const CheckResult&) {}); // dies with the loop
            for (int turn = 0; turn < turns; ++turn)
                loop.run_one_for(10ms);
            const bool was_heard_in_time = was_heard;
            cancelled->cancel();
            loop.run_for(10ms);
            CHECK(was_heard == was_heard_in_time);
        }
    }
}

TEST_CASE("GENEVE probes fail as the gateway's trouble when there is no way for them") {
    const CheckResult result = check_once(local_appliance(HealthProtocol::geneve, 0));
    CHECK(code(result.failure) == "Elb.InternalError");
}
