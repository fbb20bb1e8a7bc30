// SPDX-License-Identifier: Apache-2.0
// What all workers share and none of them changes: the devices, the host links, and the rings between workers.
#pragma once

#include "io/device.hpp"
#include "io/host_link.hpp"
#include "io/resolve_queue.hpp"
#include "support/descriptor.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <memory>
#include <rte_ring.h>
#include <vector>

namespace sallyport::io {

inline constexpr std::uint16_t receive_burst = 32;

struct FreeRing {
    void operator()(rte_ring* ring) const noexcept { rte_ring_free(ring); }
};
/// Many writers, one reader; holds Packet pointers.
using PacketRing = std::unique_ptr<rte_ring, FreeRing>;

/// What comes to a worker from the others.
struct WorkerRings {
    PacketRing handover; // packets of flows that it owns
    PacketRing transmit; // finished frames for devices that only it has a queue of
};

struct Station {
    // In the order of making; what is below goes before what it stands on.
    std::unique_ptr<PacketBuffers> buffers;
    std::vector<std::unique_ptr<Device>> devices;
    std::vector<PortPlace> ports;                              // by port index
    std::vector<HostLink> host_links;                          // by port index
    std::vector<WorkerRings> rings;                            // by worker
    std::vector<std::unique_ptr<ResolveQueue>> resolve_queues; // by worker
    Descriptor resolve_event;                                  // written when a resolve queue has something new
    bool busy_poll = false;

    /// Creates the rings and queues of `workers` workers.
    Result<void> connect(unsigned workers);
    /// Frees the packets that are left in the rings. After the workers have ended.
    void drain() noexcept;
};

} // namespace sallyport::io
