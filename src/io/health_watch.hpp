// SPDX-License-Identifier: Apache-2.0
// Health checks in a running gateway: who is watched comes from the roster, probes go out by the workers, and what is
// found out goes to the steward.
#pragma once

#include "control/view.hpp"
#include "health/monitor.hpp"
#include "health/probe_path.hpp"
#include "io/steward.hpp"
#include "io/worker_loop.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <span>
#include <vector>

namespace sallyport::io {

class HealthWatch final : health::ProbePath {
public:
    /// All of it lives longer.
    HealthWatch(boost::asio::io_context& events, Steward& steward, const control::View& view,
                const std::vector<std::unique_ptr<WorkerLoop>>& workers);
    HealthWatch(const HealthWatch&) = delete;
    HealthWatch& operator=(const HealthWatch&) = delete;
    ~HealthWatch() override = default;

private:
    void send(ApplianceIndex appliance, std::uint32_t number, std::span<const std::uint8_t> ip_packet,
              EndpointIndex endpoint) override;
    [[nodiscard]] bool answered(ApplianceIndex appliance, std::uint32_t number) const override;
    [[nodiscard]] health::Traffic traffic(ApplianceIndex appliance) const;
    void tell(const health::Change& change);
    void compare(const chain::Slots& slots);

    Steward& steward_;
    const control::View& view_;
    const std::vector<std::unique_ptr<WorkerLoop>>& workers_;
    health::Monitor monitor_;
};

} // namespace sallyport::io
