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

    /// Only while it is not full.
    void hold(const Waiting& waiting) noexcept { waiting_.push_back(waiting); }
    /// How many wait for this station; from the first on the kernel has been asked.
    [[nodiscard]] unsigned waiting_for(PortIndex port, const IpAddress& station) const noexcept {
        unsigned count = 0;
        for (const Waiting& waiting : waiting_)
            count += waiting.port == port && waiting.station == station;
        return count;
    }
    /// One station that does not answer may not take the whole queue.
    [[nodiscard]] std::size_t most_for_a_station() const noexcept { return (capacity_ + 1) / 2; }
    [[nodiscard]] bool is_full() const noexcept { return waiting_.size() == capacity_; }

    [[nodiscard]] std::vector<Waiting>& all() noexcept { return waiting_; }
    [[nodiscard]] const std::vector<Waiting>& all() const noexcept { return waiting_; }

private:
    std::size_t capacity_;
    std::vector<Waiting> waiting_; // oldest first; never grows beyond what was reserved
};

} // namespace sallyport::journey
