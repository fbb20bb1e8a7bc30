// SPDX-License-Identifier: Apache-2.0
// Which target a new flow gets: the listener's target group by weight, then the client's own target if it sticks to
// one, then the group's algorithm. The same for rewritten flows and for the proxy.
#pragma once

#include "balance/l4/directory.hpp"
#include "flow/flow_key.hpp"
#include "select/sticky_table.hpp"
#include "support/clock.hpp"
#include "support/random.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace sallyport::balance {

/// What is remembered from one choice to the next: a worker's, or the proxy's. All memory is taken at construction.
struct ChooserState {
    ChooserState(std::size_t group_slots, std::uint32_t sticky_clients, const SipKey& secret, std::uint64_t seed)
        : turns(group_slots), sticky(sticky_clients, secret), random(seed) {}

    std::vector<std::uint32_t> turns; // by target group: round robin's place, and who of equals is next
    select::StickyTable sticky;
    SplitMix64 random;
};

/// A flow that begins, as its client sends.
struct Request {
    flow::Tuple tuple;
    std::uint64_t endpoint_id = 0;
    std::span<const TargetIndex> excluded = {}; // that were tried and did not do
    Instant now;
};

/// How many flows a target has, as far as the chooser knows.
class Connections {
public:
    virtual ~Connections() = default;
    [[nodiscard]] virtual std::uint32_t at(TargetIndex target) const noexcept = 0;
};

/// no_index when nobody takes the flow.
[[nodiscard]] TargetIndex choose_target(const Directory& directory, std::span<const Share> shares,
                                        const Request& request, const Connections& connections,
                                        ChooserState& state) noexcept;

} // namespace sallyport::balance
