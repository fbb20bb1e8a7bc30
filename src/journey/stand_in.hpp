// SPDX-License-Identifier: Apache-2.0
// A trace that was taken in front of a listener has its server's answers as the client sees them. Here they become what
// the flow's target would have sent: the server stands in for the target. Of replays only.
#pragma once

#include "journey/steps.hpp"

namespace sallyport::journey {

/// The frame (as Worker::arrive takes it), rewritten in place when it is of a listener's flow, from the side that
/// answers, and the flow is rewritten to a target. All else stays as it is: direct server return, what a proxy answers,
/// and fragments of a packet whose first one has not come yet.
void stand_in(Round& round, const Packet& frame) noexcept;

} // namespace sallyport::journey
