// SPDX-License-Identifier: Apache-2.0
#include "control/reports.hpp"
#include "control/sum.hpp"

#include <boost/json.hpp>

namespace sallyport::control {

boost::json::object drops_report(const View& view, bool all) {
    std::uint64_t total = 0;
    boost::json::array drops;
    for (std::size_t index = 0; index < drop_reason_count; ++index) {
        const auto reason = static_cast<DropReason>(index);
        const std::uint64_t count = sum_of_workers(
            view, [&](const auto& counters) -> auto& { return counters.drops[index]; });
        total += count;
        if (count == 0 && !all) continue;
        drops.emplace_back(
            boost::json::object{{"reason", name(reason)}, {"count", count}, {"meaning", describe(reason)}});
    }
    return {{"total", total}, {"drops", std::move(drops)}};
}

} // namespace sallyport::control
