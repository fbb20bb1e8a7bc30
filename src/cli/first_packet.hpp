// SPDX-License-Identifier: Apache-2.0
// The first packet of a flow that exists only in a question, so that the journey's own code can judge it.
#pragma once

#include "chain/roster.hpp"
#include "cli/flow_text.hpp"
#include "flow/flow_key.hpp"
#include "journey/own_address.hpp"
#include "telemetry/drop_reason.hpp"

#include <optional>

namespace sallyport::cli {

struct FirstPacket {
    journey::Addressee addressee = journey::Addressee::somebody; // as the port sees it
    flow::Tuple tuple;                                           // endpoint unset
    std::optional<DropReason> fault;                             // what is wrong with it as transit traffic
};

[[nodiscard]] FirstPacket examine_first_packet(const FlowText& flow, const chain::Port& port);

} // namespace sallyport::cli
