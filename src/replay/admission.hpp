// SPDX-License-Identifier: Apache-2.0
// From a trace's record to a frame that arrives at a port: what the driver of that port would do (take the VLAN tag
// off, know its MAC), and what a trace does not say (which port it was).
#pragma once

#include "chain/roster.hpp"
#include "journey/packet.hpp"
#include "replay/inputs.hpp"
#include "replay/port_plan.hpp"
#include "replay/sides.hpp"
#include "telemetry/drop_reason.hpp"

#include <optional>
#include <vector>

namespace sallyport::replay {

class Admission {
public:
    /// `roster` and `ports` must outlive it. `endpoint`: whose the frames without a VLAN are, in traces that are for no
    /// port in particular.
    Admission(const chain::Roster& roster, const std::vector<ReplayPort>& ports, EndpointIndex endpoint, Sides sides);

    /// Puts the record into `packet`, an empty one with headroom, as a frame that arrives at `port`; with no_index at
    /// the port that the frame itself gives. The reason when the frame may not come in.
    [[nodiscard]] std::optional<DropReason> admit(const InputRecord& input, PortIndex port, journey::Packet& packet);
    /// Packets whose IPv4 header checksum was left to the sender's network card and filled in here.
    [[nodiscard]] std::uint64_t filled_checksums() const noexcept { return filled_checksums_; }

private:
    [[nodiscard]] std::optional<DropReason> admit_at_port(PortIndex port, journey::Packet& packet) const;
    [[nodiscard]] std::optional<DropReason> admit_by_frame(journey::Packet& packet);
    [[nodiscard]] EndpointIndex endpoint_of_vlan(std::uint16_t vlan) const noexcept;
    [[nodiscard]] PortIndex port_for(EndpointIndex endpoint, const journey::Packet& packet);

    const chain::Roster& roster_;
    const std::vector<ReplayPort>& ports_;
    EndpointIndex endpoint_;
    Sides sides_;
    bool vlans_are_used_ = false;
    std::uint64_t filled_checksums_ = 0;
};

} // namespace sallyport::replay
