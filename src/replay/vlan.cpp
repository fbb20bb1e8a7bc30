// SPDX-License-Identifier: Apache-2.0
#include "replay/vlan.hpp"

#include "geneve/wire.hpp"

#include <cstring>

namespace sallyport::replay {
namespace {

using geneve::load_be16;
using geneve::store_be16;

constexpr std::size_t macs_size = 12;
constexpr std::size_t tag_size = 4;
constexpr std::uint16_t customer_tag = 0x8100;
constexpr std::uint16_t vlan_mask = 0x0fff;

bool is_tag(std::uint16_t ether_type) noexcept {
    // 0x9100 is what switches wrote for an outer tag before 802.1ad.
    return ether_type == customer_tag || ether_type == 0x88a8 || ether_type == 0x9100;
}

} // namespace

VlanTags read_vlan_tags(const journey::Packet& frame) noexcept {
    VlanTags tags;
    const auto bytes = frame.bytes();
    std::size_t at = macs_size;
    // A tag counts when the EtherType behind it is there too: a frame cut within its tag stays as it is.
    while (at + tag_size + 2 <= bytes.size() && is_tag(load_be16(bytes.data() + at))) {
        if (tags.count == 0) tags.vlan = load_be16(bytes.data() + at + 2) & vlan_mask;
        ++tags.count;
        at += tag_size;
    }
    return tags;
}

void remove_vlan_tags(journey::Packet& frame, unsigned count) noexcept {
    const std::size_t size = tag_size * count;
    std::uint8_t* start = frame.buffer + frame.begin;
    std::memmove(start + size, start, macs_size);
    frame.begin = static_cast<std::uint16_t>(frame.begin + size);
}

bool add_vlan_tag(journey::Packet& frame, std::uint16_t vlan) noexcept {
    if (frame.begin < tag_size || frame.length() < macs_size) return false;
    std::uint8_t* start = frame.buffer + frame.begin - tag_size;
    std::memmove(start, start + tag_size, macs_size);
    store_be16(start + macs_size, customer_tag);
    store_be16(start + macs_size + 2, vlan);
    frame.begin = static_cast<std::uint16_t>(frame.begin - tag_size);
    return true;
}

} // namespace sallyport::replay
