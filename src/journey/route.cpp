// SPDX-License-Identifier: Apache-2.0
// Step 7a: a router's work. One from the TTL, and the way to the destination in the endpoint's own routing domain.
// Leads on to: egress (the packet, or an ICMP error in its place).
// Drops: TtlExpired, NoRoute, TooBig, NoBuffer.
#include "journey/fragment_ipv4.hpp"
#include "journey/icmp_error.hpp"
#include "journey/origin.hpp"
#include "journey/parse_ip.hpp"
#include "journey/station.hpp"
#include "journey/steps.hpp"
#include "journey/wire.hpp"
#include "support/checksum.hpp"

#include <cstring>

namespace sallyport::journey {
namespace {

/// False when there is nothing left to take; an appliance that routes may have used up what was left.
[[nodiscard]] bool take_ttl(Packet& packet) noexcept {
    if (packet.family == Family::ipv6) {
        auto& ip = packet.checked_header<Ipv6Header>(packet.l3);
        if (ip.hop_limit <= 1) return false;
        --ip.hop_limit;
        return true;
    }
    auto& ip = packet.checked_header<Ipv4Header>(packet.l3);
    if (ip.ttl <= 1) return false;
    std::uint16_t before;
    std::uint16_t after;
    std::memcpy(&before, &ip.ttl, 2); // TTL and protocol are one word of the checksum
    --ip.ttl;
    std::memcpy(&after, &ip.ttl, 2);
    const std::uint16_t sum = checksum_update(ip.checksum.raw(), before, after);
    ip.checksum.set_raw(sum);
    return true;
}

[[nodiscard]] const forward::Adjacency& find_way(Round& round, Packet& packet) noexcept {
    const forward::Table& table = round.around.forwarding;
    if (packet.station != no_index) [[unlikely]] {
        const forward::Adjacency& way = table.route(packet.endpoint, station_address(round, packet));
        if (way.port != no_index) return way;
        packet.origin = origin(round, packet);
        return table.beyond(table.across(packet.origin));
    }
    const bool v4 = packet.family == Family::ipv4;
    const std::array<std::uint64_t, 2> to = v4 ? halves(packet.checked_header<Ipv4Header>(packet.l3).destination)
                                               : halves(packet.checked_header<Ipv6Header>(packet.l3).destination);
    const forward::Adjacency& way = table.route(packet.endpoint, packet.family, to[0], to[1]);
    if (way.port != no_index) [[likely]]
        return way;
    packet.origin = origin(round, packet);
    return table.beyond(table.across(packet.origin));
}

void forward_on(Round& round, Packet* packet) noexcept {
    if (!take_ttl(*packet)) return answer_with_error(round, packet, IcmpError::time_exceeded, DropReason::TtlExpired);
    const forward::Adjacency& way = find_way(round, *packet);
    if (way.port == no_index) return answer_with_error(round, packet, IcmpError::no_route, DropReason::NoRoute);
    const std::uint16_t mtu = round.around.roster.ports[way.port].mtu;
    packet->way = &way;
    if (packet->end - packet->l3 > mtu) [[unlikely]] {
        if (!may_be_cut(round, *packet)) {
            return answer_with_error(round, packet, IcmpError::too_big, DropReason::TooBig, mtu);
        }
        if (const auto fault = cut(round, *packet, mtu, Resume::egress)) return drop(round, packet, *fault);
    }
    round.egress.push(packet);
}

} // namespace

void route(Round& round) noexcept {
    for (Packet* packet : round.route)
        forward_on(round, packet);
}

} // namespace sallyport::journey
