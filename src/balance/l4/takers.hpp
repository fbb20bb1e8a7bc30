// SPDX-License-Identifier: Apache-2.0
// Who of a target group takes new flows, and in which proportion.
#pragma once

#include "balance/l4/directory.hpp"

#include <string>
#include <vector>

namespace sallyport::balance {

/// Fills what of the group says who takes flows. `zone`: where the gateway stands.
void choose_takers(const std::string& zone, const config::TargetGroup& from, const std::vector<Target>& targets,
                   TargetGroup& group);

} // namespace sallyport::balance
