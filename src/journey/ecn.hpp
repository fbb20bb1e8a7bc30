// SPDX-License-Identifier: Apache-2.0
// Explicit congestion notification over a tunnel (RFC 6040): what the outer header says of congestion on the way back
// from an appliance is told to the packet inside.
#pragma once

#include "journey/packet.hpp"
#include "journey/wire.hpp"
#include "support/checksum.hpp"

#include <cstring>

namespace sallyport::journey {

enum class Ecn : std::uint8_t { not_capable = 0, ect_1 = 1, ect_0 = 2, congestion = 3 };

[[nodiscard]] inline Ecn ecn(const Packet& packet) noexcept {
    if (packet.family == Family::ipv4) {
        return static_cast<Ecn>(packet.checked_header<Ipv4Header>(packet.l3).dscp_ecn & 3U);
    }
    return static_cast<Ecn>(packet.checked_header<Ipv6Header>(packet.l3).version_class_label.host() >> 20 & 3U);
}

inline void set_ecn(Packet& packet, Ecn value) noexcept {
    if (packet.family == Family::ipv6) {
        auto& field = packet.checked_header<Ipv6Header>(packet.l3).version_class_label;
        field.set((field.host() & ~(3U << 20)) | std::uint32_t{static_cast<std::uint8_t>(value)} << 20);
        return;
    }
    auto& ip = packet.checked_header<Ipv4Header>(packet.l3);
    std::uint16_t before;
    std::uint16_t after;
    std::memcpy(&before, &ip, 2); // version, length and this field are one word of the checksum
    ip.dscp_ecn = static_cast<std::uint8_t>((ip.dscp_ecn & ~3U) | static_cast<std::uint8_t>(value));
    std::memcpy(&after, &ip, 2);
    const std::uint16_t sum = checksum_update(ip.checksum.raw(), before, after);
    ip.checksum.set_raw(sum);
}

/// RFC 6040 figure 4; an outer header that is not capable changes nothing. False: the packet can not be told of
/// congestion, and is to be dropped.
[[nodiscard]] inline bool combine_ecn(Packet& packet, Ecn outer) noexcept {
    const Ecn inner = ecn(packet);
    if (outer == Ecn::congestion) {
        if (inner == Ecn::not_capable) return false;
        set_ecn(packet, Ecn::congestion);
    } else if (outer == Ecn::ect_1 && inner == Ecn::ect_0) {
        set_ecn(packet, Ecn::ect_1);
    }
    return true;
}

} // namespace sallyport::journey
