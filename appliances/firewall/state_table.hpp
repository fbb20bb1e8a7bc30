// SPDX-License-Identifier: Apache-2.0
// The flows that the firewall let through: bounded, allocated at start, and each entry ages on its own.
#pragma once

#include "support/clock.hpp"
#include "support/siphash.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace sallyport::appliances {

/// Which idle time an entry has.
enum class Lifetime : std::uint8_t { tcp, other, closing, fragment };
inline constexpr std::size_t lifetime_count = 4;

/// Built by flow_key.hpp; two packets belong together exactly if their keys are equal.
struct StateKey {
    std::array<std::uint64_t, 6> words = {};
    friend bool operator==(const StateKey&, const StateKey&) = default;
};

struct StateTableSettings {
    std::uint32_t capacity = 262'144;
    std::array<std::uint64_t, lifetime_count> idle_ns = {350'000'000'000, 120'000'000'000, 10'000'000'000,
                                                         30'000'000'000};
    SipKey hash_key;
};

class StateTable {
public:
    struct Entry {
        StateKey key;
        std::uint64_t used_at_ns = 0;
        std::uint32_t next_in_bucket = 0;
        std::uint32_t older = 0;
        std::uint32_t newer = 0;
        std::uint32_t packets = 0;   // counted by whoever needs it
        std::uint16_t denied_by = 0; // position of the rule with a text that ended it, and one; 0: it may go on
        Lifetime lifetime = Lifetime::other;
        std::uint8_t fin_directions = 0; // bit 0: seen from one end, bit 1: from the other
    };

    explicit StateTable(const StateTableSettings& settings);

    /// The entry, or nullptr if there is none or it has been idle too long.
    [[nodiscard]] Entry* find(const StateKey& key, Instant now) noexcept;

    /// A new entry for a key that is not there, or nullptr if the table is full of live ones.
    [[nodiscard]] Entry* insert(const StateKey& key, Lifetime lifetime, Instant now) noexcept;

    /// The entry was used; its idle time, from now on by `lifetime`, begins again.
    void touch(Entry& entry, Lifetime lifetime, Instant now) noexcept;

    void erase(Entry& entry) noexcept;

    [[nodiscard]] std::uint32_t size() const noexcept { return size_; }

private:
    struct List {
        std::uint32_t oldest;
        std::uint32_t newest;
    };

    [[nodiscard]] bool is_over(const Entry& entry, Instant now) const noexcept;
    [[nodiscard]] std::uint32_t& bucket_of(const StateKey& key) noexcept;
    [[nodiscard]] std::uint32_t index_of(const Entry& entry) const noexcept;
    void link_newest(Entry& entry, Lifetime lifetime, Instant now) noexcept;
    void unlink(Entry& entry) noexcept;
    bool expire_one(Instant now) noexcept;

    StateTableSettings settings_;
    std::vector<Entry> entries_;
    std::vector<std::uint32_t> buckets_;
    std::array<List, lifetime_count> by_age_; // each in order of last use, so that only the oldest need be looked at
    std::uint32_t free_ = 0;
    std::uint32_t size_ = 0;
};

} // namespace sallyport::appliances
