// SPDX-License-Identifier: Apache-2.0
// The appliances of a replay: the sample ones' own code, at the addresses of the config's, without a network between.
#pragma once

#include "chain/roster.hpp"
#include "config/config.hpp"
#include "journey/packet.hpp"
#include "kit/appliance.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace sallyport::replay {

/// A frame to an appliance, as it stands in a buffer.
struct FrameToAppliance {
    ApplianceIndex appliance = no_index;
    std::uint16_t payload_at = 0; // of the UDP payload, in the buffer
    std::uint16_t payload_end = 0;
};

class Emulation {
public:
    /// An appliance for each of the places, as the first of the configurations that has it says. Fails with a sentence
    /// when one can not be made, for a rule file that is wrong for example.
    static Result<Emulation> create(const std::vector<const config::Config*>& configs, const chain::Slots& slots);

    /// Whether the Ethernet frame is GENEVE to the appliance that it is meant for.
    [[nodiscard]] std::optional<FrameToAppliance> recognise(const journey::Packet& frame) const;

    /// Lets the appliance answer, and makes the packet the answer's frame. False when it keeps the packet, which is
    /// then unchanged.
    [[nodiscard]] bool answer(const FrameToAppliance& to, journey::Packet& frame, Instant now);

private:
    std::vector<std::unique_ptr<appliances::Appliance>> appliances_; // by appliance index
    std::vector<IpAddress> addresses_;                               // likewise
};

} // namespace sallyport::replay
