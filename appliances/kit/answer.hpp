// SPDX-License-Identifier: Apache-2.0
// From what a gateway sent to what it gets back; the whole contract but for the outer addresses.
#pragma once

#include "geneve/fault.hpp"
#include "geneve/header.hpp"
#include "geneve/verdict.hpp"
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
    std::uint64_t offloaded = 0;                                   // of both: told the gateway about the flow's rest
    std::array<std::uint64_t, geneve::fault_count> malformed = {}; // by fault; never shown to the appliance
};

/// The payload to send back: head, then rest. Mostly there is no head, and the rest is all that was received. With a
/// verdict about the flow the head is the GENEVE header with one option more, so that the packet need not be moved.
struct Answer {
    geneve::FlowVerdict verdict = geneve::FlowVerdict::none;
    std::array<std::uint8_t, geneve::header_size + geneve::max_options_size> head_bytes = {};
    std::uint16_t head_size = 0;        // a multiple of four
    std::span<const std::uint8_t> rest; // of what was received

    [[nodiscard]] std::span<const std::uint8_t> head() const noexcept { return {head_bytes.data(), head_size}; }
    [[nodiscard]] std::size_t size() const noexcept { return head_size + rest.size(); }
};

/// Shows the packet in `udp_payload` to the appliance, and gives what to send back: header and options verbatim, down
/// to bits that this program does not know, and behind them what the appliance says about the flow, unless the header
/// has no room for it. Nothing means no answer.
[[nodiscard]] std::optional<Answer> answer(std::span<const std::uint8_t> udp_payload, Appliance& appliance, Instant now,
                                           AnswerCounters& counters);

/// The answer for where sixteen bytes more are too many: without what it says about the flow. Nothing when the packet
/// was only given back to say it.
[[nodiscard]] std::optional<Answer> without_verdict(std::span<const std::uint8_t> udp_payload, const Answer& answer);

} // namespace sallyport::appliances
