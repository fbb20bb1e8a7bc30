// SPDX-License-Identifier: Apache-2.0
#include "journey/read_fragment.hpp"

#include "journey/extension_headers.hpp"
#include "journey/wire.hpp"

namespace sallyport::journey {
namespace {

constexpr std::uint32_t largest_packet = 65535;

template <typename H>
[[nodiscard]] const H* header(std::span<const std::uint8_t> packet, std::size_t at) noexcept {
    static_assert(alignof(H) == 1);
    return at + sizeof(H) <= packet.size() ? reinterpret_cast<const H*>(packet.data() + at) : nullptr;
}

[[nodiscard]] std::uint64_t rest(std::uint32_t identification, EndpointIndex endpoint, std::uint8_t protocol,
                                 Family family) noexcept {
    return std::uint64_t{identification} << 32 | std::uint64_t{endpoint} << 16 | std::uint64_t{protocol} << 8 |
           static_cast<std::uint64_t>(family);
}

[[nodiscard]] std::optional<FragmentFields> read_ipv4(std::span<const std::uint8_t> packet,
                                                      EndpointIndex endpoint) noexcept {
    const auto* ip = header<Ipv4Header>(packet, 0);
    if (ip == nullptr) return std::nullopt;
    const std::uint16_t fragment = ip->fragment.host();
    FragmentFields fields;
    fields.key = {halves(ip->source), halves(ip->destination),
                  rest(ip->identification.host(), endpoint, ip->protocol, Family::ipv4)};
    fields.begin = (fragment & Ipv4Header::offset_mask) * 8U;
    fields.is_last = (fragment & Ipv4Header::more_fragments) == 0;
    fields.protocol = ip->protocol;
    fields.header_bytes = static_cast<std::uint16_t>(ip->header_bytes());
    fields.payload_at = fields.header_bytes;
    return fields;
}

/// Past the extension headers in front of it.
[[nodiscard]] std::optional<std::size_t> find_fragment_header(std::span<const std::uint8_t> packet) noexcept {
    std::uint8_t kind = header<Ipv6Header>(packet, 0)->next_header;
    std::size_t at = sizeof(Ipv6Header);
    for (unsigned passed = 0; passed <= max_extension_headers; ++passed) {
        if (kind == protocol_ipv6_fragment) return at;
        if (!is_extension_header(kind) || at + 8 > packet.size()) return std::nullopt;
        const std::uint8_t next = packet[at];
        at += extension_header_bytes(kind, packet[at + 1]);
        kind = next;
    }
    return std::nullopt;
}

[[nodiscard]] std::optional<FragmentFields> read_ipv6(std::span<const std::uint8_t> packet,
                                                      EndpointIndex endpoint) noexcept {
    const auto* ip = header<Ipv6Header>(packet, 0);
    if (ip == nullptr) return std::nullopt;
    const auto at = find_fragment_header(packet);
    const auto* fragment = at ? header<Ipv6FragmentHeader>(packet, *at) : nullptr;
    if (fragment == nullptr) return std::nullopt;
    FragmentFields fields;
    fields.key = {halves(ip->source), halves(ip->destination),
                  rest(fragment->identification.host(), endpoint, 0, Family::ipv6)};
    fields.begin = fragment->offset.host() & Ipv6FragmentHeader::offset_mask;
    fields.is_last = (fragment->offset.host() & Ipv6FragmentHeader::more_fragments) == 0;
    fields.protocol = fragment->next_header;
    fields.payload_at = static_cast<std::uint16_t>(*at + sizeof(Ipv6FragmentHeader));
    return fields;
}

} // namespace

std::optional<FragmentFields> read_fragment(std::span<const std::uint8_t> packet, EndpointIndex endpoint) noexcept {
    if (packet.empty()) return std::nullopt;
    return packet[0] >> 4 == 4 ? read_ipv4(packet, endpoint) : read_ipv6(packet, endpoint);
}

std::optional<Piece> piece_of(const FragmentFields& fields, Family family, std::size_t payload_bytes) noexcept {
    const std::size_t end = fields.begin + payload_bytes;
    const std::size_t packet_bytes = end + (family == Family::ipv4 ? fields.header_bytes : 0U);
    if (payload_bytes == 0 || packet_bytes > largest_packet) return std::nullopt;
    if (!fields.is_last && payload_bytes % 8 != 0) return std::nullopt;
    return Piece{static_cast<std::uint16_t>(fields.begin), static_cast<std::uint16_t>(end), fields.is_last};
}

} // namespace sallyport::journey
