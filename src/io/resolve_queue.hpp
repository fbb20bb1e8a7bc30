// SPDX-License-Identifier: Apache-2.0
// Neighbours that a worker wants to know, on their way to the control thread. What does not fit is forgotten; the
// worker asks again.
#pragma once

#include "support/address.hpp"
#include "support/bounded_queue.hpp"
#include "support/index.hpp"

namespace sallyport::io {

struct ResolveRequest {
    PortIndex port = no_index;
    IpAddress address;
};

using ResolveQueue = BoundedQueue<ResolveRequest, 256>;

} // namespace sallyport::io
