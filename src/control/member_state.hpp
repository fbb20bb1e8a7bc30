// SPDX-License-Identifier: Apache-2.0
// How an appliance or a target stands, in ELB's words: state, reason code and a sentence. What `appliances` and
// `targets` show. Both are members of a group, and what holds for one holds for the other.
#pragma once

#include "chain/slots.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sallyport::control {

/// ELB's TargetHealth.State. Its `unavailable` is for targets whose health nobody asks for; here they are healthy.
enum class State : std::uint8_t {
    initial,
    healthy,
    unhealthy,
    unhealthy_draining, // no new flows; those that it has may finish for a while
    draining,
    unused,
};

/// "unhealthy.draining", as ELB spells it.
[[nodiscard]] std::string_view name(State state) noexcept;

// ELB's TargetHealth.Reason, as far as they are not a health check's own.
inline constexpr std::string_view registration_in_progress = "Elb.RegistrationInProgress";
inline constexpr std::string_view initial_health_checking = "Elb.InitialHealthChecking";
inline constexpr std::string_view deregistration_in_progress = "Target.DeregistrationInProgress";
inline constexpr std::string_view not_registered = "Target.NotRegistered";
inline constexpr std::string_view not_in_use = "Target.NotInUse";

/// Who took it out.
enum class TakenOutBy : std::uint8_t { nobody, command, reload };

struct MemberState {
    State state = State::healthy;
    std::string reason;                                  // empty when healthy
    std::string sentence;                                // the same, for people
    std::chrono::milliseconds age{0};                    // since when it is in this state
    std::optional<std::chrono::milliseconds> drain_left; // draining, unhealthy.draining: until the delay is over
    TakenOutBy taken_out_by = TakenOutBy::nobody;
    std::uint16_t share_percent = 100; // of its weight: less while it starts slowly
    // Of targets of HTTP (health/anomaly.hpp).
    bool is_anomalous = false;
    std::uint16_t mitigated_percent = 100; // of that share: less while it is anomalous, or was just now
    std::string zone;                      // empty: every zone's
    bool zone_is_shifted = false;
    bool is_free = false; // nothing is at this position
};

/// What checks say of it.
struct HealthNote {
    chain::Health health = chain::Health::healthy;
    std::string reason; // ELB's code: Target.Timeout, ...
    std::string sentence;
};

} // namespace sallyport::control
