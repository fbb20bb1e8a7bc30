// SPDX-License-Identifier: Apache-2.0
// A certificate's fields as text, for headers, logs and sentences.
#pragma once

#include <openssl/x509.h>

#include <string>
#include <string_view>

namespace sallyport::tls {

/// Hexadecimal with capitals and an even number of digits: "03A5B1". A negative one (which RFC 5280 forbids) with "-".
[[nodiscard]] std::string serial_number(const X509* certificate);

/// RFC 2253, the most specific part first, in ASCII: what is not, is escaped.
[[nodiscard]] std::string name_text(const X509_NAME* name);

/// ISO 8601: "2023-09-21T01:50:17Z". Empty: it is no time.
[[nodiscard]] std::string time_text(const ASN1_TIME* time);

/// "NotBefore=2023-09-21T01:50:17Z;NotAfter=2024-09-20T01:50:17Z".
[[nodiscard]] std::string validity_text(const X509* certificate);

[[nodiscard]] std::string pem_text(const X509* certificate);

/// All but letters, digits and "-._~+=/" as %XX.
[[nodiscard]] std::string url_encoded(std::string_view text);

} // namespace sallyport::tls
