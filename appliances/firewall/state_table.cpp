// SPDX-License-Identifier: Apache-2.0
#include "firewall/state_table.hpp"

#include <algorithm>
#include <bit>

namespace sallyport::appliances {

namespace {

constexpr std::uint32_t nowhere = 0xFFFFFFFF;
/// So that the number of buckets, the power of two above it, fits into 32 bits as well.
constexpr std::uint32_t most_entries = 1U << 30;

} // namespace

StateTable::StateTable(const StateTableSettings& settings) : settings_(settings) {
    settings_.capacity = std::clamp<std::uint32_t>(settings.capacity, 1, most_entries);
    entries_.resize(settings_.capacity);
    buckets_.assign(std::bit_ceil(settings_.capacity), nowhere);
    by_age_.fill({nowhere, nowhere});
    for (std::uint32_t i = 0; i < settings_.capacity; ++i) {
        entries_[i].next_in_bucket = i + 1 < settings_.capacity ? i + 1 : nowhere;
    }
}

bool StateTable::is_over(const Entry& entry, Instant now) const noexcept {
    const std::uint64_t idle_ns = now.nanoseconds > entry.used_at_ns ? now.nanoseconds - entry.used_at_ns : 0;
    return idle_ns >= settings_.idle_ns[static_cast<std::size_t>(entry.lifetime)];
}

std::uint32_t& StateTable::bucket_of(const StateKey& key) noexcept {
    return buckets_[siphash13(settings_.hash_key, key.words) & (buckets_.size() - 1)];
}

std::uint32_t StateTable::index_of(const Entry& entry) const noexcept {
    return static_cast<std::uint32_t>(&entry - entries_.data());
}

StateTable::Entry* StateTable::find(const StateKey& key, Instant now) noexcept {
    for (std::uint32_t i = bucket_of(key); i != nowhere; i = entries_[i].next_in_bucket) {
        Entry& entry = entries_[i];
        if (entry.key != key) continue;
        if (!is_over(entry, now)) return &entry;
        erase(entry);
        return nullptr;
    }
    return nullptr;
}

StateTable::Entry* StateTable::insert(const StateKey& key, Lifetime lifetime, Instant now) noexcept {
    // Two go for one that comes: what is over leaves by and by, without a pass over the whole table.
    expire_one(now);
    expire_one(now);
    if (free_ == nowhere) return nullptr;
    Entry& entry = entries_[free_];
    std::uint32_t& bucket = bucket_of(key);
    const std::uint32_t index = free_;
    free_ = entry.next_in_bucket;
    entry.key = key;
    entry.fin_directions = 0;
    entry.packets = 0;
    entry.denied_by = 0;
    entry.next_in_bucket = bucket;
    bucket = index;
    link_newest(entry, lifetime, now);
    ++size_;
    return &entry;
}

void StateTable::touch(Entry& entry, Lifetime lifetime, Instant now) noexcept {
    unlink(entry);
    link_newest(entry, lifetime, now);
}

void StateTable::erase(Entry& entry) noexcept {
    const std::uint32_t index = index_of(entry);
    std::uint32_t* at = &bucket_of(entry.key);
    while (*at != index)
        at = &entries_[*at].next_in_bucket;
    *at = entry.next_in_bucket;
    unlink(entry);
    entry.next_in_bucket = free_;
    free_ = index;
    --size_;
}

void StateTable::link_newest(Entry& entry, Lifetime lifetime, Instant now) noexcept {
    List& list = by_age_[static_cast<std::size_t>(lifetime)];
    const std::uint32_t index = index_of(entry);
    entry.lifetime = lifetime;
    entry.used_at_ns = now.nanoseconds;
    entry.older = list.newest;
    entry.newer = nowhere;
    (list.newest == nowhere ? list.oldest : entries_[list.newest].newer) = index;
    list.newest = index;
}

void StateTable::unlink(Entry& entry) noexcept {
    List& list = by_age_[static_cast<std::size_t>(entry.lifetime)];
    (entry.older == nowhere ? list.oldest : entries_[entry.older].newer) = entry.newer;
    (entry.newer == nowhere ? list.newest : entries_[entry.newer].older) = entry.older;
}

bool StateTable::expire_one(Instant now) noexcept {
    for (const List& list : by_age_) {
        if (list.oldest == nowhere || !is_over(entries_[list.oldest], now)) continue;
        erase(entries_[list.oldest]);
        return true;
    }
    return false;
}

} // namespace sallyport::appliances
