// SPDX-License-Identifier: Apache-2.0
#include "firewall/rules.hpp"

#include <algorithm>

namespace sallyport::appliances {

namespace {

bool matches_address(const Side& side, const IpAddress& address) noexcept {
    return side.prefixes.empty() || std::any_of(side.prefixes.begin(), side.prefixes.end(),
                                                [&](const IpPrefix& prefix) { return prefix.contains(address); });
}

bool matches_port(const Side& side, const InnerPacket& packet, std::uint16_t port) noexcept {
    if (side.ports.empty()) return true;
    return packet.has_ports && std::any_of(side.ports.begin(), side.ports.end(), [&](const PortRange& range) {
               return range.first <= port && port <= range.last;
           });
}

bool matches_text(const std::string& text, const InnerPacket& packet) noexcept {
    if (text.empty()) return true;
    const std::span<const std::uint8_t> bytes = packet.payload();
    return std::search(bytes.begin(), bytes.end(), text.begin(), text.end(), [](std::uint8_t byte, char letter) {
               return byte == static_cast<std::uint8_t>(letter);
           }) != bytes.end();
}

} // namespace

bool Rule::matches(const InnerPacket& packet) const noexcept {
    if (!protocols.empty() && std::find(protocols.begin(), protocols.end(), packet.protocol) == protocols.end()) {
        return false;
    }
    return matches_address(from, packet.source) && matches_address(to, packet.destination) &&
           matches_port(from, packet, packet.source_port) && matches_port(to, packet, packet.destination_port) &&
           matches_text(containing, packet);
}

} // namespace sallyport::appliances
