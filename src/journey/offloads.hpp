// SPDX-License-Identifier: Apache-2.0
// What appliances have said about the rest of flows, and for how much of them it still holds. Bounded; all memory is
// taken at construction. Nothing has to be told when a flow ends or moves: an entry counts only for the flow's cookie
// and the appliance that it was made with.
#pragma once

#include "flow/flow_table.hpp"
#include "geneve/verdict.hpp"
#include "support/clock.hpp"
#include "support/index.hpp"

#include <cstdint>
#include <vector>

namespace sallyport::journey {

/// One hop of a flow, and who it is of at the moment.
struct OffloadedHop {
    flow::FlowIndex flow = flow::no_flow;
    std::uint32_t cookie = 0; // the flow's own, of hop 0
    ApplianceIndex appliance = no_index;
    std::uint8_t hop = 0;
};

/// What holds, and until when: the time or the bytes, whatever comes first.
struct OffloadTerms {
    geneve::FlowVerdict verdict = geneve::FlowVerdict::none;
    Instant until;
    std::uint64_t bytes = 0; // of both directions
};

class Offloads {
public:
    /// Room for `capacity` hops, at least 1, rounded up to whole buckets.
    explicit Offloads(std::uint32_t capacity) : buckets_((std::uint64_t{capacity} + bucket_slots - 1) / bucket_slots) {}

    /// In the place of what was said of this hop before. False when there is no room.
    [[nodiscard]] bool note(const OffloadedHop& hop, const OffloadTerms& terms, Instant now,
                            const flow::FlowTable& flows) noexcept {
        Slot* place = nullptr;
        for (Slot& slot : bucket(hop).slots) {
            if (slot.is_at(hop)) {
                place = &slot;
                break;
            }
            if (place == nullptr && !is_live(slot, now, flows)) place = &slot;
        }
        if (place == nullptr) return false;
        *place = {terms.until.nanoseconds, terms.bytes, hop.flow, hop.cookie, hop.appliance, hop.hop, terms.verdict};
        return true;
    }

    /// The verdict that holds for a packet of so many IP bytes, which are used up by this; `none` when there is none.
    /// One that the packet goes beyond is over.
    [[nodiscard]] geneve::FlowVerdict spend(const OffloadedHop& hop, std::uint64_t bytes, Instant now) noexcept {
        for (Slot& slot : bucket(hop).slots) {
            if (!slot.is_at(hop)) continue;
            if (!slot.holds(hop, now) || bytes > slot.bytes_left) {
                slot.verdict = geneve::FlowVerdict::none;
                return slot.verdict;
            }
            slot.bytes_left -= bytes;
            return slot.verdict;
        }
        return geneve::FlowVerdict::none;
    }

    /// The verdict that the next packet would meet, if it is not too large.
    [[nodiscard]] geneve::FlowVerdict look(const OffloadedHop& hop, Instant now) const noexcept {
        for (const Slot& slot : buckets_[bucket_number(hop)].slots) {
            if (slot.is_at(hop) && slot.holds(hop, now)) return slot.verdict;
        }
        return geneve::FlowVerdict::none;
    }

private:
    static constexpr unsigned bucket_slots = 8;

    struct Slot {
        std::uint64_t until_ns = 0;
        std::uint64_t bytes_left = 0;
        flow::FlowIndex flow = flow::no_flow;
        std::uint32_t cookie = 0;
        ApplianceIndex appliance = no_index;
        std::uint8_t hop = 0;
        geneve::FlowVerdict verdict = geneve::FlowVerdict::none; // none: the slot is free

        [[nodiscard]] bool is_at(const OffloadedHop& at) const noexcept {
            return verdict != geneve::FlowVerdict::none && flow == at.flow && hop == at.hop;
        }
        [[nodiscard]] bool holds(const OffloadedHop& at, Instant now) const noexcept {
            return cookie == at.cookie && appliance == at.appliance && now.nanoseconds < until_ns;
        }
    };
    /// A hop's entry is in its bucket or nowhere, so looking for it has an end.
    struct alignas(64) Bucket {
        Slot slots[bucket_slots];
    };

    [[nodiscard]] static bool is_live(const Slot& slot, Instant now, const flow::FlowTable& flows) noexcept {
        if (slot.verdict == geneve::FlowVerdict::none || now.nanoseconds >= slot.until_ns) return false;
        const flow::FlowEntry& entry = flows.entry(slot.flow);
        return entry.state != flow::FlowState::free && entry.cookie == slot.cookie;
    }
    [[nodiscard]] std::size_t bucket_number(const OffloadedHop& hop) const noexcept {
        // Multiplicative: flow indexes are dense, and no sender chooses them.
        const std::uint32_t mixed = (hop.flow * std::uint32_t{max_hops} + hop.hop) * 0x9e3779b1U;
        return (std::uint64_t{mixed} * buckets_.size()) >> 32;
    }
    [[nodiscard]] Bucket& bucket(const OffloadedHop& hop) noexcept { return buckets_[bucket_number(hop)]; }

    std::vector<Bucket> buckets_; // never grows
};

} // namespace sallyport::journey
