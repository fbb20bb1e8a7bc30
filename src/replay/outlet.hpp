// SPDX-License-Identifier: Apache-2.0
// What the worker gives away during a replay, kept until its call is over: what happens next (an appliance's answer, a
// drop) goes back into the worker, which does not expect that while it is at work.
#pragma once

#include "journey/outlet.hpp"
#include "replay/packet_pool.hpp"

#include <span>
#include <utility>
#include <vector>

namespace sallyport::replay {

class ReplayOutlet final : public journey::Outlet {
public:
    explicit ReplayOutlet(PacketPool& pool);

    void transmit(std::span<journey::Packet* const> packets) noexcept override;
    void to_host(std::span<journey::Packet* const> packets) noexcept override;
    void release(std::span<journey::Packet* const> packets) noexcept override;
    /// There is one worker: a fault of the program.
    void hand_over(unsigned worker, std::span<journey::Packet* const> packets) noexcept override;
    [[nodiscard]] journey::Packet* allocate() noexcept override;
    /// Neighbours are made up: nobody is asked.
    void resolve(PortIndex port, const IpAddress& address) noexcept override;

    /// Gives away what was collected since the last call, in order.
    [[nodiscard]] std::vector<journey::Packet*> take_transmitted() { return std::exchange(transmitted_, {}); }
    [[nodiscard]] std::vector<journey::Packet*> take_for_host() { return std::exchange(for_host_, {}); }

private:
    PacketPool& pool_;
    std::vector<journey::Packet*> transmitted_;
    std::vector<journey::Packet*> for_host_;
};

} // namespace sallyport::replay
