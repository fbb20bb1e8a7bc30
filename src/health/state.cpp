// SPDX-License-Identifier: Apache-2.0
#include "health/state.hpp"

namespace sallyport::health {

using chain::Health;

namespace {

/// Of a description's list of HTTP statuses: an appliance that answers with a new one each time fills no memory.
constexpr std::size_t max_statuses = 8;

} // namespace

std::string_view code(Reason reason) noexcept {
    switch (reason) {
    case Reason::none:
        return "";
    case Reason::initial_health_checking:
        return "Elb.InitialHealthChecking";
    case Reason::failed_health_checks:
        return "Target.FailedHealthChecks";
    case Reason::timeout:
        return "Target.Timeout";
    case Reason::response_code_mismatch:
        return "Target.ResponseCodeMismatch";
    case Reason::no_return_traffic:
        return "Target.NoReturnTraffic";
    case Reason::internal_error:
        return "Elb.InternalError";
    }
    return "";
}

Verdict initial_verdict() {
    return {Health::initial, Reason::initial_health_checking, "Initial health checks in progress"};
}

void CheckState::take(const CheckResult& result) {
    if (result.failure == Reason::none) return succeed();
    if (result.failure != Reason::internal_error) return fail(result);
    // A check that could not be made counts neither way; who waits for the first one is told why none comes.
    if (verdict_.health == Health::initial) verdict_ = {Health::initial, Reason::internal_error, result.sentence};
}

void CheckState::succeed() {
    failures_ = 0;
    statuses_.clear();
    ++successes_;
    if (verdict_.health == Health::unhealthy && successes_ < thresholds_.healthy) return;
    verdict_ = {};
}

void CheckState::fail(const CheckResult& result) {
    successes_ = 0;
    ++failures_;
    if (result.status != 0 && statuses_.size() < max_statuses) statuses_.insert(result.status);
    if (verdict_.health == Health::unhealthy || failures_ >= thresholds_.unhealthy) {
        verdict_ = {Health::unhealthy, result.failure, sentence_of(result)};
    } else if (verdict_.health == Health::initial) {
        verdict_ = initial_verdict();
    }
}

std::string CheckState::sentence_of(const CheckResult& result) const {
    if (result.failure != Reason::response_code_mismatch) return result.sentence;
    std::string list;
    for (const std::uint16_t status : statuses_) {
        if (!list.empty()) list += ", ";
        list += std::to_string(status);
    }
    return "Health checks failed with these codes: [" + list + "]";
}

} // namespace sallyport::health
