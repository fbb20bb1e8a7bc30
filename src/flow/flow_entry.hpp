// SPDX-License-Identifier: Apache-2.0
// What the gateway knows of a flow, split by how often a packet touches it: one cache line on every visit, 32 bytes
// when it is counted, 16 bytes when the flow begins or has more than four hops.
#pragma once

#include "flow/flow_key.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace sallyport::flow {

/// Decides which timeout applies, nothing else: the gateway follows TCP only as far as timers need it.
/// `tcp_reset`: the gateway has ended the connection, and answers what still comes of it with RST.
enum class FlowState : std::uint8_t { free, tcp_half_open, tcp_established, tcp_closing, tcp_reset, udp, other };

inline constexpr unsigned flow_state_count = 7;
[[nodiscard]] std::string_view name(FlowState state) noexcept;

enum class Direction : std::uint8_t { forward, reverse };

struct alignas(64) FlowEntry {
    FlowKey key;
    std::uint32_t cookie = 0;            // of hop 0; hop n's is cookie ^ n
    std::uint32_t last_seen_ms = 0;      // wrapped, see Instant
    std::uint16_t outer_source_port = 0; // constant for the flow
    ChainIndex chain = no_index;         // no_index: forwarded without a visit
    FlowState state = FlowState::free;
    std::uint8_t hop_count = 0;
    bool initiator_is_high : 1 = false;
    bool fin_from_low : 1 = false;
    bool fin_from_high : 1 = false;
    bool talks_after_reset : 1 = false; // the RST closed nothing; see follow()
    bool has_detours : 1 = false;       // not every hop is a plain visit: mirrors, hops that are passed by, a reset
    bool is_balanced : 1 = false;       // a listener took it: it has a Translation
    bool reset_from_high : 1 = false;   // who sent the RST that made it tcp_closing
    std::uint8_t timers = 0;            // whose timeouts hold: 0 the endpoint's, else a position among the listeners'
    std::array<ApplianceIndex, 4> first_hops = {no_index, no_index, no_index, no_index};

    /// Whose timeout holds.
    [[nodiscard]] FlowState timed_as() const noexcept { return talks_after_reset ? FlowState::tcp_established : state; }
    [[nodiscard]] Direction direction(bool from_high) const noexcept {
        return from_high == initiator_is_high ? Direction::forward : Direction::reverse;
    }
};
static_assert(sizeof(FlowEntry) == 64);

struct alignas(32) FlowCounters {
    std::array<std::uint64_t, 2> packets = {}; // by Direction, as they came from the endpoint's ports
    std::array<std::uint64_t, 2> bytes = {};   // IP bytes
};
static_assert(sizeof(FlowCounters) == 32);

struct FlowBirth {
    std::array<ApplianceIndex, 4> last_hops = {no_index, no_index, no_index, no_index};
    std::uint32_t created_ms = 0;        // wrapped
    PortIndex initiator_port = no_index; // where the flow's first packet came in
    std::uint16_t rule = no_index;       // position of the policy rule that chose the chain
};
static_assert(sizeof(FlowBirth) == 16);

} // namespace sallyport::flow
