// SPDX-License-Identifier: Apache-2.0
#include "journey/own_address.hpp"

#include "journey/wire.hpp"

namespace sallyport::journey {
namespace {

template <typename Address>
[[nodiscard]] bool contains(const std::vector<Address>& addresses, const Address& address) noexcept {
    for (const Address& one : addresses) {
        if (one == address) return true;
    }
    return false;
}

template <typename Address>
[[nodiscard]] Addressee whose_unicast(const chain::LocalAddresses<Address>& local, const Address& address) noexcept {
    if (contains(local.own, address)) return Addressee::gateway;
    if (contains(local.broadcast, address)) return Addressee::link;
    return contains(local.forbidden, address) ? Addressee::other_port : Addressee::somebody;
}

[[nodiscard]] Addressee whose_v4(const chain::Port& port, std::uint32_t destination) noexcept {
    if (destination < 0xe0000000U) [[likely]]
        return whose_unicast(port.v4, destination);
    // RFC 5771 section 4: 224.0.0.0/24 stays on the link, whatever its TTL.
    return destination == 0xffffffffU || destination >> 8 == 0xe00000U ? Addressee::link : Addressee::group;
}

[[nodiscard]] Addressee whose_v6(const chain::Port& port, const std::array<std::uint64_t, 2>& destination) noexcept {
    // RFC 4291 2.5.6: fe80::/10 is never forwarded.
    if (destination[0] >> 54 == 0xfe80U >> 6) return Addressee::link;
    if (destination[0] >> 56 != 0xff) [[likely]]
        return whose_unicast(port.v6, destination);
    // RFC 4291 2.7: scopes 0 to 2 end at the link.
    return (destination[0] >> 48 & 0x0f) <= 2 ? Addressee::link : Addressee::group;
}

} // namespace

Addressee whose_address(const chain::Port& port, const Packet& packet) noexcept {
    if (packet.family == Family::ipv4) {
        return whose_v4(port, packet.checked_header<Ipv4Header>(packet.l3).destination.host());
    }
    return whose_v6(port, halves(packet.checked_header<Ipv6Header>(packet.l3).destination));
}

} // namespace sallyport::journey
