// SPDX-License-Identifier: Apache-2.0
#include "io/vlan_tag.hpp"

#include <cstring>

namespace sallyport::io {

namespace {

constexpr std::size_t mac_bytes = 12; // both addresses
constexpr std::size_t ethernet_bytes = 14;
constexpr std::uint16_t vlan_mask = 0x0fff;

} // namespace

std::uint16_t strip_vlan_tag(journey::Packet& packet) noexcept {
    if (packet.length() < ethernet_bytes + vlan_tag_bytes) return untagged;
    std::uint8_t* frame = packet.buffer + packet.begin;
    // IEEE 802.1Q-2018 9.4: TPID 81-00, then priority (3 bits), DEI (1 bit) and VLAN (12 bits). A second tag stays and
    // meets the first step as an EtherType that it does not know.
    if (frame[12] != 0x81 || frame[13] != 0x00) return untagged;
    const auto vlan = static_cast<std::uint16_t>(((frame[14] << 8) | frame[15]) & vlan_mask);
    std::memmove(frame + vlan_tag_bytes, frame, mac_bytes);
    packet.begin = static_cast<std::uint16_t>(packet.begin + vlan_tag_bytes);
    return vlan;
}

bool insert_vlan_tag(journey::Packet& packet, std::uint16_t vlan) noexcept {
    if (packet.begin < vlan_tag_bytes || packet.length() < ethernet_bytes) return false;
    std::uint8_t* frame = packet.buffer + packet.begin - vlan_tag_bytes;
    std::memmove(frame, frame + vlan_tag_bytes, mac_bytes);
    frame[12] = 0x81;
    frame[13] = 0x00;
    frame[14] = static_cast<std::uint8_t>((vlan & vlan_mask) >> 8);
    frame[15] = static_cast<std::uint8_t>(vlan & 0xff);
    packet.begin = static_cast<std::uint16_t>(packet.begin - vlan_tag_bytes);
    return true;
}

} // namespace sallyport::io
