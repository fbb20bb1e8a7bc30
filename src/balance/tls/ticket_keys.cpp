// SPDX-License-Identifier: Apache-2.0
#include "balance/tls/ticket_keys.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <bit>
#include <cstdlib>

namespace sallyport::tls {
namespace {

template <std::size_t Words>
std::array<std::uint64_t, Words> random_words() {
    std::array<unsigned char, Words* 8> bytes = {};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) std::abort(); // no secrets to be had
    return std::bit_cast<std::array<std::uint64_t, Words>>(bytes);
}

std::uint64_t in_ns(std::chrono::milliseconds duration) {
    return static_cast<std::uint64_t>(std::chrono::nanoseconds(duration).count());
}

} // namespace

TicketKeys::TicketKeys(Instant now, std::chrono::milliseconds rotation)
    : rotation_(rotation), next_{now.nanoseconds + in_ns(rotation)} {
    for (Slot& slot : slots_)
        put(slot, random_words<words>()); // nobody has the name of the two that never were current
}

void TicketKeys::rotate_when_due(Instant now) {
    // After a long sleep twice: by then the last key is as old as two rotations.
    for (int i = 0; i < 2 && now.nanoseconds >= next_.nanoseconds; ++i) {
        rotate();
        next_.nanoseconds += in_ns(rotation_);
    }
    if (now.nanoseconds >= next_.nanoseconds) next_ = {now.nanoseconds + in_ns(rotation_)};
}

/// The next key is written where no reader looks, then it is the current one; and the one before the previous is gone.
void TicketKeys::rotate() {
    const std::uint64_t next = rotations_.load(std::memory_order_relaxed) + 1;
    put(slots_[next % slots], random_words<words>());
    rotations_.store(next, std::memory_order_release);
    put(slots_[(next + 1) % slots], random_words<words>());
}

/// The readers' side is get(). (Boehm, "Can seqlocks get along with programming language memory models?", 2012.)
void TicketKeys::put(Slot& slot, const std::array<std::uint64_t, words>& content) {
    const std::uint64_t version = slot.version.load(std::memory_order_relaxed);
    slot.version.store(version + 1, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    for (std::size_t i = 0; i < words; ++i)
        slot.content[i].store(content[i], std::memory_order_relaxed);
    slot.version.store(version + 2, std::memory_order_release);
}

std::optional<TicketKey> TicketKeys::get(const Slot& slot) {
    const std::uint64_t before = slot.version.load(std::memory_order_acquire);
    std::array<std::uint64_t, words> content;
    for (std::size_t i = 0; i < words; ++i)
        content[i] = slot.content[i].load(std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_acquire);
    if (before % 2 != 0 || slot.version.load(std::memory_order_relaxed) != before) return std::nullopt;
    return std::bit_cast<TicketKey>(content);
}

TicketKey TicketKeys::current() const {
    // Only a thread that stood still for two rotations has to look again.
    for (;;)
        if (const auto key = get(slot_of(rotations_.load(std::memory_order_acquire)))) return *key;
}

std::optional<TicketKeys::Opener> TicketKeys::find(std::span<const unsigned char, TicketKey::name_bytes> name) const {
    const std::uint64_t now = rotations_.load(std::memory_order_acquire);
    for (const bool is_current : {true, false}) {
        if (!is_current && now == 0) break; // there was none before
        const auto key = get(slot_of(is_current ? now : now - 1));
        if (key && std::equal(name.begin(), name.end(), key->name.begin())) return Opener{*key, is_current};
    }
    return std::nullopt;
}

} // namespace sallyport::tls
