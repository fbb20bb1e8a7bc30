// SPDX-License-Identifier: Apache-2.0
// The fragmented packets that a worker knows: of each, the ports that its first fragment showed, and which pieces came.
// A fixed number of them; all memory is taken at construction.
//
// An entry lives long enough for all fragments to have been to every appliance and back. When the table is full the
// oldest makes room, but none that is younger than what a trip through a chain takes: better that new fragments are
// refused than that those under way lose their flow.
#pragma once

#include "support/address.hpp"
#include "support/clock.hpp"
#include "support/index.hpp"
#include "support/siphash.hpp"
#include "telemetry/drop_reason.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace sallyport::journey {

/// Whose fragments belong together: RFC 791 3.2 tells datagrams apart by protocol too, RFC 8200 4.5 does not.
struct FragmentKey {
    std::array<std::uint64_t, 2> source = {}; // halves, host order; IPv4 mapped
    std::array<std::uint64_t, 2> destination = {};
    std::uint64_t rest = 0; // identification, endpoint, IPv4's protocol, family

    friend bool operator==(const FragmentKey&, const FragmentKey&) noexcept = default;
};

[[nodiscard]] inline std::uint64_t fragment_hash(const SipKey& key, const FragmentKey& fragment) noexcept {
    return siphash13<5>(
        key, {fragment.source[0], fragment.source[1], fragment.destination[0], fragment.destination[1], fragment.rest});
}

/// Where a fragment's bytes stand in what was fragmented.
struct Piece {
    std::uint16_t begin = 0; // bytes
    std::uint16_t end = 0;
    bool is_last = false;
};

enum class Fit { fresh, duplicate, overlap, impossible };

/// What the first fragment says of all.
struct Upper {
    std::uint16_t source_port = 0; // as the fragments' sender sees them; 0 but for TCP and UDP
    std::uint16_t destination_port = 0;
    std::uint8_t protocol = 0;
};

using DatagramIndex = std::uint32_t;
inline constexpr DatagramIndex no_datagram = 0xffffffff;

struct Datagram {
    /// A 64 KiB packet over the smallest MTU of IPv6 makes 54.
    static constexpr unsigned max_pieces = 64;
    struct Range {
        std::uint16_t begin;
        std::uint16_t end;
    };

    FragmentKey key;
    std::uint64_t began_ns = 0;
    DatagramIndex next_in_bucket = no_datagram;
    DatagramIndex older = no_datagram;
    DatagramIndex newer = no_datagram;
    std::uint32_t first_held = 0xffffffff; // HeldFragments'
    std::uint32_t last_held = 0xffffffff;
    std::optional<Upper> upper;          // perhaps of an older packet while the first fragment has not come
    std::optional<DropReason> condemned; // nothing more of it passes
    std::uint32_t received_bytes = 0;
    std::uint16_t total_bytes = 0; // 0: the last fragment has not come
    std::uint16_t piece_count = 0;
    bool first_came = false;
    std::array<Range, max_pieces> pieces;

    [[nodiscard]] bool is_complete() const noexcept { return total_bytes != 0 && received_bytes == total_bytes; }
    [[nodiscard]] bool holds_packets() const noexcept { return first_held != 0xffffffff; }
    /// Notes the piece when it is fresh.
    [[nodiscard]] Fit add(const Piece& piece) noexcept;
};

class FragmentTable {
public:
    /// RFC 791 3.2: what it gives reassembly to begin with.
    static constexpr std::uint64_t life_ns = 15'000'000'000;
    /// A trip through all appliances, and the wait for a first fragment, are over by then.
    static constexpr std::uint64_t undisturbed_ns = 1'000'000'000;
    /// The same for a packet of which all fragments came: they have only to be back from the appliances.
    static constexpr std::uint64_t undisturbed_whole_ns = 100'000'000;

    explicit FragmentTable(std::uint32_t capacity);

    /// nullptr when it is not known, or not any more.
    [[nodiscard]] Datagram* find(const FragmentKey& key, std::uint64_t hash, Instant now) noexcept;
    /// A new one, of which nothing is known; nullptr when there is no room. Only after find() has found none.
    [[nodiscard]] Datagram* begin(const FragmentKey& key, std::uint64_t hash, Instant now) noexcept;
    /// The one of this key, begun when it is not there.
    [[nodiscard]] Datagram* find_or_begin(const FragmentKey& key, std::uint64_t hash, Instant now) noexcept;
    /// The same for a fragment that arrives, which may bear the identification of a packet that all came of (RFC 4963:
    /// 16 bits are soon used up).
    [[nodiscard]] Datagram* find_for_arrival(const FragmentKey& key, std::uint64_t hash, Instant now) noexcept;

    [[nodiscard]] Datagram& at(DatagramIndex index) noexcept { return datagrams_[index]; }
    [[nodiscard]] DatagramIndex index_of(const Datagram& datagram) const noexcept {
        return static_cast<DatagramIndex>(&datagram - datagrams_.data());
    }
    [[nodiscard]] std::uint32_t size() const noexcept { return size_; }

private:
    [[nodiscard]] DatagramIndex& bucket(std::uint64_t hash) noexcept { return buckets_[hash & (buckets_.size() - 1)]; }
    void erase(DatagramIndex index, std::uint64_t hash) noexcept;
    void append(DatagramIndex index) noexcept;
    void detach(DatagramIndex index) noexcept;

    std::vector<Datagram> datagrams_;
    std::vector<std::uint64_t> hashes_; // of those in use
    std::vector<DatagramIndex> buckets_;
    DatagramIndex oldest_ = no_datagram;
    DatagramIndex newest_ = no_datagram;
    DatagramIndex first_free_ = no_datagram; // linked through next_in_bucket
    std::uint32_t size_ = 0;
};

} // namespace sallyport::journey
