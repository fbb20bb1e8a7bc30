// SPDX-License-Identifier: Apache-2.0
// The IP and UDP headers of an answer. A UDP socket cannot send them: an answer's source port is the one that the
// gateway chose, not the one that the appliance listens on.
#pragma once

#include "support/address.hpp"

#include <array>
#include <cstdint>
#include <span>

namespace sallyport::appliances {

/// Where a packet came from and went to, as received.
struct OuterAddresses {
    IpAddress source;
    IpAddress destination;
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    std::uint8_t traffic_class = 0; // DSCP and ECN
};

struct OuterHeader {
    static constexpr std::size_t max_size = 40 + 8;
    std::array<std::uint8_t, max_size> bytes;
    std::size_t size = 0;
};

/// The headers of the answer to a packet that was `received`: addresses swapped, both ports as they were. Over IPv4 the
/// header checksum is left to the kernel and the UDP checksum is zero (RFC 8926 4.3.1 allows both, and the inner packet
/// has its own); over IPv6 the UDP checksum is computed. The payload comes in two pieces: `head`, an even number of
/// bytes or none, and `rest`; together at most 65487 bytes.
[[nodiscard]] OuterHeader answer_header(const OuterAddresses& received, std::span<const std::uint8_t> head,
                                        std::span<const std::uint8_t> rest) noexcept;

} // namespace sallyport::appliances
