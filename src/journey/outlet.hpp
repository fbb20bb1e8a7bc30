// SPDX-License-Identifier: Apache-2.0
// What the journey needs of the world around it. Ports and rings in a running gateway, files in a replay, arrays in a
// test. The calls that end packets are made once a burst, never once
// a packet, and take the packets over.
#pragma once

#include "journey/packet.hpp"

#include <span>

namespace sallyport::journey {

class Outlet {
public:
    virtual ~Outlet() = default;
    /// Complete untagged frames, each for the port that its `port` names; who drives a VLAN port puts its tag on.
    virtual void transmit(std::span<Packet* const> packets) noexcept = 0;
    /// Complete frames without VLAN tag for the host link of the port that they came in by.
    virtual void to_host(std::span<Packet* const> packets) noexcept = 0;
    /// Dropped and already counted: the buffers are free.
    virtual void release(std::span<Packet* const> packets) noexcept = 0;
    /// To the worker that owns the flow; each packet's `resume` says where it goes on.
    virtual void hand_over(unsigned worker, std::span<Packet* const> packets) noexcept = 0;
    /// An empty packet (begin and end where its headroom ends), or nullptr when no buffer is free. Whoever takes it
    /// gives it one of the ends above.
    [[nodiscard]] virtual Packet* allocate() noexcept = 0;
    /// Ask the kernel for the neighbour's MAC. May be forgotten; it is asked again.
    virtual void resolve(PortIndex port, const IpAddress& address) noexcept = 0;
};

} // namespace sallyport::journey
