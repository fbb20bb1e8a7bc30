// SPDX-License-Identifier: Apache-2.0
// What the stream proxy is to listen to, by the directory.
#pragma once

#include "balance/l4/directory.hpp"
#include "balance/proxy/listener_config.hpp"
#include "balance/stream/stream_terms.hpp"

#include <vector>

namespace sallyport::balance {

/// Those with `mode: proxy` that are not gone and speak no HTTP; their numbers are their positions. One that is to
/// speak TLS, and has no terms for it, is none: what it has would go over in the clear.
[[nodiscard]] std::vector<StreamListener> stream_listeners(const Directory& directory, const StreamTerms& terms);

} // namespace sallyport::balance
