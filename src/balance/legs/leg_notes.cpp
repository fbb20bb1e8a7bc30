// SPDX-License-Identifier: Apache-2.0
#include "balance/legs/leg_notes.hpp"

#include <algorithm>
#include <bit>

namespace sallyport::balance {
namespace {

/// So far from its first slot a note may stand.
constexpr std::size_t reach = 16;

constexpr std::uint64_t is_noted = 1;
constexpr std::uint64_t is_gateways = 2;
constexpr std::uint64_t local_is_v4 = 4;
constexpr std::uint64_t owner_is_v4 = 8;
constexpr std::uint64_t remote_is_v4 = 16;
constexpr std::uint64_t of_the_leg = 0xffff'ffff'0000'0000U | local_is_v4 | remote_is_v4;

std::array<std::uint64_t, 2> halves(const IpAddress& address) noexcept {
    if (address.is_unspecified()) return {}; // of either family alike
    return {address.high(), address.low()};
}

} // namespace

LegNotes::LegNotes(std::size_t slots)
    : mask_(std::bit_ceil(std::max(slots, reach)) - 1), slots_(std::make_shared<std::vector<Slot>>(mask_ + 1)) {}

LegNotes::Words LegNotes::words_of(const LegEnds& ends, const LegOwner& owner) noexcept {
    const auto flag = [](bool is_set, std::uint64_t value) { return is_set ? value : 0; };
    Words words{halves(ends.local), halves(ends.remote), halves(owner.address), 0};
    words.rest = std::uint64_t{ends.local_port} << 48 | std::uint64_t{ends.remote_port} << 32 |
                 std::uint64_t{owner.port} << 16 | is_noted | flag(owner.is_gateway, is_gateways) |
                 flag(owner.address.is_v4(), owner_is_v4) | flag(ends.remote.is_v4(), remote_is_v4) |
                 flag(ends.local.is_v4() && !ends.local.is_unspecified(), local_is_v4);
    return words;
}

bool LegNotes::is_same_leg(const Words& one, const Words& other) noexcept {
    return other.rest != 0 && ((one.rest ^ other.rest) & of_the_leg) == 0 && one.remote == other.remote &&
           one.local == other.local;
}

std::size_t LegNotes::first_slot(const Words& words) const noexcept {
    // Remotes are the configuration's and ports the kernel's or our own: no client chooses where its note stands.
    const std::uint64_t mixed =
        ((words.remote[0] ^ words.remote[1] * 3) ^ words.rest >> 32) * std::uint64_t{0x9e3779b97f4a7c15U};
    return (mixed >> 32) & mask_;
}

/// False while somebody writes there.
bool LegNotes::read(std::size_t slot, Words& words) const noexcept {
    const Slot& from = (*slots_)[slot & mask_];
    const std::uint64_t before = from.sequence.load(std::memory_order_acquire);
    const auto word = [&](std::size_t index) { return from.words[index].load(std::memory_order_relaxed); };
    words = {{word(0), word(1)}, {word(2), word(3)}, {word(4), word(5)}, word(6)};
    std::atomic_thread_fence(std::memory_order_acquire);
    return before % 2 == 0 && from.sequence.load(std::memory_order_relaxed) == before;
}

/// False: it is not free, or somebody takes it. A slot with a note in it is never made odd but by its owner, so that no
/// reader misses one.
bool LegNotes::take(std::size_t slot, const Words& words) noexcept {
    Slot& to = (*slots_)[slot & mask_];
    std::uint64_t sequence = to.sequence.load(std::memory_order_acquire);
    if (sequence % 2 != 0 || to.words[6].load(std::memory_order_relaxed) != 0) return false;
    if (!to.sequence.compare_exchange_strong(sequence, sequence + 1, std::memory_order_acquire)) return false;
    std::atomic_thread_fence(std::memory_order_release);
    const std::array<std::uint64_t, 7> all = {words.local[0], words.local[1], words.remote[0], words.remote[1],
                                              words.owner[0], words.owner[1], words.rest};
    for (std::size_t index = 0; index < all.size(); ++index)
        to.words[index].store(all[index], std::memory_order_relaxed);
    to.sequence.store(sequence + 2, std::memory_order_release);
    return true;
}

bool LegNotes::is_elsewhere(const Words& words, std::size_t own) const noexcept {
    const std::size_t first = first_slot(words);
    for (std::size_t step = 0; step < reach; ++step) {
        Words there;
        const bool is_other = first + step != own;
        if (is_other && read(first + step, there) && is_same_leg(words, there)) return true;
    }
    return false;
}

LegNotes::Noted LegNotes::add(const LegEnds& ends, const LegOwner& owner, Note& note) noexcept {
    const Words words = words_of(ends, owner);
    const std::size_t first = first_slot(words);
    for (std::size_t slot = first; slot < first + reach; ++slot) {
        if (!take(slot, words)) continue;
        // Of two who note the same at once each has written before it looks, so at least one of them sees the other.
        std::atomic_thread_fence(std::memory_order_seq_cst);
        Note made(std::shared_ptr<Slot>(slots_, &(*slots_)[slot & mask_]));
        if (is_elsewhere(words, slot)) return Noted::taken;
        note = std::move(made);
        return Noted::done;
    }
    lost_.fetch_add(1, std::memory_order_relaxed);
    return Noted::lost;
}

bool LegNotes::find(const LegEnds& ends, LegOwner& owner) const noexcept {
    const Words words = words_of(ends, {});
    Words for_any = words; // bound for all addresses
    for_any.local = {};
    for_any.rest &= ~local_is_v4;
    const std::size_t first = first_slot(words);
    for (std::size_t step = 0; step < reach; ++step) {
        Words there;
        if (!read(first + step, there)) continue;
        if (!is_same_leg(words, there) && !is_same_leg(for_any, there)) continue;
        const Family family = (there.rest & owner_is_v4) != 0 ? Family::ipv4 : Family::ipv6;
        owner.is_gateway = (there.rest & is_gateways) != 0;
        owner.address = IpAddress::from_halves(family, there.owner[0], there.owner[1]);
        owner.port = static_cast<std::uint16_t>(there.rest >> 16);
        return true;
    }
    return false;
}

void LegNotes::Note::forget(Slot& to) noexcept {
    const std::uint64_t sequence = to.sequence.load(std::memory_order_relaxed);
    to.sequence.store(sequence + 1, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    to.words[6].store(0, std::memory_order_relaxed);
    to.sequence.store(sequence + 2, std::memory_order_release);
}

} // namespace sallyport::balance
