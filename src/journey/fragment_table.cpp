// SPDX-License-Identifier: Apache-2.0
#include "journey/fragment_table.hpp"

#include <bit>

namespace sallyport::journey {
namespace {

[[nodiscard]] std::uint64_t age_ns(const Datagram& datagram, Instant now) noexcept {
    return now.nanoseconds - datagram.began_ns;
}

} // namespace

Fit Datagram::add(const Piece& piece) noexcept {
    for (unsigned i = 0; i < piece_count; ++i) {
        const Range& known = pieces[i];
        if (known.begin == piece.begin && known.end == piece.end) return Fit::duplicate;
        if (piece.begin < known.end && known.begin < piece.end) return Fit::overlap;
        if (piece.is_last && known.end > piece.end) return Fit::impossible;
    }
    if (total_bytes != 0 && (piece.is_last || piece.end > total_bytes)) return Fit::impossible;
    if (piece_count == max_pieces) return Fit::impossible;
    pieces[piece_count++] = {piece.begin, piece.end};
    received_bytes += static_cast<std::uint32_t>(piece.end - piece.begin);
    if (piece.is_last) total_bytes = piece.end;
    return Fit::fresh;
}

FragmentTable::FragmentTable(std::uint32_t capacity)
    : datagrams_(capacity), hashes_(capacity), buckets_(std::bit_ceil(std::size_t{capacity} + 1), no_datagram) {
    for (std::uint32_t i = capacity; i-- > 0;) {
        datagrams_[i].next_in_bucket = first_free_;
        first_free_ = i;
    }
}

Datagram* FragmentTable::find(const FragmentKey& key, std::uint64_t hash, Instant now) noexcept {
    for (DatagramIndex index = bucket(hash); index != no_datagram; index = datagrams_[index].next_in_bucket) {
        if (!(datagrams_[index].key == key)) continue;
        Datagram& datagram = datagrams_[index];
        if (datagram.holds_packets() || age_ns(datagram, now) <= life_ns) return &datagram;
        erase(index, hash);
        return nullptr;
    }
    return nullptr;
}

Datagram* FragmentTable::begin(const FragmentKey& key, std::uint64_t hash, Instant now) noexcept {
    if (first_free_ == no_datagram) {
        if (oldest_ == no_datagram) return nullptr;
        const Datagram& oldest = datagrams_[oldest_];
        const std::uint64_t undisturbed = oldest.is_complete() ? undisturbed_whole_ns : undisturbed_ns;
        if (oldest.holds_packets() || age_ns(oldest, now) <= undisturbed) return nullptr;
        erase(oldest_, hashes_[oldest_]);
    }
    const DatagramIndex index = first_free_;
    Datagram& datagram = datagrams_[index];
    first_free_ = datagram.next_in_bucket;
    datagram.key = key;
    datagram.began_ns = now.nanoseconds;
    datagram.upper.reset();
    datagram.condemned.reset();
    datagram.received_bytes = 0;
    datagram.total_bytes = 0;
    datagram.piece_count = 0;
    datagram.first_came = false;
    hashes_[index] = hash;
    datagram.next_in_bucket = bucket(hash);
    bucket(hash) = index;
    append(index);
    ++size_;
    return &datagram;
}

Datagram* FragmentTable::find_or_begin(const FragmentKey& key, std::uint64_t hash, Instant now) noexcept {
    Datagram* datagram = find(key, hash, now);
    return datagram != nullptr ? datagram : begin(key, hash, now);
}

Datagram* FragmentTable::find_for_arrival(const FragmentKey& key, std::uint64_t hash, Instant now) noexcept {
    Datagram* datagram = find(key, hash, now);
    if (datagram != nullptr && datagram->is_complete() && age_ns(*datagram, now) > undisturbed_ns) {
        erase(index_of(*datagram), hash);
        datagram = nullptr;
    }
    return datagram != nullptr ? datagram : begin(key, hash, now);
}

void FragmentTable::erase(DatagramIndex index, std::uint64_t hash) noexcept {
    DatagramIndex* link = &bucket(hash);
    while (*link != index)
        link = &datagrams_[*link].next_in_bucket;
    *link = datagrams_[index].next_in_bucket;
    detach(index);
    datagrams_[index].next_in_bucket = first_free_;
    first_free_ = index;
    --size_;
}

void FragmentTable::append(DatagramIndex index) noexcept {
    datagrams_[index].older = newest_;
    datagrams_[index].newer = no_datagram;
    (newest_ == no_datagram ? oldest_ : datagrams_[newest_].newer) = index;
    newest_ = index;
}

void FragmentTable::detach(DatagramIndex index) noexcept {
    const Datagram& datagram = datagrams_[index];
    (datagram.older == no_datagram ? oldest_ : datagrams_[datagram.older].newer) = datagram.newer;
    (datagram.newer == no_datagram ? newest_ : datagrams_[datagram.newer].older) = datagram.older;
}

} // namespace sallyport::journey
