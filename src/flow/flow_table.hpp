// SPDX-License-Identifier: Apache-2.0
// A worker's flows: a fixed number of entries, found through an index of one-cache-line buckets with two places for
// each key. All memory is taken at construction (huge pages asked for); nothing is allocated, locked or thrown after.
// A lookup touches one bucket line (two for few keys) and one entry line, and each can be prefetched for a whole burst.
#pragma once

#include "flow/flow_entry.hpp"
#include "flow/hop_clock.hpp"
#include "flow/translation.hpp"
#include "support/result.hpp"

#include <array>
#include <cstdint>
#include <emmintrin.h>
#include <memory>
#include <span>

namespace sallyport::flow {

using FlowIndex = std::uint32_t;
inline constexpr FlowIndex no_flow = 0xffffffff;

/// What a lookup says: the flow, and by which of its keys. A translated flow has a second one, the target's side of it.
class Found {
public:
    Found() = default;
    explicit Found(std::uint32_t place) noexcept : place_(place) {}

    [[nodiscard]] explicit operator bool() const noexcept { return place_ != no_flow; }
    // Of one that is found.
    [[nodiscard]] FlowIndex flow() const noexcept { return place_ & ~second_key; }
    [[nodiscard]] bool is_second() const noexcept { return (place_ & second_key) != 0; }
    [[nodiscard]] std::uint32_t place() const noexcept { return place_; }

    /// Marks the places that second keys have in the index.
    static constexpr std::uint32_t second_key = 0x80000000U;

private:
    std::uint32_t place_ = no_flow;
};

class FlowTable {
public:
    /// Room for `capacity` flows, 1 to 2^30. With `translations` each may have a second key; what they take is memory
    /// only for flows that do. Fails with a sentence when the memory is not to be had.
    static Result<FlowTable> create(std::uint32_t capacity, bool translations = false);
    /// Before the first flow: each gets a clock for its hops. Fails like create().
    [[nodiscard]] Result<void> add_hop_clocks();

    FlowTable(FlowTable&&) noexcept = default;
    FlowTable& operator=(FlowTable&&) noexcept = default;
    ~FlowTable() = default;

    // For a burst: prefetch_bucket() for all, guess() for all, guess_again() for all, then find(). Nothing waits for
    // memory. A guess is a place: a flow's index, marked when it is by the second key.
    void prefetch_bucket(std::uint64_t hash) const noexcept { __builtin_prefetch(&buckets_[primary(hash)]); }
    /// Where the flow probably is: the first entry in its first bucket whose tag matches, prefetched. Without one, the
    /// second bucket is prefetched.
    [[nodiscard]] std::uint32_t guess(std::uint64_t hash) const noexcept {
        const std::uint32_t number = primary(hash);
        const std::uint32_t place = first_match(buckets_[number], tag(hash));
        if (place == no_flow) __builtin_prefetch(&buckets_[other(number, tag(hash))]);
        return place;
    }
    /// The same in the second bucket, for a flow that has no guess yet.
    [[nodiscard]] std::uint32_t guess_again(std::uint64_t hash, std::uint32_t guessed) const noexcept {
        if (guessed != no_flow) [[likely]]
            return guessed;
        return first_match(buckets_[other(primary(hash), tag(hash))], tag(hash));
    }
    [[nodiscard]] Found find(std::uint64_t hash, const FlowKey& key, std::uint32_t guessed = no_flow) const noexcept {
        // The guess may be old: since then the entry may have been freed, which its state tells.
        if (guessed < Found::second_key) [[likely]] {
            if (entries_[guessed].key == key && entries_[guessed].state != FlowState::free) [[likely]]
                return Found(guessed);
        } else if (guessed != no_flow && is_at_second(guessed, key)) {
            return Found(guessed);
        }
        return Found(search(hash, key));
    }

