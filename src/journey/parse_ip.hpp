// SPDX-License-Identifier: Apache-2.0
// Reading an IP packet with every length held against what is there. The same code for what arrives from a tenant and
// for what an appliance gives back.
#pragma once

#include "journey/packet.hpp"
#include "journey/wire.hpp"
#include "support/checksum.hpp"
#include "telemetry/drop_reason.hpp"

#include <optional>

namespace sallyport::journey {

namespace detail {

/// An IPv4 header without options in which nothing is wrong, as nearly every packet has. Says only yes; who says no,
/// and why, is parse_any_network.
[[nodiscard]] inline bool is_plain_ipv4(const Packet& packet) noexcept {
    const auto* ip = packet.header<Ipv4Header>(packet.l3);
    if (ip == nullptr || ip->version_and_words != 0x45) return false;
    const unsigned total = ip->total_length.host();
    return total >= sizeof(Ipv4Header) && packet.l3 + total <= packet.end &&
           checksum_fold(checksum_add(0, ip, sizeof(Ipv4Header))) == 0xffff;
}

inline void accept_ipv4(Packet& packet, const Ipv4Header& ip, unsigned header_bytes) noexcept {
    packet.family = Family::ipv4;
    packet.protocol = ip.protocol;
    packet.l4 = static_cast<std::uint16_t>(packet.l3 + header_bytes);
    packet.end = static_cast<std::uint16_t>(packet.l3 + ip.total_length.host());
}

[[nodiscard]] std::optional<DropReason> parse_any_network(Packet& packet) noexcept;

enum class Behind { ip_header, fragment_header };

/// Passes the IPv6 extension headers from packet.l4 on, where one of type packet.protocol stands; ends at the first
/// header that is none of them, or at the fragment header of a packet that is not whole.
[[nodiscard]] std::optional<DropReason> pass_extension_headers(Packet& packet, Behind behind) noexcept;

} // namespace detail

/// Reads the IP header at packet.l3: checks it, sets `family`, `protocol`, `l4` and trims `end` to the IP length (the
/// frame may be padded). Fragments pass. Returns what is wrong with it, if anything.
[[nodiscard]] inline std::optional<DropReason> parse_network(Packet& packet) noexcept {
    if (!detail::is_plain_ipv4(packet)) return detail::parse_any_network(packet);
    detail::accept_ipv4(packet, packet.checked_header<Ipv4Header>(packet.l3), sizeof(Ipv4Header));
    return std::nullopt;
}

/// Source and destination as addresses; after parse_network.
[[nodiscard]] inline IpAddress source_address(const Packet& packet) noexcept {
    if (packet.family == Family::ipv4) return IpAddress::v4(packet.checked_header<Ipv4Header>(packet.l3).source.host());
    return IpAddress::v6(packet.checked_header<Ipv6Header>(packet.l3).source.data());
}
[[nodiscard]] inline IpAddress destination_address(const Packet& packet) noexcept {
    if (packet.family == Family::ipv4) {
        return IpAddress::v4(packet.checked_header<Ipv4Header>(packet.l3).destination.host());
    }
    return IpAddress::v6(packet.checked_header<Ipv6Header>(packet.l3).destination.data());
}

} // namespace sallyport::journey
