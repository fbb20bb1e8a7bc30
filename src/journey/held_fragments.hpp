// SPDX-License-Identifier: Apache-2.0
// Fragments that came before their first one, which alone knows the ports. Bounded in number and in time; each is in
// its datagram's list and in the list of all, both in the order in which they came.
#pragma once

#include "journey/fragment_table.hpp"
#include "journey/packet.hpp"

#include <cstdint>
#include <vector>

namespace sallyport::journey {

class HeldFragments {
public:
    /// How long one waits. Fragments of a packet leave their sender together, so what is a second late is lost.
    static constexpr std::uint64_t patience_ns = 1'000'000'000;

    explicit HeldFragments(std::uint32_t capacity) : places_(capacity) {
        for (std::uint32_t i = capacity; i-- > 0;) {
            places_[i].next = first_free_;
            first_free_ = i;
        }
    }

    /// False when all places are taken.
    [[nodiscard]] bool hold(Packet* packet, Datagram& datagram, DatagramIndex index, Instant now) noexcept {
        const std::uint32_t place = first_free_;
        if (place == none) return false;
        first_free_ = places_[place].next;
        places_[place] = {packet, now.nanoseconds, index, none, newest_, none};
        (newest_ == none ? oldest_ : places_[newest_].newer) = place;
        newest_ = place;
        (datagram.holds_packets() ? places_[datagram.last_held].next : datagram.first_held) = place;
        datagram.last_held = place;
        ++size_;
        return true;
    }
    /// The datagram's fragment that came first; nullptr when it has none here.
    [[nodiscard]] Packet* release(Datagram& datagram) noexcept {
        if (!datagram.holds_packets()) return nullptr;
        const std::uint32_t place = datagram.first_held;
        const Place released = places_[place];
        datagram.first_held = released.next;
        (released.older == none ? oldest_ : places_[released.older].newer) = released.newer;
        (released.newer == none ? newest_ : places_[released.newer].older) = released.older;
        places_[place].next = first_free_;
        first_free_ = place;
        --size_;
        return released.packet;
    }

    /// Whose fragment has waited longest; no_datagram when nothing waits.
    [[nodiscard]] DatagramIndex longest_waiting() const noexcept {
        return oldest_ == none ? no_datagram : places_[oldest_].datagram;
    }
    [[nodiscard]] bool has_run_out(Instant now) const noexcept {
        return oldest_ != none && now.nanoseconds - places_[oldest_].since_ns >= patience_ns;
    }
    [[nodiscard]] std::uint32_t size() const noexcept { return size_; }

private:
    static constexpr std::uint32_t none = 0xffffffff;
    struct Place {
        Packet* packet = nullptr;
        std::uint64_t since_ns = 0;
        DatagramIndex datagram = no_datagram;
        std::uint32_t next = none; // of the same datagram; or of the free ones
        std::uint32_t older = none;
        std::uint32_t newer = none;
    };
    std::vector<Place> places_;
    std::uint32_t oldest_ = none;
    std::uint32_t newest_ = none;
    std::uint32_t first_free_ = none;
    std::uint32_t size_ = 0;
};

} // namespace sallyport::journey
