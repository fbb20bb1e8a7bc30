// SPDX-License-Identifier: Apache-2.0
// The measurement: bursts of 32 packets of random flows, out to an appliance and back, timed by the processor's own
// counter around exactly what a gateway does between its ports.
#pragma once

#include "bench/buffers.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <string>

namespace sallyport::bench {

struct Visit {
    std::string kind; // "out": ingress, lookup, encapsulate, egress; "return":
                      // verify, decapsulate, route, egress; "new_flow";
                      // "to_target": a return visit that ends in a rewrite to the target;
                      // "from_target": an out visit of what a target sends, rewritten back before
    std::uint64_t packets = 0;
    double cycles_per_packet = 0; // of the time-stamp counter
    double ns_per_packet = 0;
};

struct Visits {
    Visit out;
    Visit back;
    Visit to_target;
    Visit from_target;
    Visit new_flow; // the first packet of each flow: policy, selection, insert
    double bytes_per_flow = 0;
};

/// Fails with a sentence when memory is short, or when a packet ended anywhere but where it should.
[[nodiscard]] Result<Visits> measure_visits(std::uint32_t flows, std::uint64_t packets, Buffers& buffers);

/// Time-stamp counter ticks a nanosecond.
[[nodiscard]] double ticks_per_nanosecond();

} // namespace sallyport::bench
