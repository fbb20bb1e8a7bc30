// SPDX-License-Identifier: Apache-2.0
#include "fake_probe_path.hpp"
#include "health/probe_packet.hpp"
#include "loop.hpp"

using namespace sallyport;
using namespace sallyport::test;
using namespace std::chrono_literals;
using config::HealthProtocol;
using health::CheckResult;
using health::code;
using health::Reason;

namespace {

health::Watched probed() {
    auto watched = local_appliance(HealthProtocol::geneve, 0);
    watched.index = 5;
    watched.probe_endpoint = 3;
    return watched;
}

} // namespace

TEST_CASE("a probe that comes back passes, and long before the timeout") {
    FakeProbePath path;
    path.looks_before_answer = 5;
    const CheckResult result = check_once(probed(), &path);
    CHECK(result.failure == Reason::none);
    CHECK(path.looks == 6);
}

TEST_CASE("one probe is sent a check, to the appliance, from the endpoint, as the configuration has it") {
    FakeProbePath path;
    const auto watched = probed();
    check_once(watched, &path);
    REQUIRE(path.sent.size() == 1);
    CHECK(path.sent[0].appliance == 5);
    CHECK(path.sent[0].endpoint == 3);
    CHECK(path.sent[0].number == 1);
    CHECK(path.sent[0].packet == health::probe_packet(watched.check->probe, 1));
}

TEST_CASE("a probe that does not come back fails at the timeout") {
    FakeProbePath path;
    path.dead = {5};
    auto watched = probed();
    watched.check->timeout = 50ms;
    const CheckResult result = check_once(watched, &path);
    CHECK(code(result.failure) == "Target.Timeout");
    CHECK(result.sentence == "Request timed out: the probe did not come back from the appliance");
    CHECK(result.took >= 50ms);
}

TEST_CASE("a probe that came back since the last look passes at the deadline") {
    // The first look is after 1 ms, and so is the deadline.
    FakeProbePath path;
    auto watched = probed();
    watched.check->timeout = 0ms;
    CHECK(check_once(watched, &path).failure == Reason::none);
    CHECK(path.looks == 1);
}

TEST_CASE("a probe that can not be built is the gateway's trouble") {
    FakeProbePath path;
    auto watched = probed();
    watched.check->probe.destination = *IpAddress::parse("2001:2::2");
    const CheckResult result = check_once(watched, &path);
    CHECK(code(result.failure) == "Elb.InternalError");
    CHECK(path.sent.empty());
}

TEST_CASE("every probe fits into 256 bytes") {
    config::GeneveProbe probe;
    probe.source = *IpAddress::parse("2001:2::1");
    probe.destination = *IpAddress::parse("2001:2::2");
    for (const int protocol : {1, 6, 17, 58}) {
        probe.protocol = static_cast<std::uint8_t>(protocol);
        const auto packet = health::probe_packet(probe, 1);
        CHECK_FALSE(packet.empty());
        CHECK(packet.size() <= 256);
    }
}
