// SPDX-License-Identifier: Apache-2.0
#include "flow/end_reason.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <string>

using namespace sallyport::flow;

TEST_CASE("every reason has a word of its own") {
    std::set<std::string_view> words;
    for (unsigned reason = 0; reason <= static_cast<unsigned>(EndReason::shutdown); ++reason)
        words.insert(name(static_cast<EndReason>(reason)));
    CHECK(words.size() == static_cast<unsigned>(EndReason::shutdown) + 1);
    CHECK(words.count("?") == 0);
}

TEST_CASE("why a timer ran out is told from the state that it timed") {
    FlowEntry entry;
    const auto reason = [&](FlowState state) {
        entry.state = state;
        return reason_of_timeout(entry);
    };
    CHECK(reason(FlowState::udp) == EndReason::idle);
    CHECK(reason(FlowState::other) == EndReason::idle);
    CHECK(reason(FlowState::tcp_established) == EndReason::idle);
    CHECK(reason(FlowState::tcp_half_open) == EndReason::handshake_timeout);
    CHECK(reason(FlowState::tcp_reset) == EndReason::reset_by_gateway);
    entry.fin_from_high = entry.fin_from_low = true;
    CHECK(reason(FlowState::tcp_closing) == EndReason::closed);
}

TEST_CASE("who reset a flow is its client or its target, on whichever side of the key that is") {
    for (const bool initiator_is_high : {false, true}) {
        FlowEntry entry;
        entry.state = FlowState::tcp_closing;
        entry.initiator_is_high = initiator_is_high;
        entry.reset_from_high = initiator_is_high;
        CHECK(reason_of_timeout(entry) == EndReason::reset_by_client);
        entry.reset_from_high = !initiator_is_high;
        CHECK(reason_of_timeout(entry) == EndReason::reset_by_target);
        entry.talks_after_reset = true;
        CHECK(reason_of_timeout(entry) == EndReason::idle);
    }
}

TEST_CASE("a flow that a new one takes the place of had closed before, or was replaced") {
    FlowEntry entry;
    entry.state = FlowState::tcp_reset;
    CHECK(reason_of_restart(entry) == EndReason::reset_by_gateway);
    entry.state = FlowState::tcp_closing;
    entry.fin_from_high = entry.fin_from_low = true;
    CHECK(reason_of_restart(entry) == EndReason::closed);
    entry.fin_from_low = false;
    entry.talks_after_reset = true;
    CHECK(reason_of_restart(entry) == EndReason::replaced);
    entry.talks_after_reset = false;
    entry.state = FlowState::tcp_half_open;
    CHECK(reason_of_restart(entry) == EndReason::replaced);
}
