// SPDX-License-Identifier: Apache-2.0
// Step 6: the chain is done; where does the flow go? Listeners and target groups will decide here. Until there are any,
// every flow goes where it was addressed to.
// Leads on to: route.
#include "journey/steps.hpp"

namespace sallyport::journey {

void balance(Round& round) noexcept {
    for (Packet* packet : round.balance)
        round.route.push(packet);
}

} // namespace sallyport::journey
