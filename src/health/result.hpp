// SPDX-License-Identifier: Apache-2.0
// What a check has found, and the words for it: ELB's reason codes, and one of our own.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace sallyport::health {

/// Why an appliance is not healthy; the codes are ELB's (API reference, TargetHealth), but for no_return_traffic.
enum class Reason : std::uint8_t {
    none,                    // healthy, or a check that passed
    initial_health_checking, // Elb.InitialHealthChecking: nothing is known yet
    failed_health_checks,    // Target.FailedHealthChecks: no connection, or an answer that can not be read
    timeout,                 // Target.Timeout: no answer in time
    response_code_mismatch,  // Target.ResponseCodeMismatch: an HTTP status that the matcher does not want
    no_return_traffic,       // Target.NoReturnTraffic: packets are sent to it, and none comes back
    internal_error,          // Elb.InternalError: the gateway could not make the check; says nothing of the appliance
};

/// The reason's code; empty for none.
[[nodiscard]] std::string_view code(Reason reason) noexcept;

struct CheckResult {
    Reason failure = Reason::none; // none: passed
    std::string sentence;          // why it failed, without a full stop
    std::uint16_t status = 0;      // of an HTTP answer; 0: there was none
    std::chrono::microseconds took{0};
};

} // namespace sallyport::health
