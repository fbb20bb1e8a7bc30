// SPDX-License-Identifier: Apache-2.0
// What does a client's certificate say of it, as ALB's X-Amzn-Mtls-Clientcert headers and connection log have it?
#pragma once

#include <openssl/ssl.h>

#include <optional>
#include <string>

namespace sallyport::tls {

/// Header values: without line breaks, whatever the certificate has in it.
struct ClientCertificate {
    std::string serial_number; // hexadecimal, as in "03A5B1"
    std::string issuer;        // RFC 2253: the most specific part first
    std::string subject;       // the same
    std::string validity;      // "NotBefore=2023-09-21T01:50:17Z;NotAfter=2024-09-20T01:50:17Z"
    std::string leaf;          // PEM, with all but letters, digits and "-._~+=/" as %XX
};

/// Also of a client that was refused for it, for the log. Nothing: the client has shown none. Made anew at each call:
/// keep it for the connection.
[[nodiscard]] std::optional<ClientCertificate> client_certificate(const SSL* session);

/// All that the client has shown, the leaf first, written like `leaf`: X-Amzn-Mtls-Clientcert of passthrough mode.
/// Empty: it has shown none.
[[nodiscard]] std::string client_chain(const SSL* session);

} // namespace sallyport::tls
