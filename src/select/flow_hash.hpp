// SPDX-License-Identifier: Apache-2.0
// Flow hash: what of a flow is hashed, so that all its packets, those of both directions, and every gateway with the
// same configuration and key look at one slot of a Maglev table (member_at() in maglev.hpp)?
#pragma once

#include "support/address.hpp"
#include "support/siphash.hpp"

#include <array>
#include <cstdint>

namespace sallyport::select {

/// A flow as its hash sees it. The two sides in canonical order where both directions shall agree. What is not to count
/// (ports and protocol, for a stickiness to less than the 5-tuple) is left 0.
struct HashedFlow {
    std::array<std::uint64_t, 2> low = {}; // address, high half first, host order; IPv4 mapped
    std::array<std::uint64_t, 2> high = {};
    std::uint16_t low_port = 0;
    std::uint16_t high_port = 0;
    std::uint8_t protocol = 0;
    Family family = Family::ipv4;
    std::uint64_t endpoint_id = 0; // the id on the wire, not the index, which depends on the order of the file
};

/// Keyed: nobody without the key can choose ports so that all flows meet one member.
[[nodiscard]] constexpr std::uint64_t flow_hash(const SipKey& key, const HashedFlow& flow) noexcept {
    const std::uint64_t rest = std::uint64_t{flow.low_port} << 48 | std::uint64_t{flow.high_port} << 32 |
                               std::uint64_t{flow.protocol} << 8 | static_cast<std::uint64_t>(flow.family);
    return siphash13<6>(key, {flow.low[0], flow.low[1], flow.high[0], flow.high[1], rest, flow.endpoint_id});
}

} // namespace sallyport::select
