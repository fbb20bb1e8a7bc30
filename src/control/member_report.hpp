// SPDX-License-Identifier: Apache-2.0
// What the reports of appliances and of targets have in common: how each stands.
#pragma once

#include "control/view.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <vector>

namespace sallyport::control {

/// zone, zone_shifted, share_percent, state, state_age_ms, reason, sentence, taken_out_by, drain_left_ms.
void add_standing(const MemberState& state, boost::json::object& report);
[[nodiscard]] boost::json::array zones_report(const View& view);
/// Each as in targets_report(); positions that are taken.
[[nodiscard]] boost::json::array target_reports(const View& view, const std::vector<TargetIndex>& targets);

} // namespace sallyport::control