    /// A new entry with the key set and all else at its defaults; no_flow when the table is full. The key must not be
    /// in the table.
    [[nodiscard]] FlowIndex insert(std::uint64_t hash, const FlowKey& key) noexcept;
    /// The entry of a flow that has ended becomes that of a new one of the same key, as insert() would give it.
    void restart(FlowIndex flow) noexcept;
    /// The flow's second key must have been erased before.
    void erase(FlowIndex flow, std::uint64_t hash) noexcept;
    /// From now on translation(flow).key, whose hash it is, finds the flow too; false when there is no room. No flow
    /// may have that key.
    [[nodiscard]] bool insert_second(FlowIndex flow, std::uint64_t hash) noexcept;
    void erase_second(FlowIndex flow, std::uint64_t hash) noexcept;

    [[nodiscard]] FlowEntry& entry(FlowIndex flow) noexcept { return entries_[flow]; }
    [[nodiscard]] const FlowEntry& entry(FlowIndex flow) const noexcept { return entries_[flow]; }
    [[nodiscard]] FlowCounters& counters(FlowIndex flow) noexcept { return counters_[flow]; }
    [[nodiscard]] const FlowCounters& counters(FlowIndex flow) const noexcept { return counters_[flow]; }
    [[nodiscard]] FlowBirth& birth(FlowIndex flow) noexcept { return births_[flow]; }
    [[nodiscard]] const FlowBirth& birth(FlowIndex flow) const noexcept { return births_[flow]; }
    /// Only in a table that was made with translations.
    [[nodiscard]] Translation& translation(FlowIndex flow) noexcept { return translations_[flow]; }
    [[nodiscard]] const Translation& translation(FlowIndex flow) const noexcept { return translations_[flow]; }
    void prefetch_translation(FlowIndex flow) const noexcept { __builtin_prefetch(&translations_[flow], 1); }
    [[nodiscard]] bool has_translations() const noexcept { return translations_ != nullptr; }
    /// Only in a table that has them.
    [[nodiscard]] HopClock& hop_clock(FlowIndex flow) noexcept { return hop_clocks_[flow]; }
    [[nodiscard]] const HopClock& hop_clock(FlowIndex flow) const noexcept { return hop_clocks_[flow]; }
    [[nodiscard]] bool has_hop_clocks() const noexcept { return hop_clocks_ != nullptr; }
    void prefetch_hop_clock(FlowIndex flow) const noexcept { __builtin_prefetch(&hop_clocks_[flow], 1); }
    void prefetch_counters(FlowIndex flow) const noexcept { __builtin_prefetch(&counters_[flow], 1); }

    [[nodiscard]] ApplianceIndex hop(FlowIndex flow, unsigned hop) const noexcept {
        return hop < 4 ? entries_[flow].first_hops[hop] : births_[flow].last_hops[hop - 4];
    }
    void set_hop(FlowIndex flow, unsigned hop, ApplianceIndex appliance) noexcept {
        (hop < 4 ? entries_[flow].first_hops[hop] : births_[flow].last_hops[hop - 4]) = appliance;
    }

    [[nodiscard]] std::uint32_t capacity() const noexcept { return capacity_; }
    [[nodiscard]] std::uint32_t size() const noexcept { return size_; }
    /// Everything that the table holds in memory, index included.
    [[nodiscard]] std::uint64_t memory_bytes() const noexcept;

private:
    static constexpr unsigned slots = 10;
    struct alignas(64) Bucket {
        std::array<std::uint16_t, slots> tags = {}; // 0: the slot is free
        std::array<std::uint32_t, slots> places = {};
        std::uint32_t spare = 0;
    };
    static_assert(sizeof(Bucket) == 64);

    struct Unmap {
        std::size_t bytes;
        void operator()(void* memory) const noexcept;
    };
    template <typename T>
    using Mapped = std::unique_ptr<T[], Unmap>;
    template <typename T>
    static Result<Mapped<T>> map(std::size_t count);

    FlowTable() = default;

