// SPDX-License-Identifier: Apache-2.0
// OpenSSL's objects as values that free themselves.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>

namespace sallyport::tls {

template <auto Free>
struct Freed {
    template <typename T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};

inline void free_certificates(STACK_OF(X509) * all) noexcept {
    sk_X509_pop_free(all, X509_free);
}

/// A connection's end. It holds on to all of its context that it needs, so a context may be let go at any time.
using Session = std::unique_ptr<SSL, Freed<SSL_free>>;
/// What two ends agreed on, to begin the next connection with.
using Resumable = std::unique_ptr<SSL_SESSION, Freed<SSL_SESSION_free>>;
using ContextHandle = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using BioHandle = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using X509Handle = std::unique_ptr<X509, Freed<X509_free>>;
using CrlHandle = std::unique_ptr<X509_CRL, Freed<X509_CRL_free>>;
using StoreHandle = std::unique_ptr<X509_STORE, Freed<X509_STORE_free>>;
using ChainHandle = std::unique_ptr<STACK_OF(X509), Freed<free_certificates>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;

} // namespace sallyport::tls
