// SPDX-License-Identifier: Apache-2.0
// Which versions, ciphers and groups may be spoken? Mozilla's "Server Side TLS" guidelines 5.7, less their ciphers with
// finite-field Diffie-Hellman: those cost the server most, and no client has them that has not also others of the list.
#pragma once

#include "balance/tls/handles.hpp"
#include "config/tls.hpp"
#include "support/result.hpp"

namespace sallyport::tls {

/// A context for servers or clients as the policy wants it, with what holds for all of ours: little memory while
/// nothing is sent, no renegotiation, no compression, no session cache of OpenSSL's.
Result<ContextHandle> new_context(const SSL_METHOD* method, config::TlsPolicy policy);

} // namespace sallyport::tls