    [[nodiscard]] static std::uint16_t tag(std::uint64_t hash) noexcept {
        return static_cast<std::uint16_t>((hash >> 32) & 0xffff) | 1U;
    }
    [[nodiscard]] std::uint32_t primary(std::uint64_t hash) const noexcept {
        return static_cast<std::uint32_t>(((hash & 0xffffffffU) * bucket_count_) >> 32);
    }
    /// The other bucket of a key with this tag: its own inverse, so an entry can be moved without its hash.
    [[nodiscard]] std::uint32_t other(std::uint32_t bucket, std::uint16_t tag) const noexcept {
        // b -> (m(tag) - b) mod n is its own inverse for every n.
        const auto mirror = static_cast<std::uint32_t>((tag * 0x9e3779b1U * std::uint64_t{bucket_count_}) >> 32);
        return mirror >= bucket ? mirror - bucket : mirror + bucket_count_ - bucket;
    }
    /// A bit for each slot with this tag; all ten compared at once, in two overlapping vectors of eight.
    [[nodiscard]] static unsigned match(const Bucket& bucket, std::uint16_t tag) noexcept {
        static_assert(slots == 10);
        const __m128i wanted = _mm_set1_epi16(static_cast<short>(tag));
        const auto equal = [&](std::size_t from) {
            const auto* at = reinterpret_cast<const __m128i*>(bucket.tags.data() + from);
            const __m128i lanes = _mm_cmpeq_epi16(_mm_loadu_si128(at), wanted);
            return static_cast<unsigned>(_mm_movemask_epi8(_mm_packs_epi16(lanes, _mm_setzero_si128())));
        };
        return equal(0) | (equal(2) & 0xc0U) << 2;
    }
    [[nodiscard]] std::uint32_t first_match(const Bucket& bucket, std::uint16_t tag) const noexcept {
        const unsigned matches = match(bucket, tag);
        if (matches == 0) return no_flow;
        const std::uint32_t place = bucket.places[static_cast<unsigned>(__builtin_ctz(matches))];
        if (place >= Found::second_key) [[unlikely]]
            return prefetch_second(place);
        __builtin_prefetch(&entries_[place], 1);
        return place;
    }
    [[nodiscard]] const FlowKey& key_at(std::uint32_t place) const noexcept {
        if (place < Found::second_key) [[likely]]
            return entries_[place].key;
        return translations_[place & ~Found::second_key].key;
    }
    [[nodiscard]] std::uint32_t prefetch_second(std::uint32_t place) const noexcept {
        __builtin_prefetch(&translations_[place & ~Found::second_key], 1);
        __builtin_prefetch(&entries_[place & ~Found::second_key], 1);
        return place;
    }
    /// The same for a guess, whose place may have been freed since: an erased second key names no listener.
    [[nodiscard]] bool is_at_second(std::uint32_t place, const FlowKey& key) const noexcept {
        const Translation& translation = translations_[place & ~Found::second_key];
        return translation.key == key && translation.listener != no_index;
    }
    [[nodiscard]] std::uint32_t search(std::uint64_t hash, const FlowKey& key) const noexcept;
    /// A bucket with room for the key, made if need be; nullptr when there is none.
    [[nodiscard]] Bucket* find_room(std::uint64_t hash) noexcept;
    bool take_out(std::uint32_t place, std::uint64_t hash) noexcept;
    [[nodiscard]] static unsigned used(const Bucket& bucket) noexcept;
    [[nodiscard]] bool make_room(std::uint32_t bucket) noexcept;
    static void put(Bucket& bucket, std::uint16_t tag, std::uint32_t place) noexcept;

    Mapped<Bucket> buckets_;
    Mapped<FlowEntry> entries_;
    Mapped<FlowCounters> counters_;
    Mapped<FlowBirth> births_;
    Mapped<Translation> translations_; // none without listeners
    Mapped<HopClock> hop_clocks_;      // none without a flow log
    std::uint32_t bucket_count_ = 0;
    std::uint32_t capacity_ = 0;
    std::uint32_t size_ = 0;
    FlowIndex first_free_ = no_flow; // freed entries, linked through last_seen_ms
    FlowIndex never_used_ = 0;       // entries from here on were never taken
};

} // namespace sallyport::flow
