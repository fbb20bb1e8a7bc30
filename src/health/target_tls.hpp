// SPDX-License-Identifier: Apache-2.0
// How does the gateway begin TLS with the targets of a group? Checks begin it as requests do: they believe the same
// certificates, ask for the same name, and are the same to targets that want to know who asks.
#pragma once

#include "support/address.hpp"

#include <openssl/ssl.h>

#include <functional>
#include <memory>
#include <string>

namespace sallyport::health {

struct FreedSession {
    void operator()(SSL* session) const noexcept { SSL_free(session); }
};
/// A connection's end that is about to send a ClientHello.
using TlsSession = std::unique_ptr<SSL, FreedSession>;

/// To that target of the group, to speak HTTP/2 or HTTP/1. Null: the group has no TLS, or there is no memory. Neither
/// throws nor waits.
using TargetTls = std::function<TlsSession(const std::string& group, const IpAddress& target, bool is_http2)>;

} // namespace sallyport::health
