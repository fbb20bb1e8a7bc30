// SPDX-License-Identifier: Apache-2.0
// GENEVE probes on their way from the control thread to the worker that sends them. What does not fit is a probe that
// is not answered.
#pragma once

#include "journey/worker.hpp"
#include "support/bounded_queue.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace sallyport::io {

class ProbeMail {
public:
    /// The control thread's side. False when it is full, or the packet longer than a probe may be.
    bool post(const journey::Probe& probe) noexcept {
        if (probe.packet.size() > max_packet_bytes) return false;
        Letter letter{
            probe.appliance, probe.endpoint, probe.number, static_cast<std::uint16_t>(probe.packet.size()), {}};
        std::ranges::copy(probe.packet, letter.packet.begin());
        return letters_.push(letter);
    }
    /// The worker's side: a few a round, so that checks do not hold up packets. Returns how many were sent.
    unsigned serve(journey::Worker& worker, const journey::Surroundings& around, journey::Outlet& outlet) noexcept {
        unsigned sent = 0;
        for (Letter letter; sent < probes_a_round && letters_.pop(letter); ++sent) {
            worker.send_probe(around, outlet,
                              {.appliance = letter.appliance,
                               .endpoint = letter.endpoint,
                               .number = letter.number,
                               .packet = std::span(letter.packet).first(letter.length)});
        }
        return sent;
    }

private:
    static constexpr std::size_t max_packet_bytes = 256;
    static constexpr unsigned probes_a_round = 8;

    struct Letter {
        ApplianceIndex appliance = no_index;
        EndpointIndex endpoint = no_index;
        std::uint32_t number = 0;
        std::uint16_t length = 0;
        std::array<std::uint8_t, max_packet_bytes> packet = {};
    };
    BoundedQueue<Letter, 256> letters_;
};

} // namespace sallyport::io
