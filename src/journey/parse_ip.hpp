// SPDX-License-Identifier: Apache-2.0
// Reading an IP packet with every length held against what is there. The same code for what arrives from a tenant and
// for what an appliance gives back.
#pragma once

#include "flow/flow_key.hpp"
#include "journey/packet.hpp"
#include "journey/wire.hpp"
#include "telemetry/drop_reason.hpp"

#include <optional>

namespace sallyport::journey {

/// Reads the IP header at packet.l3: checks it, sets `family`, `protocol`, `l4` and trims `end` to the IP length (the
/// frame may be padded). Fragments pass. Returns what is wrong with it, if anything.
[[nodiscard]] std::optional<DropReason> parse_network(Packet& packet) noexcept;

/// After parse_network: any fragment, the first one included.
[[nodiscard]] bool is_fragment(const Packet& packet) noexcept;

/// After parse_network: reads the transport header, sets `tcp_flags`, and gives the flow's fields with the endpoint
/// left open. Fragments and addresses that can not stand in a routed packet are faults here.
[[nodiscard]] std::optional<DropReason> parse_flow(Packet& packet, flow::Tuple& tuple) noexcept;

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
