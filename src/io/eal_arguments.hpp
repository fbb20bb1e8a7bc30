// SPDX-License-Identifier: Apache-2.0
// The arguments that DPDK's environment layer (EAL) is started with: a function of facts.
#pragma once

#include "config/config.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sallyport::io {

struct EalFacts {
    config::Hugepages wanted = config::Hugepages::automatic;
    std::uint64_t free_hugepage_bytes = 0;
    std::uint64_t needed_bytes = 0; // packet buffers, rings, drivers
    std::vector<unsigned> cpus;     // that the process may run on, ascending
    std::vector<std::string> pci_addresses;
    std::string file_prefix;
    bool verbose = false;
};

struct EalPlan {
    std::vector<std::string> arguments; // without the program's name
    bool hugepages = false;
    std::string reason; // one clause about the hugepages
};

/// Fails when hugepages are required and too few are free.
[[nodiscard]] Result<EalPlan> plan_eal(const EalFacts& facts);

/// "0-3,6" from {0,1,2,3,6}.
[[nodiscard]] std::string cpu_list(const std::vector<unsigned>& cpus);

} // namespace sallyport::io
