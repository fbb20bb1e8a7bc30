// SPDX-License-Identifier: Apache-2.0
// To whom a packet is addressed, as seen from the port that it came in by.
#pragma once

#include "chain/roster.hpp"
#include "journey/packet.hpp"

namespace sallyport::journey {

enum class Addressee {
    gateway,    // an address of this port
    other_port, // an address of the gateway that is not this port's
    link,       // everybody on the link: broadcast, link-local
    group,      // multicast beyond the link
    somebody,   // all else: transit
};

/// After parse_network.
[[nodiscard]] Addressee whose_address(const chain::Port& port, const Packet& packet) noexcept;

} // namespace sallyport::journey
