// SPDX-License-Identifier: Apache-2.0
// The simplest appliance: every packet goes on.
#pragma once

#include "kit/appliance.hpp"

namespace sallyport::appliances {

class Echo : public Appliance {
public:
    Verdict inspect(const Visit&, Instant) override { return Verdict::pass; }
};

} // namespace sallyport::appliances
