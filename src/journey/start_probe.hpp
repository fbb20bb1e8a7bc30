// SPDX-License-Identifier: Apache-2.0
// The beginning of a GENEVE probe: the packet that a health check made, on the way that a flow's packets take.
#pragma once

#include "journey/steps.hpp"

namespace sallyport::journey {

/// Leads on to: egress. Without a buffer, a way or room for it nothing is sent.
void start_probe(Round& round, const Probe& probe) noexcept;

} // namespace sallyport::journey
