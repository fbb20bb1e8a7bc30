// SPDX-License-Identifier: Apache-2.0
#include "health/state.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::health;
using chain::Health;

namespace {

const CheckResult success;
const CheckResult late{Reason::timeout, "Request timed out"};
const CheckResult refused{Reason::failed_health_checks, "No connection to port 80: Connection refused"};
const CheckResult impossible{Reason::internal_error, "No socket is to be had: Too many open files"};

CheckResult answered(std::uint16_t status) {
    return {Reason::response_code_mismatch, "The answer's status is " + std::to_string(status), status};
}

CheckState state_of(Verdict start, std::initializer_list<CheckResult> results) {
    CheckState state({3, 2}, std::move(start));
    for (const CheckResult& result : results)
        state.take(result);
    return state;
}

const Verdict broken{Health::unhealthy, Reason::timeout, "Request timed out"};

} // namespace

TEST_CASE("nothing is known of an appliance before its first check") {
    const Verdict verdict = state_of(initial_verdict(), {}).verdict();
    CHECK(verdict.health == Health::initial);
    CHECK(code(verdict.reason) == "Elb.InitialHealthChecking");
    CHECK(verdict.sentence == "Initial health checks in progress");
}

TEST_CASE("the first success makes an appliance healthy, without reason and sentence") {
    for (const auto& before : {std::initializer_list<CheckResult>{success}, {late, success}}) {
        const Verdict verdict = state_of(initial_verdict(), before).verdict();
        CHECK(verdict.health == Health::healthy);
        CHECK(code(verdict.reason).empty());
        CHECK(verdict.sentence.empty());
    }
}

TEST_CASE("a new appliance is unhealthy after as many failures as the threshold says, and initial until then") {
    CheckState state = state_of(initial_verdict(), {refused});
    CHECK(state.verdict().health == Health::initial);
    state.take(refused);
    CHECK(state.verdict().health == Health::unhealthy);
    CHECK(code(state.verdict().reason) == "Target.FailedHealthChecks");
    CHECK(state.verdict().sentence == "No connection to port 80: Connection refused");
}

TEST_CASE("a healthy appliance forgives failures that a success interrupts") {
    CheckState state = state_of({}, {late, success, late, success, late});
    CHECK(state.verdict().health == Health::healthy);
    CHECK(state.failures_in_a_row() == 1);
    state.take(late);
    CHECK(state.verdict().health == Health::unhealthy);
    CHECK(code(state.verdict().reason) == "Target.Timeout");
    CHECK(state.verdict().sentence == "Request timed out");
}

TEST_CASE("an unhealthy appliance is healthy after as many successes in a row as the threshold says") {
    CHECK(state_of(broken, {success, success}).verdict().health == Health::unhealthy);
    CHECK(state_of(broken, {success, success, late, success, success}).verdict().health == Health::unhealthy);
    CHECK(state_of(broken, {success, success, success}).verdict().health == Health::healthy);
}

TEST_CASE("while an appliance is unhealthy its reason is the last failure's") {
    const Verdict verdict = state_of(broken, {refused}).verdict();
    CHECK(verdict.reason == Reason::failed_health_checks);
    CHECK(verdict.sentence == refused.sentence);
    CHECK(state_of(broken, {success}).verdict().reason == Reason::timeout);
}

TEST_CASE("the sentence lists each unwanted status of the failures in a row once") {
    CHECK(state_of({}, {answered(503), answered(503)}).verdict().sentence ==
          "Health checks failed with these codes: [503]");
    CHECK(state_of({}, {answered(503), answered(404), answered(503)}).verdict().sentence ==
          "Health checks failed with these codes: [404, 503]");
    CHECK(state_of({}, {answered(500), success, answered(503), answered(503)}).verdict().sentence ==
          "Health checks failed with these codes: [503]");
}

TEST_CASE("an appliance that answers with ever new statuses fills no memory") {
    CheckState state({5, 2}, {});
    for (std::uint16_t status = 400; status < 599; ++status)
        state.take(answered(status));
    CHECK(state.verdict().sentence.size() < 100);
}

TEST_CASE("a check that the gateway could not make counts neither way") {
    CHECK(state_of({}, {impossible, impossible, impossible}).verdict().health == Health::healthy);
    CHECK(state_of(broken, {impossible}).verdict().sentence == broken.sentence);
    CHECK(state_of({}, {late, impossible, late}).verdict().health == Health::unhealthy);
    const Verdict verdict = state_of(initial_verdict(), {impossible, impossible, impossible}).verdict();
    CHECK(verdict.health == Health::initial);
    CHECK(code(verdict.reason) == "Elb.InternalError");
    CHECK(verdict.sentence == impossible.sentence);
}
