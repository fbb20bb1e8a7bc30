// SPDX-License-Identifier: Apache-2.0
// Health checks in a running gateway: who is watched comes from the roster, probes go out by the workers, and what is
// found out goes to the steward.
#pragma once

#include "control/view.hpp"
#include "health/monitor.hpp"
#include "health/probe_path.hpp"
#include "io/http_service.hpp"
#include "io/steward.hpp"
#include "io/stream_proxy.hpp"
#include "io/worker_loop.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace sallyport::io {

struct HealthWatchTools {
    const std::vector<std::unique_ptr<WorkerLoop>>& workers; // send probes, and count
    const HttpService& http;                                 // knows the TLS of its target groups
    const StreamProxy& stream_proxy;                         // of the others
    balance::LegNotes& leg_notes;                            // of checks, beside those of proxies
};

class HealthWatch final : health::ProbePath {
public:
    /// All of it lives longer.
    HealthWatch(boost::asio::io_context& events, Steward& steward, const control::View& view,
                const HealthWatchTools& tools);
    HealthWatch(const HealthWatch&) = delete;
    HealthWatch& operator=(const HealthWatch&) = delete;
    ~HealthWatch() override = default;

    /// Nothing: it is not watched.
    [[nodiscard]] std::optional<health::Report> target_report(TargetIndex target) const {
        return targets_.report(target);
    }

private:
    void send(ApplianceIndex appliance, std::uint32_t number, std::span<const std::uint8_t> ip_packet,
              EndpointIndex endpoint) override;
    [[nodiscard]] bool answered(ApplianceIndex appliance, std::uint32_t number) const override;
    [[nodiscard]] health::Traffic traffic(ApplianceIndex appliance) const;
    void tell(const health::Change& change);
    [[nodiscard]] health::Connections connections(TargetIndex target) const;
    void tell_of_target(const health::Change& change);
    void compare(const control::Registry& registry);

    Steward& steward_;
    const control::View& view_;
    const std::vector<std::unique_ptr<WorkerLoop>>& workers_;
    health::Monitor appliances_;
    health::Monitor targets_;
};

} // namespace sallyport::io
