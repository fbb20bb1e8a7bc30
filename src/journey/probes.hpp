// SPDX-License-Identifier: Apache-2.0
// GENEVE probes that are on their way: a probe is known by its cookie, as a flow is, but it is no flow, so that checks
// take no place in the flow table and no time from packets.
#pragma once

#include "support/index.hpp"

#include <array>
#include <cstdint>

namespace sallyport::journey {

struct ProbeOnItsWay {
    std::uint32_t cookie = 0;
    bool from_high = false; // as Packet has it; with the hash it tells the packet inside
    std::uint64_t hash = 0;
    ApplianceIndex appliance = no_index; // no_index: the place is free
    std::uint32_t number = 0;
};

/// Bounded: where its cookie leads there are four places, and an older probe makes room, unanswered. Thousands of
/// appliances whose answers take milliseconds leave most of them free.
class Probes {
public:
    void add(const ProbeOnItsWay& probe) noexcept {
        Set& set = set_of(probe.cookie);
        for (ProbeOnItsWay& place : set) {
            if (place.appliance != no_index) continue;
            place = probe;
            return;
        }
        set[probe.number % set.size()] = probe;
    }
    /// The probe of this cookie; nullptr when there is none.
    [[nodiscard]] ProbeOnItsWay* find(std::uint32_t cookie) noexcept {
        for (ProbeOnItsWay& place : set_of(cookie)) {
            if (place.appliance != no_index && place.cookie == cookie) return &place;
        }
        return nullptr;
    }

private:
    using Set = std::array<ProbeOnItsWay, 4>;
    [[nodiscard]] Set& set_of(std::uint32_t cookie) noexcept { return sets_[cookie % sets_.size()]; }

    std::array<Set, 1024> sets_ = {};
};

} // namespace sallyport::journey
