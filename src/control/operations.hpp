// SPDX-License-Identifier: Apache-2.0
// What an operator can change in a running gateway, as an interface beside the View, which changes nothing. When a
// function returns, the workers' next round goes by what it did. All calls come from the control thread.
#pragma once

#include "control/member_choice.hpp"
#include "control/reload.hpp"
#include "support/index.hpp"
#include "support/result.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace sallyport::control {

/// AWS's bound of deregistration_delay.timeout_seconds.
inline constexpr std::chrono::milliseconds max_drain_delay = std::chrono::seconds(3600);

/// Each gives whom it concerns; the sentence of an Error says why nothing was changed.
class Operations {
public:
    using Appliances = Result<std::vector<ApplianceIndex>>;
    using Targets = Result<std::vector<TargetIndex>>;

    virtual ~Operations() = default;

    /// Without `delay` the deregistration_delay of the group.
    virtual Appliances drain(const MemberChoice& choice, std::optional<std::chrono::milliseconds> delay) = 0;
    virtual Appliances undrain(const MemberChoice& choice) = 0;
    virtual Targets drain_targets(const MemberChoice& choice, std::optional<std::chrono::milliseconds> delay) = 0;
    virtual Targets undrain_targets(const MemberChoice& choice) = 0;
    virtual Result<Members> shift_zone(const std::string& zone, bool away) = 0;
    /// Reads the configuration file again.
    virtual Result<ReloadReport> reload() = 0;
};

} // namespace sallyport::control
