// SPDX-License-Identifier: Apache-2.0
#include "journey/own_address.hpp"

#include "journey/parse_ip.hpp"
#include "journey/wire.hpp"

namespace sallyport::journey {
namespace {

[[nodiscard]] bool contains(const std::vector<IpAddress>& addresses, const IpAddress& address) noexcept {
    for (const IpAddress& one : addresses) {
        if (one == address) return true;
    }
    return false;
}

[[nodiscard]] Addressee whose_v4(const chain::Port& port, std::uint32_t destination) noexcept {
    // RFC 5771 section 4: 224.0.0.0/24 stays on the link, whatever its TTL.
    if (destination == 0xffffffffU || destination >> 8 == 0xe00000U) return Addressee::link;
    if (destination >= 0xe0000000U) return Addressee::group;
    for (const IpPrefix& own : port.addresses) {
        if (!own.address.is_v4() || own.length >= 31) continue;
        const std::uint32_t host_bits = 0xffffffffU >> own.length;
        if ((own.address.v4_host_order() | host_bits) == destination) return Addressee::link;
    }
    return Addressee::somebody;
}

[[nodiscard]] Addressee whose_v6(const std::array<std::uint8_t, 16>& destination) noexcept {
    if (destination[0] == 0xff) {
        // RFC 4291 2.7: scopes 0 to 2 end at the link.
        return (destination[1] & 0x0f) <= 2 ? Addressee::link : Addressee::group;
    }
    // RFC 4291 2.5.6: fe80::/10 is never forwarded.
    if (destination[0] == 0xfe && (destination[1] & 0xc0) == 0x80) return Addressee::link;
    return Addressee::somebody;
}

} // namespace

Addressee whose_address(const chain::Port& port, const Packet& packet) noexcept {
    const Addressee addressee = packet.family == Family::ipv4
                                    ? whose_v4(port, packet.checked_header<Ipv4Header>(packet.l3).destination.host())
                                    : whose_v6(packet.checked_header<Ipv6Header>(packet.l3).destination);
    if (addressee != Addressee::somebody) return addressee;
    const IpAddress address = destination_address(packet);
    if (contains(port.own_addresses, address)) return Addressee::gateway;
    return contains(port.forbidden, address) ? Addressee::other_port : Addressee::somebody;
}

} // namespace sallyport::journey
