// SPDX-License-Identifier: Apache-2.0
// How many flows targets have, by the counters of who asks: a worker, or the stream proxy.
#pragma once

#include "balance/l4/choose_target.hpp"
#include "telemetry/counters.hpp"

#include <span>

namespace sallyport::balance {

class CountedFlows final : public Connections {
public:
    explicit CountedFlows(std::span<const TargetCounters> counters) noexcept : counters_(counters) {}
    [[nodiscard]] std::uint32_t at(TargetIndex target) const noexcept override {
        const TargetCounters& counts = counters_[target];
        return static_cast<std::uint32_t>(counts.flows_created.read() - counts.flows_ended.read());
    }

private:
    std::span<const TargetCounters> counters_;
};

} // namespace sallyport::balance
