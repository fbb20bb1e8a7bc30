// SPDX-License-Identifier: Apache-2.0
// From what a gateway sent to what it gets back; the whole contract but for the outer addresses.
#pragma once

#include "geneve/fault.hpp"
#include "kit/appliance.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace sallyport::appliances {

struct AnswerCounters {
    std::uint64_t received = 0;
    std::uint64_t passed = 0;
    std::uint64_t dropped = 0;                                     // by the appliance's verdict
    std::array<std::uint64_t, geneve::fault_count> malformed = {}; // by fault; never shown to the appliance
};

/// Shows the packet in `udp_payload` to the appliance. Gives the payload to send back, which is `udp_payload` itself:
/// header and options go back verbatim, down to bits that this program does not know. Nothing means no answer.
[[nodiscard]] std::optional<std::span<const std::uint8_t>>
answer(std::span<const std::uint8_t> udp_payload, Appliance& appliance, Instant now, AnswerCounters& counters);

} // namespace sallyport::appliances
