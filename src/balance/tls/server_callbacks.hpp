// SPDX-License-Identifier: Apache-2.0
// What OpenSSL asks during a client's handshake, and what an SSL_CTX knows to answer it with. Nothing here writes
// but into the session that asks.
#pragma once

#include "balance/tls/handles.hpp"
#include "balance/tls/names.hpp"
#include "balance/tls/staple.hpp"
#include "balance/tls/ticket_keys.hpp"
#include "config/tls.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace sallyport::tls {

/// Belongs to an SSL_CTX and goes with it, so that a session has what it needs, whoever has let go of the context.
struct ServerKnowledge {
    config::AlpnPolicy alpn = config::AlpnPolicy::none;
    bool ignores_expiry = false;
    std::shared_ptr<const TicketKeys> keys;              // null: no tickets
    std::vector<std::pair<const X509*, Staple>> staples; // to certificates of this SSL_CTX

    // Of a listener's first SSL_CTX only, which begins all its handshakes:
    NameTable<SSL_CTX*> names; // null: the first one itself
    std::vector<ContextHandle> others;
};

/// Gives the context its knowledge and the callbacks that use it. False: no memory.
[[nodiscard]] bool install(SSL_CTX* context, std::unique_ptr<ServerKnowledge> knowledge);

/// For SSL_CTX_set_verify(): OpenSSL's verdict on a client's certificate, less what the listener forgives.
int judge_client(int verified, X509_STORE_CTX* state);

/// The certificate for which judge_client() refused this client, which OpenSSL forgets; null: it did not.
[[nodiscard]] const X509* refused_certificate(const SSL* session);

} // namespace sallyport::tls
