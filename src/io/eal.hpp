// SPDX-License-Identifier: Apache-2.0
// DPDK's environment layer, started once a process and ended with the object.
#pragma once

#include "io/eal_arguments.hpp"
#include "support/result.hpp"

#include <string>
#include <vector>

namespace sallyport::io {

class Eal {
public:
    static Result<Eal> start(const EalPlan& plan, bool verbose);
    Eal(Eal&& other) noexcept;
    Eal& operator=(Eal&&) = delete;
    ~Eal();

private:
    Eal() = default;
    bool running_ = true;
};

/// The facts of this machine and process; what is needed and wanted is the caller's.
[[nodiscard]] EalFacts machine_facts();
/// The last error that DPDK has logged, as " (text)", and forgets it; empty when there was none.
[[nodiscard]] std::string dpdk_complaint();
/// A sentence when the process lacks a privilege without which no port works.
[[nodiscard]] Result<void> check_privileges();

} // namespace sallyport::io
