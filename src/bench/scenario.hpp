// SPDX-License-Identifier: Apache-2.0
// What the benchmark runs: one worker, one endpoint, a chain of one group of eight appliances, and as many UDP flows as
// asked for, every one of them in the table before anything is measured. The same again with a listener and 240 targets
// behind the chain.
#pragma once

#include "chain/roster.hpp"
#include "forward/table.hpp"
#include "journey/worker.hpp"

#include <cstdint>
#include <memory>

namespace sallyport::bench {

inline constexpr PortIndex north = 0;
inline constexpr PortIndex inspect = 1;
inline constexpr PortIndex south = 2;
inline constexpr unsigned frame_bytes = 64;

struct Scenario {
    chain::Roster roster;
    forward::Table forwarding;
    Instant now;

    [[nodiscard]] journey::Surroundings surroundings() const { return {roster, forwarding, now}; }
};

enum class Traffic { plain, balanced };

[[nodiscard]] std::unique_ptr<Scenario> make_scenario(Traffic traffic);
[[nodiscard]] journey::WorkerSettings worker_settings(std::uint32_t flows, Traffic traffic);

/// The frame of a flow's initiator, 64 bytes of Ethernet, IPv4 and UDP, as it arrives at the north port.
void write_frame(std::uint8_t* to, std::uint32_t flow, Traffic traffic);

/// Turns a frame that was sent to a target into its answer.
void answer_frame(std::uint8_t* frame);

/// Turns a frame that was sent to an appliance into the one that comes back: both MACs and both outer addresses
/// swapped.
void turn_around(std::uint8_t* frame);

} // namespace sallyport::bench
