// SPDX-License-Identifier: Apache-2.0
// Which target does a proxied connection get? Chosen from the roster as rewritten flows' targets are, by the server
// name first where the listener has rules; and what the PROXY header tells the target.
#pragma once

#include "balance/l4/choose_target.hpp"
#include "balance/proxy/target_chooser.hpp"
#include "balance/stream/stream_terms.hpp"
#include "chain/roster.hpp"
#include "support/clock.hpp"
#include "telemetry/counters.hpp"

#include <memory>

namespace sallyport::balance {

class RosterChooser final : public TargetChooser {
public:
    /// `counters` outlive it; `now` is asked for stickiness.
    RosterChooser(ChooserState state, const StreamCounters& counters, Instant (*now)())
        : state_(std::move(state)), counters_(counters), now_(now) {}

    /// Before the first choice, and for all choices from now on. With a directory, which the terms are for.
    void follow(std::shared_ptr<const chain::Roster> roster, std::shared_ptr<const StreamTerms> terms) noexcept {
        roster_ = std::move(roster);
        terms_ = std::move(terms);
    }
    std::optional<TargetChoice> choose(const ClientFacts& client, std::span<const TargetId> failed) override;

private:
    [[nodiscard]] HeaderChoice header(const Listener& listener, const SocketAddress& peer) const;

    ChooserState state_;
    const StreamCounters& counters_;
    Instant (*now_)();
    std::shared_ptr<const chain::Roster> roster_;
    std::shared_ptr<const StreamTerms> terms_;
};

} // namespace sallyport::balance
