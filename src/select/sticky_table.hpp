// SPDX-License-Identifier: Apache-2.0
// Stickiness by source IP: which target did this client's flows last go to, and for how long does that hold? A bounded
// table of a worker's own; all memory is taken at construction.
//
// The time is counted from the client's last new flow, as IPVS persistence does it: put() again for each flow, and the
// client stays while it comes back in time. (Counting from the first flow would move a busy client in the midst of
// its work. AWS's Network Load Balancer knows no duration.)
#pragma once

#include "support/clock.hpp"
#include "support/index.hpp"
#include "support/siphash.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sallyport::select {

/// Who sticks, and in which target group. With the endpoint, for two tenants may use one address.
struct StickyKey {
    std::array<std::uint64_t, 2> client = {}; // address, high half first, host order; IPv4 mapped
    EndpointIndex endpoint = no_index;
    std::uint16_t group = no_index;
};

class StickyTable {
public:
    /// Room for `capacity` clients, 51 bytes each. At the capacity one put in forty finds the eight places of its
    /// bucket taken. `secret` says which bucket: who does not know it can not choose addresses that crowd each other
    /// out.
    StickyTable(std::uint32_t capacity, const SipKey& secret);

    /// The position that put() was given; no_index when the client is not known or its time is over. Whether it is
    /// still a target of the group, and takes flows, is the caller's to see: if not, forget() or put() another.
    [[nodiscard]] std::uint16_t find(const StickyKey& key, Instant now) const noexcept;

    /// The client sticks to `target` until `duration` from now. True when another client, whose time was not over, had
    /// to make room: the one of eight whose time ends first.
    bool put(const StickyKey& key, std::uint16_t target, Instant now, std::chrono::milliseconds duration) noexcept;

    void forget(const StickyKey& key) noexcept;

    /// Of all buckets; more than the capacity.
    [[nodiscard]] std::size_t places() const noexcept { return buckets_.size() * ways; }
    [[nodiscard]] std::uint64_t memory_bytes() const noexcept { return buckets_.size() * sizeof(Bucket); }

private:
    static constexpr std::size_t ways = 8;
    static constexpr std::size_t clients_per_bucket = 5;
    /// A key and what it has; flat, for two in a cache line.
    struct Entry {
        std::array<std::uint64_t, 2> client = {};
        std::uint64_t until_ns = 0; // over at this instant; 0: free
        EndpointIndex endpoint = no_index;
        std::uint16_t group = no_index;
        std::uint16_t target = no_index;

        [[nodiscard]] bool is_of(const StickyKey& key) const noexcept {
            return ((client[0] ^ key.client[0]) | (client[1] ^ key.client[1])) == 0 && endpoint == key.endpoint &&
                   group == key.group;
        }
    };
    static_assert(sizeof(Entry) == 32);
    struct alignas(64) Bucket {
        std::array<Entry, ways> entries;
    };

    [[nodiscard]] std::size_t bucket_of(const StickyKey& key) const noexcept;

    std::vector<Bucket> buckets_;
    SipKey secret_;
};

} // namespace sallyport::select
