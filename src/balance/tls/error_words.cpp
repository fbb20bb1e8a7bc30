// SPDX-License-Identifier: Apache-2.0
#include "balance/tls/error_words.hpp"

#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <openssl/x509_vfy.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace sallyport::tls {
namespace {

std::string words_of(unsigned long error) {
    if (error == 0) return {};
    if (ERR_SYSTEM_ERROR(error)) return std::strerror(static_cast<int>(ERR_GET_REASON(error)));
    const char* const reason = ERR_reason_error_string(error);
    return reason != nullptr ? reason : "error " + std::to_string(error);
}

/// A received alert's reason is 1000 and its number (ssl.h).
constexpr int alert_reasons = SSL_AD_REASON_OFFSET;

HandshakeFailure kind_of(int reason) noexcept {
    if (reason >= alert_reasons && reason < alert_reasons + 256) return HandshakeFailure::alert;
    switch (reason) {
    case SSL_R_UNEXPECTED_EOF_WHILE_READING:
        return HandshakeFailure::closed;
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_BAD_RECORD_TYPE:
        return HandshakeFailure::not_tls;
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_NO_PROTOCOLS_AVAILABLE:
    case SSL_R_UNKNOWN_PROTOCOL:
    case SSL_R_INAPPROPRIATE_FALLBACK:
    case SSL_R_WRONG_SSL_VERSION:
        return HandshakeFailure::version;
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_SUITABLE_KEY_SHARE:
    case SSL_R_NO_SUITABLE_GROUPS:
    case SSL_R_NO_SHARED_GROUPS:
    case SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
    case SSL_R_NO_CIPHERS_SPECIFIED:
        return HandshakeFailure::cipher;
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
    case SSL_R_EXCESSIVE_MESSAGE_SIZE:
        return HandshakeFailure::peer_certificate;
    case ERR_R_MALLOC_FAILURE:
    case ERR_R_INTERNAL_ERROR:
    case SSL_R_NO_CERTIFICATE_SET:
        return HandshakeFailure::internal;
    default:
        return HandshakeFailure::protocol;
    }
}

std::string sentence_of(HandshakeFailure kind, const SSL* session, const std::string& words) {
    const bool server = SSL_is_server(session) == 1;
    const std::string peer = server ? "The client" : "The target";
    switch (kind) {
    case HandshakeFailure::closed:
        return peer + " closed the connection during the TLS handshake";
    case HandshakeFailure::not_tls:
        return peer + " does not speak TLS: " + words;
    case HandshakeFailure::peer_certificate:
        if (const long verified = SSL_get_verify_result(session); verified != X509_V_OK)
            return peer + "'s certificate is not to be trusted: " + X509_verify_cert_error_string(verified);
        return peer + "'s certificate is not to be had: " + words;
    case HandshakeFailure::alert:
        return peer + " refused the TLS handshake: " + words;
    case HandshakeFailure::version:
    case HandshakeFailure::cipher:
    case HandshakeFailure::protocol:
    case HandshakeFailure::internal:
    case HandshakeFailure::timeout:
        break;
    }
    return "The TLS handshake with the " + std::string(server ? "client" : "target") + " failed: " + words;
}

} // namespace

std::string take_errors() {
    std::string words = words_of(ERR_peek_error());
    ERR_clear_error();
    return words;
}

std::string_view word_of(HandshakeFailure failure) noexcept {
    constexpr std::array<std::string_view, handshake_failure_count> words = {
        "closed", "not_tls", "version", "cipher", "peer_certificate", "alert", "protocol", "internal", "timeout",
    };
    return words[static_cast<std::size_t>(failure)];
}

FailedHandshake why_failed(const SSL* session, int ssl_error) {
    const int system_error = errno;
    const unsigned long error = ERR_peek_error();
    FailedHandshake why;
    std::string words = take_errors();
    if (ssl_error == SSL_ERROR_ZERO_RETURN || error == 0) {
        const bool broke = ssl_error == SSL_ERROR_SYSCALL && system_error != 0 && system_error != EAGAIN;
        why.kind = HandshakeFailure::closed;
        why.sentence = sentence_of(why.kind, session, {});
        if (broke) why.sentence += std::string(": ") + std::strerror(system_error);
        return why;
    }
    const int reason = ERR_GET_LIB(error) == ERR_LIB_SSL ? ERR_GET_REASON(error) : 0;
    why.kind = kind_of(reason);
    if (why.kind == HandshakeFailure::alert) why.alert = reason - alert_reasons;
    why.sentence = sentence_of(why.kind, session, words);
    return why;
}

} // namespace sallyport::tls
