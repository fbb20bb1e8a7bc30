// SPDX-License-Identifier: Apache-2.0
// What DPDK alone costs on this machine, at this hour: testpmd forwarding 64-byte packets between two null ports.
#pragma once

#include "support/result.hpp"

namespace sallyport::bench {

/// Cycles a packet of testpmd's `io` mode. Fails with a sentence when testpmd is not there or did not say.
[[nodiscard]] Result<double> testpmd_io_cycles_per_packet();

} // namespace sallyport::bench
