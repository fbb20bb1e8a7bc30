// SPDX-License-Identifier: Apache-2.0
#include "balance/tls/client_facts.hpp"

#include "balance/tls/certificate_text.hpp"
#include "balance/tls/server_callbacks.hpp"

namespace sallyport::tls {

std::optional<ClientCertificate> client_certificate(const SSL* session) {
    const X509* shown = SSL_get0_peer_certificate(session);
    if (shown == nullptr) shown = refused_certificate(session);
    if (shown == nullptr) return std::nullopt;
    return ClientCertificate{
        .serial_number = serial_number(shown),
        .issuer = name_text(X509_get_issuer_name(shown)),
        .subject = name_text(X509_get_subject_name(shown)),
        .validity = validity_text(shown),
        .leaf = url_encoded(pem_text(shown)),
    };
}

std::string client_chain(const SSL* session) {
    const X509* const leaf = SSL_get0_peer_certificate(session);
    if (leaf == nullptr) return {};
    std::string text = pem_text(leaf);
    const STACK_OF(X509)* const others = SSL_get_peer_cert_chain(session); // of a client: without its leaf
    for (int i = 0; i < sk_X509_num(others); ++i)
        text += pem_text(sk_X509_value(others, i));
    return url_encoded(text);
}

} // namespace sallyport::tls
