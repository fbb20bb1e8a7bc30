// SPDX-License-Identifier: Apache-2.0
// Which packets belong together. The endpoint is part of every key: two tenants may use the same addresses.
#pragma once

#include "firewall/state_table.hpp"
#include "kit/inner_packet.hpp"

#include <tuple>
#include <utility>

namespace sallyport::appliances {

namespace detail {

enum class KeyKind : std::uint8_t { flow, echo, fragments };

struct KeyParts {
    std::uint64_t endpoint_id;
    KeyKind kind;
    std::uint8_t protocol;
    std::uint32_t ports; // both ports, or what stands for them
};

inline StateKey make_key(const KeyParts& parts, const IpAddress& first, const IpAddress& second) noexcept {
    const std::uint64_t rest = (std::uint64_t{parts.ports} << 32) | (std::uint64_t{parts.protocol} << 16) |
                               (static_cast<std::uint64_t>(parts.kind) << 8) |
                               static_cast<std::uint64_t>(first.family());
    return {{parts.endpoint_id, first.high(), first.low(), second.high(), second.low(), rest}};
}

} // namespace detail

/// From the end that comes first in the flow's canonical order? Only to tell a flow's two directions apart.
[[nodiscard]] inline bool is_first_direction(const InnerPacket& packet) noexcept {
    return std::tie(packet.source, packet.source_port) < std::tie(packet.destination, packet.destination_port);
}

/// Both directions of a flow have one key. An echo exchange has a direction: its replies pass because of requests, but
/// requests the other way do not.
[[nodiscard]] inline StateKey flow_key(std::uint64_t endpoint_id, const InnerPacket& packet) noexcept {
    if (packet.is_icmp_echo()) {
        // RFC 792 and RFC 4443 4.2: a reply has the request's identifier.
        const bool is_request = packet.icmp_type == 8 || packet.icmp_type == 128;
        const auto& asking = is_request ? packet.source : packet.destination;
        const auto& asked = is_request ? packet.destination : packet.source;
        return detail::make_key({endpoint_id, detail::KeyKind::echo, packet.protocol, packet.icmp_id}, asking, asked);
    }
    if (is_first_direction(packet)) {
        const std::uint32_t ports = (std::uint32_t{packet.source_port} << 16) | packet.destination_port;
        return detail::make_key({endpoint_id, detail::KeyKind::flow, packet.protocol, ports}, packet.source,
                                packet.destination);
    }
    const std::uint32_t ports = (std::uint32_t{packet.destination_port} << 16) | packet.source_port;
    return detail::make_key({endpoint_id, detail::KeyKind::flow, packet.protocol, ports}, packet.destination,
                            packet.source);
}

/// The fragments of one packet: RFC 791 3.2 tells them apart by protocol too, RFC 8200 4.5 does not.
[[nodiscard]] inline StateKey fragment_key(std::uint64_t endpoint_id, const InnerPacket& packet) noexcept {
    const std::uint8_t protocol = packet.source.is_v4() ? packet.protocol : std::uint8_t{0};
    return detail::make_key({endpoint_id, detail::KeyKind::fragments, protocol, packet.fragment_id}, packet.source,
                            packet.destination);
}

} // namespace sallyport::appliances
