// SPDX-License-Identifier: Apache-2.0
// To whom on its last link a packet goes: to its destination address, or to a target that holds that address besides
// its own (direct server return).
#pragma once

#include "journey/parse_ip.hpp"
#include "journey/steps.hpp"

namespace sallyport::journey {

[[nodiscard]] inline IpAddress station_address(const Round& round, const Packet& packet) noexcept {
    if (packet.station == no_index) [[likely]]
        return destination_address(packet);
    return round.around.roster.directory->targets[packet.station].address;
}

} // namespace sallyport::journey
