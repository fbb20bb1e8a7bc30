// SPDX-License-Identifier: Apache-2.0
// Instructions a packet, counted by callgrind (valgrind): the same number on every run of the same program, however
// busy the machine is. The program runs itself under it, with plain buffers.
#pragma once

#include "support/result.hpp"

#include <map>
#include <string>

namespace sallyport::bench {

struct InstructionCount {
    double per_packet = 0;
    std::map<std::string, double> by_step; // each step with all that it calls: "ingress", "classify", ...
};

/// `kind` is "out", "return", "to_target" or "from_target". Fails with a sentence when valgrind is not there or did not
/// run.
[[nodiscard]] Result<InstructionCount> count_instructions(const std::string& kind, std::uint32_t flows);

/// What the program does under callgrind: the visits, without EAL, without clocks that matter. Prints nothing.
[[nodiscard]] Result<void> run_for_counting(std::uint32_t flows, std::uint64_t packets);

} // namespace sallyport::bench
