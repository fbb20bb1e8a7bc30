// SPDX-License-Identifier: Apache-2.0
#include "flow/flow_table.hpp"

#include <cerrno>
#include <cstring>
#include <new>
#include <sys/mman.h>

namespace sallyport::flow {
namespace {

constexpr std::size_t huge_page_bytes = std::size_t{2} << 20;

/// Ten slots for six flows: at the configured capacity a bucket is 60 % full, and a key whose two buckets are both
/// full can be made room for by moving one entry.
constexpr std::uint64_t flows_per_bucket = 6;

} // namespace

std::string_view name(FlowState state) noexcept {
    switch (state) {
    case FlowState::free:
        return "free";
    case FlowState::tcp_half_open:
        return "tcp_half_open";
    case FlowState::tcp_established:
        return "tcp_established";
    case FlowState::tcp_closing:
        return "tcp_closing";
    case FlowState::tcp_reset:
        return "tcp_reset";
    case FlowState::udp:
        return "udp";
    case FlowState::other:
        return "other";
    }
    return "?";
}

void FlowTable::Unmap::operator()(void* memory) const noexcept {
    ::munmap(memory, bytes);
}

template <typename T>
Result<FlowTable::Mapped<T>> FlowTable::map(std::size_t count) {
    // A table that would not fill a huge page gets none: clearing two megabytes for some flows takes long.
    const std::size_t wanted = count * sizeof(T);
    const bool is_large = wanted >= huge_page_bytes;
    const std::size_t bytes = is_large ? (wanted + huge_page_bytes - 1) / huge_page_bytes * huge_page_bytes : wanted;
    void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        return failure("no memory for a flow table: " + std::to_string(bytes >> 20) + " MiB were refused (" +
                       std::strerror(errno) + "); set a smaller gateway.flows_per_worker");
    }
    // Random access over hundreds of megabytes: without huge pages every visit pays for a walk of the page tables.
    if (is_large) ::madvise(memory, bytes, MADV_HUGEPAGE);
    return Mapped<T>(static_cast<T*>(memory), Unmap{bytes});
}

Result<FlowTable> FlowTable::create(std::uint32_t capacity, bool translations) {
    FlowTable table;
    table.capacity_ = capacity;
    const std::uint64_t keys = std::uint64_t{capacity} * (translations ? 2 : 1);
    table.bucket_count_ = static_cast<std::uint32_t>((keys + flows_per_bucket - 1) / flows_per_bucket) + 1;
    auto buckets = map<Bucket>(table.bucket_count_);
    auto entries = map<FlowEntry>(capacity);
    auto counters = map<FlowCounters>(capacity);
    auto births = map<FlowBirth>(capacity);
    if (!buckets) return tl::unexpected(buckets.error());
    if (!entries) return tl::unexpected(entries.error());
    if (!counters) return tl::unexpected(counters.error());
    if (!births) return tl::unexpected(births.error());
    table.buckets_ = std::move(*buckets);
    table.entries_ = std::move(*entries);
    table.counters_ = std::move(*counters);
    table.births_ = std::move(*births);
    if (translations) {
        auto translated = map<Translation>(capacity);
        if (!translated) return tl::unexpected(translated.error());
        table.translations_ = std::move(*translated);
    }
    return table;
}

Result<void> FlowTable::add_hop_clocks() {
    auto clocks = map<HopClock>(capacity_);
    if (!clocks) return tl::unexpected(clocks.error());
    hop_clocks_ = std::move(*clocks);
    return {};
}

std::uint64_t FlowTable::memory_bytes() const noexcept {
    return std::uint64_t{bucket_count_} * sizeof(Bucket) +
           std::uint64_t{capacity_} *
               (sizeof(FlowEntry) + sizeof(FlowCounters) + sizeof(FlowBirth) +
                (has_translations() ? sizeof(Translation) : 0) + (has_hop_clocks() ? sizeof(HopClock) : 0));
}

unsigned FlowTable::used(const Bucket& bucket) noexcept {
    return slots - static_cast<unsigned>(__builtin_popcount(match(bucket, 0)));
}

