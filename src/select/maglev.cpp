// SPDX-License-Identifier: Apache-2.0
#include "select/maglev.hpp"

#include <algorithm>

namespace sallyport::select {
namespace {

constexpr std::uint16_t unclaimed = 0xffff;

/// A member's own order of preference over all slots: offset, offset + skip, offset + 2 skip, ...
class Preferences {
public:
    Preferences(const MaglevMember& member, std::uint32_t slots)
        : slots_(slots), next_(static_cast<std::uint32_t>(siphash13(SipKey{0, 0}, member.identity) % slots)),
          skip_(static_cast<std::uint32_t>(siphash13(SipKey{1, 0}, member.identity) % (slots - 1) + 1)),
          weight_(member.weight) {}

    /// Whether the member claims a slot in this turn, when the heaviest member claims one in every turn.
    [[nodiscard]] bool has_turn(std::uint64_t turn, std::uint16_t heaviest) const noexcept {
        return weight_ * (turn + 1) / heaviest > weight_ * turn / heaviest;
    }
    std::uint32_t take() noexcept {
        const std::uint32_t slot = next_;
        next_ = (next_ + skip_) % slots_;
        return slot;
    }

private:
    std::uint32_t slots_;
    std::uint32_t next_;
    std::uint32_t skip_;
    std::uint64_t weight_;
};

} // namespace

std::vector<std::uint16_t> build_maglev(std::span<const MaglevMember> members, std::uint32_t slots) {
    std::uint16_t heaviest = 0;
    std::vector<Preferences> preferences;
    std::vector<std::uint16_t> order;
    for (const MaglevMember& member : members) {
        heaviest = std::max(heaviest, member.weight);
        preferences.emplace_back(member, slots);
        order.push_back(static_cast<std::uint16_t>(order.size()));
    }
    if (heaviest == 0) return {};
    // Turns are taken in the order of identities, so that the order in which a file lists members means nothing.
    std::sort(order.begin(), order.end(),
              [&](std::uint16_t a, std::uint16_t b) { return members[a].identity < members[b].identity; });

    std::vector<std::uint16_t> table(slots, unclaimed);
    std::uint32_t claimed = 0;
    for (std::uint64_t turn = 0; claimed < slots; ++turn) {
        for (const std::uint16_t member : order) {
            if (claimed == slots) break;
            if (!preferences[member].has_turn(turn, heaviest)) continue;
            std::uint32_t slot = preferences[member].take();
            while (table[slot] != unclaimed)
                slot = preferences[member].take();
            table[slot] = member;
            ++claimed;
        }
    }
    return table;
}

} // namespace sallyport::select
