// SPDX-License-Identifier: Apache-2.0
// Where the benchmark's packets live. Taking and giving back is timed with a visit, since a port does both.
#pragma once

#include "journey/packet.hpp"
#include "support/result.hpp"

#include <memory>
#include <span>

namespace sallyport::bench {

class Buffers {
public:
    virtual ~Buffers() = default;
    /// Fills `packets` with buffers, window and port still unset.
    virtual void take(std::span<journey::Packet*> packets) noexcept = 0;
    virtual void give_back(std::span<journey::Packet* const> packets) noexcept = 0;
};

/// A stack of plain buffers, for counting instructions.
[[nodiscard]] std::unique_ptr<Buffers> plain_buffers();
/// DPDK mbufs out of a pool with a cache, as ports have them. Starts EAL without devices.
[[nodiscard]] Result<std::unique_ptr<Buffers>> mbuf_buffers();

/// Room in front of a frame, as DPDK leaves it.
inline constexpr std::uint16_t headroom_bytes = 128;

} // namespace sallyport::bench
