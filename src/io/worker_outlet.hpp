// SPDX-License-Identifier: Apache-2.0
// The journey's Outlet in a running gateway: devices, host links and rings, as one worker sees them. Called by that
// worker's thread alone.
#pragma once

#include "io/station.hpp"
#include "journey/outlet.hpp"
#include "journey/worker.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace sallyport::io {

class WorkerOutlet final : public journey::Outlet {
public:
    WorkerOutlet(unsigned index, Station& station, journey::Worker& worker);

    void transmit(std::span<journey::Packet* const> packets) noexcept override;
    void to_host(std::span<journey::Packet* const> packets) noexcept override;
    void release(std::span<journey::Packet* const> packets) noexcept override;
    void hand_over(unsigned worker, std::span<journey::Packet* const> packets) noexcept override;
    [[nodiscard]] journey::Packet* allocate() noexcept override;
    void resolve(PortIndex port, const IpAddress& address) noexcept override;

    /// Frames that carry their tag already, for devices that this worker has a queue of: what the transmit ring brings.
    void transmit_tagged(std::span<journey::Packet* const> packets) noexcept;

private:
    struct Batch {
        std::array<rte_mbuf*, journey::max_burst> frames;
        std::uint16_t count = 0;
    };
    void stage(journey::Packet* packet) noexcept;
    void flush(std::size_t device) noexcept;
    void flush_all() noexcept;
    void pass(rte_ring* ring, std::span<journey::Packet* const> packets, DropReason if_full) noexcept;

    unsigned index_;
    Station& station_;
    journey::Worker& worker_;
    std::vector<Batch> batches_; // by device
};

} // namespace sallyport::io
