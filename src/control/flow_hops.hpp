// SPDX-License-Identifier: Apache-2.0
// The appliances of a flow in hop order, from the two places where an entry keeps them.
#pragma once

#include "journey/worker.hpp"

#include <algorithm>
#include <vector>

namespace sallyport::control {

[[nodiscard]] inline std::vector<ApplianceIndex> hops_of(const journey::FlowRecord& record) {
    std::vector<ApplianceIndex> hops(record.entry.first_hops.begin(), record.entry.first_hops.end());
    hops.insert(hops.end(), record.birth.last_hops.begin(), record.birth.last_hops.end());
    hops.resize(std::min<std::size_t>(record.entry.hop_count, hops.size()));
    return hops;
}

} // namespace sallyport::control
