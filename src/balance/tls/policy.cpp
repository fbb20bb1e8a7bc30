// SPDX-License-Identifier: Apache-2.0
#include "balance/tls/policy.hpp"

#include "balance/tls/error_words.hpp"

namespace sallyport::tls {
namespace {

struct Terms {
    int min_version;
    int security_level;  // 2: no keys below 112 bits, no SHA-1 in signatures; TLS 1.0 and 1.1 need 0 in OpenSSL 3
    const char* ciphers; // of TLS 1.2 and below
};

constexpr const char* intermediate_ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* compat_ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:"
    "ECDHE-ECDSA-AES256-SHA384:ECDHE-RSA-AES256-SHA384:ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA:"
    "AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA256:AES256-SHA256:AES128-SHA:AES256-SHA";
constexpr const char* tls13_ciphers = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* groups = "X25519:P-256:P-384";

Terms terms_of(config::TlsPolicy policy) {
    switch (policy) {
    case config::TlsPolicy::modern:
        return {TLS1_3_VERSION, 2, intermediate_ciphers};
    case config::TlsPolicy::compat:
        return {TLS1_VERSION, 0, compat_ciphers};
    case config::TlsPolicy::intermediate:
        break;
    }
    return {TLS1_2_VERSION, 2, intermediate_ciphers};
}

/// For the sake of old versions the machine's openssl.cnf may forbid: each of these is set, whatever it says.
bool apply(SSL_CTX* context, const Terms& terms) {
    SSL_CTX_set_security_level(context, terms.security_level);
    return SSL_CTX_set_min_proto_version(context, terms.min_version) == 1 &&
           SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_cipher_list(context, terms.ciphers) == 1 &&
           SSL_CTX_set_ciphersuites(context, tls13_ciphers) == 1 && SSL_CTX_set1_groups_list(context, groups) == 1;
}

void apply_ours(SSL_CTX* context) {
    SSL_CTX_clear_options(context, SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1 | SSL_OP_NO_TLSv1_2 | SSL_OP_NO_TLSv1_3);
    // Our order, which has ECDSA before RSA; ChaCha20 first for clients that put it first (they have no AES hardware).
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                     SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_NO_AUTO_CHAIN);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF); // a lock that all threads would share
    SSL_CTX_set_read_ahead(context, 1);                          // one read() a record where the default is two
}

} // namespace

Result<ContextHandle> new_context(const SSL_METHOD* method, config::TlsPolicy policy) {
    ContextHandle context(SSL_CTX_new(method));
    if (!context || !apply(context.get(), terms_of(policy))) return failure("TLS is not to be had: " + take_errors());
    apply_ours(context.get());
    return context;
}

} // namespace sallyport::tls
