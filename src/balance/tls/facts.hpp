// SPDX-License-Identifier: Apache-2.0
// What was agreed on in a handshake, in the words of ALB's and NLB's logs and headers?
#pragma once

#include <openssl/ssl.h>

#include <string>
#include <string_view>

namespace sallyport::tls {

// Views are good as long as the session; empty: there is nothing to say.
[[nodiscard]] std::string_view protocol(const SSL* session) noexcept; // "TLSv1.3"
[[nodiscard]] std::string_view cipher(const SSL* session) noexcept;   // OpenSSL's name: "TLS_AES_128_GCM_SHA256"
[[nodiscard]] std::string_view named_group(SSL* session) noexcept;    // "x25519"
/// What the client asked for (SNI), as it came.
[[nodiscard]] std::string_view server_name(const SSL* session) noexcept;
[[nodiscard]] std::string_view alpn(const SSL* session) noexcept; // "h2": what was chosen
/// Of the gateway's own certificate that was shown, hexadecimal.
[[nodiscard]] std::string chosen_certificate_serial(const SSL* session);
[[nodiscard]] bool resumed(const SSL* session) noexcept;

/// tls_verify_status of the connection log: "Success", or "Failed:" and ALB's reason when the handshake was not
/// `established`. (AWS: "Connection logs for your Application Load Balancer", error reason codes.) Before why_failed(),
/// which takes the error queue.
[[nodiscard]] std::string_view verify_status(const SSL* session, bool established) noexcept;

} // namespace sallyport::tls
