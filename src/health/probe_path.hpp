// SPDX-License-Identifier: Apache-2.0
// How a GENEVE probe gets to an appliance and back: by the workers, as every other packet does. Implemented where the
// workers are.
#pragma once

#include "support/index.hpp"

#include <cstdint>
#include <span>

namespace sallyport::health {

/// Called on the control thread only; neither function waits for anything, and neither throws.
class ProbePath {
public:
    virtual ~ProbePath() = default;

    /// Sends an IP packet of at most 256 bytes, encapsulated as from `endpoint`, through the appliance. What can not
    /// be sent is lost: the missing answer says so. Each call has another number, never 0.
    virtual void send(ApplianceIndex appliance, std::uint32_t number, std::span<const std::uint8_t> ip_packet,
                      EndpointIndex endpoint) = 0;
    /// Whether the probe of this number came back. Only asked of the number that was sent last to the appliance.
    [[nodiscard]] virtual bool answered(ApplianceIndex appliance, std::uint32_t number) const = 0;
};

} // namespace sallyport::health
