// SPDX-License-Identifier: Apache-2.0
// Counts what proxied connections do, where the workers count what rewritten flows do: for the reports, for passive
// health checks, and so that a target keeps its place while connections are at it.
#pragma once

#include "balance/proxy/target_chooser.hpp"
#include "telemetry/counters.hpp"

namespace sallyport::balance {

class StreamBooks final : public StreamObserver {
public:
    /// Outlive it, and have room for every target and listener there will be.
    explicit StreamBooks(StreamCounters& counters) noexcept : counters_(counters) {}

    void joined(TargetId target) noexcept override { counters_.targets[target].flows_created.add(1); }
    void left(TargetId target) noexcept override { counters_.targets[target].flows_ended.add(1); }
    void connected(TargetId target, std::chrono::steady_clock::duration took) override;
    void connect_failed(TargetId target, ConnectFailure failure) override;
    void carried(TargetId target, std::uint64_t to_target, std::uint64_t from_target) noexcept override;
    void ended(const StreamReport& report) override;

private:
    StreamCounters& counters_;
};

} // namespace sallyport::balance