std::uint32_t FlowTable::search(std::uint64_t hash, const FlowKey& key) const noexcept {
    const std::uint16_t wanted = tag(hash);
    std::uint32_t number = primary(hash);
    for (unsigned attempt = 0; attempt < 2; ++attempt) {
        const Bucket& bucket = buckets_[number];
        for (unsigned matches = match(bucket, wanted); matches != 0; matches &= matches - 1) {
            const std::uint32_t place = bucket.places[static_cast<unsigned>(__builtin_ctz(matches))];
            if (key_at(place) == key) return place;
        }
        number = other(number, wanted);
    }
    return no_flow;
}

void FlowTable::put(Bucket& bucket, std::uint16_t tag, std::uint32_t place) noexcept {
    const auto slot = static_cast<unsigned>(__builtin_ctz(match(bucket, 0)));
    bucket.tags[slot] = tag;
    bucket.places[slot] = place;
}

bool FlowTable::make_room(std::uint32_t number) noexcept {
    Bucket& bucket = buckets_[number];
    for (unsigned slot = 0; slot < slots; ++slot) {
        const std::uint16_t moved = bucket.tags[slot];
        Bucket& target = buckets_[other(number, moved)];
        if (&target == &bucket || used(target) == slots) continue;
        put(target, moved, bucket.places[slot]);
        bucket.tags[slot] = 0;
        return true;
    }
    return false;
}

FlowTable::Bucket* FlowTable::find_room(std::uint64_t hash) noexcept {
    // Into the first bucket whenever it has room, so that nearly every lookup touches one line.
    const std::uint32_t first = primary(hash);
    if (used(buckets_[first]) != slots) return &buckets_[first];
    const std::uint32_t second = other(first, tag(hash));
    if (used(buckets_[second]) != slots) return &buckets_[second];
    if (make_room(first)) return &buckets_[first];
    return make_room(second) ? &buckets_[second] : nullptr;
}

FlowIndex FlowTable::insert(std::uint64_t hash, const FlowKey& key) noexcept {
    if (size_ == capacity_) return no_flow;
    Bucket* bucket = find_room(hash);
    if (bucket == nullptr) return no_flow;
    FlowIndex flow = first_free_;
    if (flow != no_flow) {
        first_free_ = entries_[flow].last_seen_ms;
    } else {
        flow = never_used_++;
    }
    put(*bucket, tag(hash), flow);
    entries_[flow].key = key;
    restart(flow);
    ++size_;
    return flow;
}

void FlowTable::restart(FlowIndex flow) noexcept {
    const FlowKey key = entries_[flow].key;
    new (&entries_[flow]) FlowEntry{};
    new (&counters_[flow]) FlowCounters{};
    new (&births_[flow]) FlowBirth{};
    if (has_hop_clocks()) new (&hop_clocks_[flow]) HopClock{};
    entries_[flow].key = key;
}

bool FlowTable::take_out(std::uint32_t place, std::uint64_t hash) noexcept {
    const std::uint16_t wanted = tag(hash);
    std::uint32_t number = primary(hash);
    for (unsigned attempt = 0; attempt < 2; ++attempt) {
        Bucket& bucket = buckets_[number];
        for (unsigned matches = match(bucket, wanted); matches != 0; matches &= matches - 1) {
            const auto slot = static_cast<unsigned>(__builtin_ctz(matches));
            if (bucket.places[slot] != place) continue;
            bucket.tags[slot] = 0;
            return true;
        }
        number = other(number, wanted);
    }
    return false;
}

void FlowTable::erase(FlowIndex flow, std::uint64_t hash) noexcept {
    if (!take_out(flow, hash)) return;
    entries_[flow].state = FlowState::free;
    entries_[flow].last_seen_ms = first_free_;
    first_free_ = flow;
    --size_;
}

bool FlowTable::insert_second(FlowIndex flow, std::uint64_t hash) noexcept {
    Bucket* bucket = find_room(hash);
    if (bucket == nullptr) return false;
    put(*bucket, tag(hash), flow | Found::second_key);
    return true;
}

void FlowTable::erase_second(FlowIndex flow, std::uint64_t hash) noexcept {
    take_out(flow | Found::second_key, hash);
    translations_[flow].listener = no_index;
}

} // namespace sallyport::flow
