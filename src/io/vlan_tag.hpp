// SPDX-License-Identifier: Apache-2.0
// 802.1Q tags, taken off and put on in place: the MAC addresses move by four bytes, the packet does not.
#pragma once

#include "journey/packet.hpp"

#include <cstdint>

namespace sallyport::io {

inline constexpr std::uint16_t vlan_tag_bytes = 4;
/// No tag, or a priority tag (VLAN 0, IEEE 802.1Q-2018 6.9), which counts as untagged.
inline constexpr std::uint16_t untagged = 0;

/// Takes a tag (TPID 0x8100) off the frame and returns its VLAN; `untagged` when there is none. A frame too short for
/// Ethernet header and tag is left as it is: the first step of the journey drops it.
std::uint16_t strip_vlan_tag(journey::Packet& packet) noexcept;

/// Puts a tag in front of the EtherType. False when there is no room in front of the frame or no Ethernet header.
[[nodiscard]] bool insert_vlan_tag(journey::Packet& packet, std::uint16_t vlan) noexcept;

} // namespace sallyport::io
