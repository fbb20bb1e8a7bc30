// SPDX-License-Identifier: Apache-2.0
// A router's fragmentation (RFC 791 2.3 and 3.2), for packets whose sender did not forbid it.
#pragma once

#include "journey/steps.hpp"
#include "journey/wire.hpp"

#include <optional>

namespace sallyport::journey {

/// Of a packet that is larger than `mtu`. Errors are not cut: their parts could not be told from one another's flows.
[[nodiscard]] inline bool may_be_cut(const Round& round, const Packet& packet) noexcept {
    if (packet.family != Family::ipv4 || !round.around.roster.fragment_ipv4) return false;
    const auto& ip = packet.checked_header<Ipv4Header>(packet.l3);
    return (ip.fragment.host() & Ipv4Header::dont_fragment) == 0 && packet.kind != Kind::icmp_error;
}

/// Cuts the packet into parts of at most `mtu` bytes: it becomes the first of them, the others go on at `resume` with
/// all that is known of it. When there are no buffers for them the packet is as it was, and NoBuffer says why.
[[nodiscard]] std::optional<DropReason> cut(Round& round, Packet& packet, std::uint16_t mtu, Resume resume) noexcept;

} // namespace sallyport::journey
