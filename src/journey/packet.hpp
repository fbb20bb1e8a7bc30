// SPDX-License-Identifier: Apache-2.0
// The packet as the steps see it: a window into a buffer that somebody else owns (an mbuf, a trace's record, a test's
// array), and what the steps before have found out about it. Two cache lines; no pointer but the buffer's.
#pragma once

#include "flow/flow_key.hpp"
#include "flow/flow_table.hpp"
#include "support/address.hpp"
#include "support/index.hpp"

#include <cstdint>
#include <span>

namespace sallyport::forward {
struct Adjacency;
}

namespace sallyport::journey {

/// Where a packet goes on that another worker handed over, or that a step made.
enum class Resume : std::uint8_t { nowhere, fragments, flow_lookup, hop_return, hop_out, egress, to_host };

/// From where the fields of the packet's flow are known.
enum class Kind : std::uint8_t {
    whole,                     // its own headers
    first_fragment,            // the same, but what follows them is not all
    later_fragment,            // its first fragment
    icmp_error,                // the packet that it quotes
    icmp_error_about_fragment, // the first fragment of the packet that it quotes
};

struct alignas(64) Packet {
    // The window. Offsets count from `buffer`; begin <= l3 <= l4 <= end <= capacity.
    std::uint8_t* buffer = nullptr;
    std::uint16_t capacity = 0; // bytes that may be written from `buffer` on
    std::uint16_t begin = 0;    // first byte of the frame
    std::uint16_t end = 0;      // one past its last
    std::uint16_t l3 = 0;       // the IP header that the current step works on
    std::uint16_t l4 = 0;       // what follows it, extension headers passed

    PortIndex port = no_index; // came in by; after egress: leaves by
    EndpointIndex endpoint = no_index;
    std::uint8_t protocol = 0; // of what stands at l4
    Family family = Family::ipv4;
    std::uint8_t tcp_flags = 0;
    bool from_high = false; // the sender is the key's high side
    flow::Direction direction = flow::Direction::forward;
    std::uint8_t hop = 0; // the visit that comes next, 0-based in forward order
    Resume resume = Resume::nowhere;
    bool to_appliance = false;           // egress: encapsulated for `appliance`
    ApplianceIndex appliance = no_index; // of the visit, from hop_out's inbox on
    PortIndex origin = no_index;         // the endpoint's port that the packet entered the gateway by
    flow::FlowIndex flow = flow::no_flow;
    std::uint32_t cookie = 0; // hop_return: the cookie that came back
    std::uint8_t owner = 0;   // the worker to hand over to
    Kind kind = Kind::whole;
    std::uint8_t reserved[2] = {};

    // The second line: the flow's key, for lookup.
    flow::FlowKey key;
    std::uint64_t hash = 0;
    /// The way out, set for egress. Into the round's forwarding table: never kept beyond the round.
    const forward::Adjacency* way = nullptr;
    TargetIndex station = no_index; // the way leads to this target, whatever the destination address is
    bool to_gateway = false;        // addressed to an address of the gateway: a listener's, or nobody's but its own
    bool from_host = false;         // the gateway's own IP stack sent it, for a proxy
    bool by_second = false;         // found by the target's side of its flow
    bool is_rewritten = false;      // its addresses are those that its target sees

    [[nodiscard]] std::uint16_t length() const noexcept { return static_cast<std::uint16_t>(end - begin); }
    [[nodiscard]] std::span<std::uint8_t> bytes() noexcept { return {buffer + begin, length()}; }
    [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept { return {buffer + begin, length()}; }

    /// The header of type H at `offset`, or nullptr when it reaches past the packet's end. H consists of byte-sized
    /// fields only (see wire.hpp), so any offset is aligned for it.
    template <typename H>
    [[nodiscard]] H* header(std::size_t offset) noexcept {
        static_assert(alignof(H) == 1);
        return offset + sizeof(H) <= end ? reinterpret_cast<H*>(buffer + offset) : nullptr;
    }
    template <typename H>
    [[nodiscard]] const H* header(std::size_t offset) const noexcept {
        static_assert(alignof(H) == 1);
        return offset + sizeof(H) <= end ? reinterpret_cast<const H*>(buffer + offset) : nullptr;
    }
    /// The header of type H that is known to be there: a step before has checked it.
    template <typename H>
    [[nodiscard]] H& checked_header(std::size_t offset) noexcept {
        return *reinterpret_cast<H*>(buffer + offset);
    }
    template <typename H>
    [[nodiscard]] const H& checked_header(std::size_t offset) const noexcept {
        return *reinterpret_cast<const H*>(buffer + offset);
    }
};
static_assert(sizeof(Packet) == 128);

} // namespace sallyport::journey
