// SPDX-License-Identifier: Apache-2.0
// What an IP header says of a fragment: whose it is, and which piece. The same for a packet and for one that an ICMP
// error quotes.
#pragma once

#include "journey/fragment_table.hpp"
#include "journey/packet.hpp"

#include <optional>
#include <span>

namespace sallyport::journey {

struct FragmentFields {
    FragmentKey key;         // endpoint included
    std::uint32_t begin = 0; // bytes, within what was fragmented
    bool is_last = false;
    std::uint8_t protocol = 0;      // IPv4: of the payload; IPv6: of the first header behind the fragment header
    std::uint16_t payload_at = 0;   // from the IP header on
    std::uint16_t header_bytes = 0; // IPv4: of the IP header
};

/// Reads the IP packet at `packet`, sound up to its IP header; nullopt when no fragment header stands where it should.
[[nodiscard]] std::optional<FragmentFields> read_fragment(std::span<const std::uint8_t> packet,
                                                          EndpointIndex endpoint) noexcept;

/// The piece that the fragment is, of which `payload_bytes` came. nullopt when there can be no such piece (RFC 791 3.2,
/// RFC 8200 4.5): beyond 65535 bytes, empty, or not a multiple of 8 although more follows.
[[nodiscard]] std::optional<Piece> piece_of(const FragmentFields& fields, Family family,
                                            std::size_t payload_bytes) noexcept;

} // namespace sallyport::journey
