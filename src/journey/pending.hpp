// SPDX-License-Identifier: Apache-2.0
// Packets whose next station's MAC is not known yet. Bounded: while the kernel resolves the neighbour a few packets
// wait, the rest is dropped with a reason.
#pragma once

#include "journey/packet.hpp"
#include "support/clock.hpp"

#include <cstdint>
#include <vector>

namespace sallyport::journey {

struct Waiting {
    Packet* packet = nullptr;
    PortIndex port = no_index; // the port to leave by
    IpAddress station;         // whose MAC is missing
    Instant since;
    Instant asked; // when the kernel was last asked
};

class Pending {
public:
    explicit Pending(std::uint32_t capacity) : capacity_(capacity) { waiting_.reserve(capacity); }

    /// False when the queue is full; the packet then stays the caller's.
    [[nodiscard]] bool hold(const Waiting& waiting) noexcept {
        if (waiting_.size() == capacity_) return false;
        waiting_.push_back(waiting);
        return true;
    }
    /// Whether somebody waits for this station already, so that the kernel has been asked.
    [[nodiscard]] bool waits_for(PortIndex port, const IpAddress& station) const noexcept {
        for (const Waiting& waiting : waiting_) {
            if (waiting.port == port && waiting.station == station) return true;
        }
        return false;
    }

    [[nodiscard]] std::vector<Waiting>& all() noexcept { return waiting_; }
    [[nodiscard]] const std::vector<Waiting>& all() const noexcept { return waiting_; }

private:
    std::size_t capacity_;
    std::vector<Waiting> waiting_; // oldest first; never grows beyond what was reserved
};

} // namespace sallyport::journey
