// SPDX-License-Identifier: Apache-2.0
#include "select/sticky_table.hpp"

#include <algorithm>

namespace sallyport::select {

StickyTable::StickyTable(std::uint32_t capacity, const SipKey& secret)
    : buckets_(std::max<std::size_t>((std::size_t{capacity} + clients_per_bucket - 1) / clients_per_bucket, 1)),
      secret_(secret) {}

std::size_t StickyTable::bucket_of(const StickyKey& key) const noexcept {
    const std::uint64_t rest = std::uint64_t{key.endpoint} << 16 | key.group;
    const std::uint64_t hash = siphash13<3>(secret_, {key.client[0], key.client[1], rest});
    return (hash >> 32) * buckets_.size() >> 32;
}

std::uint16_t StickyTable::find(const StickyKey& key, Instant now) const noexcept {
    for (const Entry& entry : buckets_[bucket_of(key)].entries) {
        if (entry.is_of(key)) return entry.until_ns > now.nanoseconds ? entry.target : no_index;
    }
    return no_index;
}

bool StickyTable::put(const StickyKey& key, std::uint16_t target, Instant now,
                      std::chrono::milliseconds duration) noexcept {
    // Its own place, else the one whose time ends first: that of a free one ended before all others.
    auto& entries = buckets_[bucket_of(key)].entries;
    Entry* place = &entries.front();
    for (Entry& entry : entries) {
        if (entry.is_of(key)) {
            place = &entry;
            break;
        }
        if (entry.until_ns < place->until_ns) place = &entry;
    }
    const bool is_another = !place->is_of(key) && place->until_ns > now.nanoseconds;
    const auto span = static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0)) * 1'000'000U;
    *place = {.client = key.client,
              .until_ns = now.nanoseconds + span,
              .endpoint = key.endpoint,
              .group = key.group,
              .target = target};
    return is_another;
}

void StickyTable::forget(const StickyKey& key) noexcept {
    for (Entry& entry : buckets_[bucket_of(key)].entries) {
        if (entry.is_of(key)) entry = {};
    }
}

} // namespace sallyport::select
