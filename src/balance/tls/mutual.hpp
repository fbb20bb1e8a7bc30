// SPDX-License-Identifier: Apache-2.0
// Are clients asked for a certificate, and which are believed?
#pragma once

#include "balance/tls/handles.hpp"
#include "config/tls.hpp"
#include "support/result.hpp"

#include <string>
#include <vector>

namespace sallyport::tls {

/// What `verify` needs, read once for all contexts of a listener. Both empty for the other modes.
struct TrustStore {
    StoreHandle store;
    ChainHandle authorities; // for their names
};

Result<TrustStore> read_trust_store(const config::MutualAuthentication& config, std::vector<std::string>& warnings);

/// False: no memory.
[[nodiscard]] bool ask_clients(SSL_CTX* context, const config::MutualAuthentication& config, const TrustStore& trust);

} // namespace sallyport::tls
