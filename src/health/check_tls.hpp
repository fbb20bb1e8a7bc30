// SPDX-License-Identifier: Apache-2.0
// How does a check begin TLS that goes by what is written in the check itself? The certificate is verified only when
// the configuration names whom to trust, as ELB never does: then chain, time and name or address have to be right.
#pragma once

#include "config/config.hpp"
#include "health/target_tls.hpp"
#include "support/result.hpp"

#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <string>

namespace sallyport::health {

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

/// `ca`: file of certificates to verify against; empty: not verified. Reads the file here and now.
[[nodiscard]] Result<TlsContext> tls_context(const std::string& ca);

/// Asks for the check's host by SNI, if it is a name. `context`: that of the check's `ca`.
[[nodiscard]] Result<TlsSession> begin_tls(boost::asio::ssl::context& context, const config::HealthCheck& check,
                                           const IpAddress& address, bool is_http2);

} // namespace sallyport::health
