// SPDX-License-Identifier: Apache-2.0
// Which OCSP response goes with a certificate (RFC 6066 section 8), and until when?
#pragma once

#include "balance/tls/handles.hpp"
#include "support/result.hpp"

#include <ctime>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace sallyport::tls {

struct Staple {
    std::string response;                                        // DER
    std::time_t until = std::numeric_limits<std::time_t>::max(); // its nextUpdate

    /// A gateway may run longer than a response is good.
    [[nodiscard]] bool is_good(std::time_t now) const noexcept { return now < until; }
};

/// Of a DER file. An error: it is no response, or none about this certificate. Nothing, and a warning: it is out of
/// date, or does not say that the certificate is good. Whether its signature is right is for the client to check.
Result<std::optional<Staple>> read_staple(const std::string& path, const X509* certificate,
                                          std::vector<std::string>& warnings);

} // namespace sallyport::tls
