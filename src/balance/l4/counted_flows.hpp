// SPDX-License-Identifier: Apache-2.0
// How many flows targets have, by the counters of who asks: a worker, the stream proxy, or all threads of HTTP.
#pragma once

#include "balance/l4/choose_target.hpp"
#include "telemetry/counters.hpp"

#include <span>
#include <vector>

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

/// Of several threads, any of which may ask; a moment old where others count just now.
class SummedFlows final : public Connections {
public:
    /// Before anybody asks.
    void add(std::span<const TargetCounters> of_a_thread) { threads_.push_back(of_a_thread); }
    [[nodiscard]] std::uint32_t at(TargetIndex target) const noexcept override {
        std::uint64_t flows = 0;
        for (const std::span<const TargetCounters> counters : threads_) {
            const std::uint64_t ended = counters[target].flows_ended.read(); // before those that were created
            flows += counters[target].flows_created.read() - ended;
        }
        return static_cast<std::uint32_t>(flows);
    }

private:
    std::vector<std::span<const TargetCounters>> threads_;
};

} // namespace sallyport::balance
