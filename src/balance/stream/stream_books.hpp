// SPDX-License-Identifier: Apache-2.0
// Counts what proxied connections do, where the workers count what rewritten flows do: for the reports, for passive
// health checks, and so that a target keeps its place while connections are at it.
#pragma once

#include "balance/proxy/target_chooser.hpp"
#include "balance/stream/tls_counters.hpp"
#include "telemetry/counters.hpp"

#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

namespace sallyport::balance {

class StreamBooks final : public StreamObserver {
public:
    /// Outlive it, and have room for every target and listener there will be.
    StreamBooks(StreamCounters& counters, std::vector<TlsCounters>& tls) noexcept : counters_(counters), tls_(tls) {}

    /// Who is told why there is no TLS with a target: each kind of failure once, until there was some with it, and then
    /// not before a minute has passed.
    using Tell = std::function<void(TargetId, const std::string& sentence)>;
    void tell_of_tls(Tell tell) { tell_ = std::move(tell); }

    void joined(TargetId target) noexcept override { counters_.targets[target].flows_created.add(1); }
    void left(TargetId target) noexcept override { counters_.targets[target].flows_ended.add(1); }
    void connected(TargetId target, std::chrono::steady_clock::duration took) override;
    void connect_failed(TargetId target, ConnectFailure failure) override;
    void client_tls_agreed(ListenerId listener, bool is_resumed) override;
    void client_tls_failed(ListenerId listener, const tls::FailedHandshake& why) override;
    void target_tls_agreed(ListenerId listener, TargetId target) override;
    void target_tls_failed(ListenerId listener, TargetId target, const tls::FailedHandshake& why) override;
    void carried(TargetId target, std::uint64_t to_target, std::uint64_t from_target) noexcept override;
    void ended(const StreamReport& report) override;

private:
    struct Told {
        std::uint32_t kinds = 0; // a bit each
        std::optional<std::chrono::steady_clock::time_point> last;
    };

    StreamCounters& counters_;
    std::vector<TlsCounters>& tls_;
    Tell tell_;
    std::unordered_map<TargetId, Told> told_;
};

} // namespace sallyport::balance
