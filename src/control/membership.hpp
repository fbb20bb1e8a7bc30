// SPDX-License-Identifier: Apache-2.0
// How one appliance or target comes and goes: drain, slow start, health, and since when it is in its state. What the
// workers go by is its Standing, which each function is given and changes; here is the rest. Time is an argument.
#pragma once

#include "chain/slots.hpp"
#include "control/member_state.hpp"
#include "control/terms.hpp"
#include "support/clock.hpp"

#include <chrono>
#include <optional>

namespace sallyport::control {

class Membership {
public:
    /// It is new, or came back. `slowly`: it gets its share bit by bit when it is healthy.
    void begin(chain::Standing& standing, const Terms& terms, bool slowly, Instant now);
    /// No new flows; deregistered when `delay` is over. What drains already gets the new delay.
    void drain(chain::Standing& standing, TakenOutBy by, std::chrono::milliseconds delay, Instant now);
    void undrain(chain::Standing& standing, const Terms& terms, Instant now);
    void note_taken_out(TakenOutBy by) noexcept { taken_out_by_ = by; }
    void note_health(chain::Standing& standing, HealthNote note, const Terms& terms, Instant now);
    /// Nobody watches it any more: what was last said of it must not hold for ever.
    void forget_health(chain::Standing& standing);
    /// Its group says something else of how long unhealthy ones keep their flows.
    void follow_terms(const chain::Standing& standing, const Terms& terms, Instant now) {
        tend_unhealthy(standing, terms, now);
    }
    /// What time brings. `has_nothing_left`: it may be deregistered before its delay is over.
    void tend(chain::Standing& standing, const Terms& terms, bool has_nothing_left, Instant now);
    /// Whether it is in another state than settled() was last told.
    [[nodiscard]] bool is_in_another_state(const chain::Standing& standing, const Terms& terms) const noexcept {
        return state_of(standing, terms) != state_;
    }
    /// The state before.
    State settle(const chain::Standing& standing, const Terms& terms, Instant now);

    /// Unhealthy, and for so long that its flows are ended.
    [[nodiscard]] bool flows_end() const noexcept { return flows_end_; }
    /// All but place and zone; `unused` is the sentence for a group that nothing sends flows to.
    [[nodiscard]] MemberState shown(const chain::Standing& standing, const Terms& terms, std::string_view unused,
                                    Instant now) const;

private:
    [[nodiscard]] State state_of(const chain::Standing& standing, const Terms& terms) const noexcept;
    void start_slowly(chain::Standing& standing, const Terms& terms, Instant now);
    void tend_slow_start(chain::Standing& standing, const Terms& terms, Instant now);
    void tend_unhealthy(const chain::Standing& standing, const Terms& terms, Instant now);

    TakenOutBy taken_out_by_ = TakenOutBy::nobody;
    Instant drain_end_;                 // while it drains
    bool starts_slowly_ = false;        // when it becomes healthy next
    std::optional<Instant> healthy_at_; // while it starts slowly
    Instant unhealthy_at_;              // while it is unhealthy
    bool flows_end_ = false;
    HealthNote note_;
    State state_ = State::initial; // as last settled, and since when
    Instant state_began_;
};

} // namespace sallyport::control
