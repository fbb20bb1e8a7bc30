// SPDX-License-Identifier: Apache-2.0
// VLAN tags (IEEE 802.1Q) of Ethernet frames in a buffer: read, taken off, put on.
#pragma once

#include "journey/packet.hpp"

#include <cstdint>

namespace sallyport::replay {

struct VlanTags {
    unsigned count = 0;     // stacked tags (802.1ad), each 4 bytes
    std::uint16_t vlan = 0; // of the outermost; 0 is a priority tag, which names no VLAN
};

[[nodiscard]] VlanTags read_vlan_tags(const journey::Packet& frame) noexcept;
/// Takes off the outermost `count` tags that read_vlan_tags() has found.
void remove_vlan_tags(journey::Packet& frame, unsigned count) noexcept;
/// Needs four bytes of headroom and a whole Ethernet header; false otherwise.
[[nodiscard]] bool add_vlan_tag(journey::Packet& frame, std::uint16_t vlan) noexcept;

} // namespace sallyport::replay
