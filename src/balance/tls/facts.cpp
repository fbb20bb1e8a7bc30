// SPDX-License-Identifier: Apache-2.0
#include "balance/tls/facts.hpp"

#include "balance/tls/certificate_text.hpp"

#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <openssl/x509_vfy.h>

namespace sallyport::tls {
namespace {

std::string_view view(const char* text) noexcept {
    return text != nullptr ? std::string_view(text) : std::string_view();
}

/// Of a handshake that did not fail by the client's certificate as such.
std::string_view other_failure(int reason) noexcept {
    switch (reason) {
    case SSL_R_EXCESSIVE_MESSAGE_SIZE:
        return "Failed:ClientCertMaxSizeExceeded";
    case SSL_R_UNKNOWN_CERTIFICATE_TYPE:
    case SSL_R_WRONG_CERTIFICATE_TYPE:
        return "Failed:ClientCertTypeUnsupported";
    default:
        return "Failed:UnmappedConnectionError";
    }
}

std::string_view certificate_failure(long verified) noexcept {
    switch (verified) {
    case X509_V_ERR_CERT_CHAIN_TOO_LONG:
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
        return "Failed:ClientCertMaxChainDepthExceeded";
    case X509_V_ERR_CERT_REVOKED:
        return "Failed:ClientCertCrlHit";
    case X509_V_ERR_UNABLE_TO_GET_CRL:
    case X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE:
    case X509_V_ERR_CRL_SIGNATURE_FAILURE:
    case X509_V_ERR_CRL_NOT_YET_VALID:
    case X509_V_ERR_CRL_HAS_EXPIRED:
    case X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD:
    case X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD:
    case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
    case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
    case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
    case X509_V_ERR_DIFFERENT_CRL_SCOPE:
    case X509_V_ERR_CRL_PATH_VALIDATION_ERROR:
        return "Failed:ClientCertCrlProcessingError";
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return "Failed:ClientCertNotYetValid";
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return "Failed:ClientCertExpired";
    case X509_V_ERR_INVALID_PURPOSE:
        return "Failed:ClientCertPurposeInvalid";
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK:
        return "Failed:ClientCertIncompatible";
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    case X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE:
    case X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY:
    case X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD:
    case X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD:
    case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION:
    case X509_V_ERR_INVALID_EXTENSION:
        return "Failed:ClientCertInvalid";
    case X509_V_ERR_CERT_REJECTED:
        return "Failed:ClientCertRejected";
    default:
        return "Failed:ClientCertUntrusted";
    }
}

} // namespace

std::string_view protocol(const SSL* session) noexcept {
    return view(SSL_get_version(session));
}

std::string_view cipher(const SSL* session) noexcept {
    const SSL_CIPHER* const chosen = SSL_get_current_cipher(session);
    return chosen != nullptr ? view(SSL_CIPHER_get_name(chosen)) : std::string_view();
}

std::string_view named_group(SSL* session) noexcept {
    const long group = SSL_ctrl(session, SSL_CTRL_GET_NEGOTIATED_GROUP, 0, nullptr); // SSL_get_negotiated_group()
    return group != NID_undef ? view(SSL_group_to_name(session, static_cast<int>(group))) : std::string_view();
}

std::string_view server_name(const SSL* session) noexcept {
    return view(SSL_get_servername(session, TLSEXT_NAMETYPE_host_name));
}

std::string_view alpn(const SSL* session) noexcept {
    const unsigned char* chosen = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(session, &chosen, &size);
    return {reinterpret_cast<const char*>(chosen), size};
}

std::string chosen_certificate_serial(const SSL* session) {
    const X509* const shown = SSL_get_certificate(session);
    return shown != nullptr ? serial_number(shown) : std::string();
}

bool resumed(const SSL* session) noexcept {
    return SSL_session_reused(session) == 1;
}

std::string_view verify_status(const SSL* session, bool established) noexcept {
    if (established) return "Success";
    const long verified = SSL_get_verify_result(session);
    if (verified != X509_V_OK) return certificate_failure(verified);
    const unsigned long error = ERR_peek_error();
    return other_failure(ERR_GET_LIB(error) == ERR_LIB_SSL ? ERR_GET_REASON(error) : 0);
}

} // namespace sallyport::tls
