// SPDX-License-Identifier: Apache-2.0
// What makes a flow: endpoint, protocol, both addresses and both ports, in canonical order, so that the packets of the
// two directions have the same key. TCP and UDP are keyed by the 5-tuple, everything else by the 3-tuple (ports 0).
#pragma once

#include "support/address.hpp"
#include "support/index.hpp"
#include "support/siphash.hpp"

#include <array>
#include <cstdint>

namespace sallyport::flow {

/// 40 bytes. "Low" is the side whose (address, port) is smaller; it says nothing about who began.
struct FlowKey {
    std::array<std::uint64_t, 2> low = {}; // address, high half first, host order; IPv4 mapped
    std::array<std::uint64_t, 2> high = {};
    std::uint64_t rest = 0; // low port, high port, endpoint, protocol, family

    [[nodiscard]] std::uint16_t low_port() const noexcept { return static_cast<std::uint16_t>(rest >> 48); }
    [[nodiscard]] std::uint16_t high_port() const noexcept { return static_cast<std::uint16_t>(rest >> 32); }
    [[nodiscard]] EndpointIndex endpoint() const noexcept { return static_cast<EndpointIndex>(rest >> 16); }
    [[nodiscard]] std::uint8_t protocol() const noexcept { return static_cast<std::uint8_t>(rest >> 8); }
    [[nodiscard]] Family family() const noexcept { return static_cast<Family>(rest & 0xff); }
    [[nodiscard]] IpAddress low_address() const noexcept { return IpAddress::from_halves(family(), low[0], low[1]); }
    [[nodiscard]] IpAddress high_address() const noexcept { return IpAddress::from_halves(family(), high[0], high[1]); }

    friend bool operator==(const FlowKey& a, const FlowKey& b) noexcept {
        return ((a.low[0] ^ b.low[0]) | (a.low[1] ^ b.low[1]) | (a.high[0] ^ b.high[0]) | (a.high[1] ^ b.high[1]) |
                (a.rest ^ b.rest)) == 0;
    }
};

/// One packet's own view of its flow: the key, and on which side of it the packet's sender stands.
struct OrientedKey {
    FlowKey key;
    bool from_high = false;
};

/// The five fields as a packet shows them, addresses as halves in host order.
struct Tuple {
    std::array<std::uint64_t, 2> source = {};
    std::array<std::uint64_t, 2> destination = {};
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    EndpointIndex endpoint = 0;
    std::uint8_t protocol = 0;
    Family family = Family::ipv4;
};

/// Fills the key; true when the sender is its high side.
[[nodiscard]] inline bool orient(const Tuple& tuple, FlowKey& key) noexcept {
    // An IPv4 address and its port make one number; the mapped prefix is the same on both sides.
    const bool swap = tuple.family == Family::ipv4 ? (tuple.source[1] << 16 | tuple.source_port) >
                                                         (tuple.destination[1] << 16 | tuple.destination_port)
                      : tuple.source[0] != tuple.destination[0] ? tuple.source[0] > tuple.destination[0]
                      : tuple.source[1] != tuple.destination[1] ? tuple.source[1] > tuple.destination[1]
                                                                : tuple.source_port > tuple.destination_port;
    // Word by word: copying a key that has just been written makes the processor wait for its own stores.
    key.low[0] = swap ? tuple.destination[0] : tuple.source[0];
    key.low[1] = swap ? tuple.destination[1] : tuple.source[1];
    key.high[0] = swap ? tuple.source[0] : tuple.destination[0];
    key.high[1] = swap ? tuple.source[1] : tuple.destination[1];
    const std::uint64_t low_port = swap ? tuple.destination_port : tuple.source_port;
    const std::uint64_t high_port = swap ? tuple.source_port : tuple.destination_port;
    key.rest = low_port << 48 | high_port << 32 | std::uint64_t{tuple.endpoint} << 16 |
               std::uint64_t{tuple.protocol} << 8 | static_cast<std::uint64_t>(tuple.family);
    return swap;
}

[[nodiscard]] inline OrientedKey orient(const Tuple& tuple) noexcept {
    OrientedKey result;
    result.from_high = orient(tuple, result.key);
    return result;
}

/// The hash that finds a flow in its table and its worker. Keyed with a secret of the process: an attacker who chooses
/// addresses and ports can not choose the bucket.
[[nodiscard]] inline std::uint64_t table_hash(const SipKey& key, const FlowKey& flow) noexcept {
    if (flow.family() == Family::ipv4) {
        // The mapped prefix is constant: two words hold all that differs.
        const std::uint64_t addresses = flow.low[1] << 32 | (flow.high[1] & 0xffffffffU);
        return siphash13<2>(key, {addresses, flow.rest});
    }
    return siphash13<5>(key, {flow.low[0], flow.low[1], flow.high[0], flow.high[1], flow.rest});
}

/// Which of `workers` owns the flow: from the hash's high bits, so that the table's low bits stay evenly used.
[[nodiscard]] inline unsigned owner(std::uint64_t hash, unsigned workers) noexcept {
    return static_cast<unsigned>(((hash >> 48) * workers) >> 16);
}

} // namespace sallyport::flow
