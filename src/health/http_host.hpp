// SPDX-License-Identifier: Apache-2.0
// What is the appliance called, in the Host header, in SNI and in its certificate?
#pragma once

#include "config/config.hpp"
#include "support/address.hpp"

#include <string>

namespace sallyport::health {

struct HttpHost {
    std::string header;      // of the Host field: as configured, else address:port as ELB has it
    std::string name;        // in the certificate, without port, brackets and final dot
    bool is_address = false; // then SNI does not name it (RFC 6066 section 3)
};

[[nodiscard]] HttpHost http_host(const config::HealthCheck& check, const IpAddress& address);

} // namespace sallyport::health
