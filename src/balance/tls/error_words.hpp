// SPDX-License-Identifier: Apache-2.0
// What has OpenSSL to complain of, in words that an operator can use, and of what kind is a failed handshake?
#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sallyport::tls {

/// The first error of this thread's queue in OpenSSL's words, without its function names and numbers; the queue is
/// empty afterwards. Empty: there was none.
[[nodiscard]] std::string take_errors();

/// Counters' words are word_of().
enum class HandshakeFailure : std::uint8_t {
    closed,           // the peer went away
    not_tls,          // what came is no TLS, such as a request in the clear
    version,          // no version of TLS that both may speak
    cipher,           // no cipher suite, group or signature that both may use
    peer_certificate, // the peer's certificate is not believed, or there is none
    alert,            // the peer refused, and said so
    protocol,         // what came breaks the rules
    internal,         // ours: no memory, no key
    timeout,          // it took too long
};
inline constexpr std::size_t handshake_failure_count = 9;

[[nodiscard]] std::string_view word_of(HandshakeFailure failure) noexcept;

struct FailedHandshake {
    HandshakeFailure kind = HandshakeFailure::internal;
    int alert = -1;       // the peer's alert (RFC 8446 section 6.2); -1: none came
    std::string sentence; // "The client's certificate ..." without a full stop
};

/// After SSL_do_handshake() has failed for good with what SSL_get_error() says. Takes this thread's error queue.
[[nodiscard]] FailedHandshake why_failed(const SSL* session, int ssl_error);

} // namespace sallyport::tls
