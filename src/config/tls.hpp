// SPDX-License-Identifier: Apache-2.0
// TLS as plain data: who a listener is for its clients, what both may speak, and whom the gateway believes at targets.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sallyport::config {

/// Files, made absolute. They are read again when they change.
struct Certificate {
    std::string certificate; // PEM: the leaf first, then its chain
    std::string key;         // PEM
    std::string ocsp;        // DER: the response to staple; empty: none
    int line = 0;
    friend bool operator==(const Certificate&, const Certificate&) = default;
};

/// Mozilla's three: TLS 1.3 alone; 1.2 and 1.3 with forward secrecy and AEAD; 1.0 and later.
enum class TlsPolicy : std::uint8_t { modern, intermediate, compat };

/// ELB's ALPN policies. `preferred`: h2 before http/1.1, `optional`: the reverse.
enum class AlpnPolicy : std::uint8_t { none, http1_only, http2_only, http2_optional, http2_preferred };

enum class MutualTls : std::uint8_t { off, passthrough, verify };

struct MutualAuthentication {
    MutualTls mode = MutualTls::off;
    std::string trust_store; // verify: PEM file of CA certificates
    std::string revocations; // verify: PEM file of CRLs; empty: none are asked
    bool ignores_expiry = false;
    bool advertises_ca_names = false;
    friend bool operator==(const MutualAuthentication&, const MutualAuthentication&) = default;
};

/// Of listeners with `protocol: HTTPS` or TLS.
struct TlsServer {
    std::vector<Certificate> certificates; // the first is who the gateway is for clients that ask for no name it has
    TlsPolicy policy = TlsPolicy::intermediate;
    AlpnPolicy alpn = AlpnPolicy::http2_preferred; // TLS listeners: none
    MutualAuthentication mutual;
    bool session_tickets = true;
    std::chrono::milliseconds ticket_key_rotation = std::chrono::hours(12); // 1 min..7 days; the last key opens as long
    std::chrono::milliseconds handshake_timeout = std::chrono::seconds(10); // 1..60 s
    int line = 0;
    friend bool operator==(const TlsServer&, const TlsServer&) = default;
};

/// Of target groups with `protocol: HTTPS` or TLS.
struct TlsClient {
    bool verifies = true;    // `verify: none` switches it off
    std::string ca;          // PEM file of certificates to believe; empty: the system's
    std::string server_name; // SNI, and the name the certificate has to have; empty: the address
    std::string certificate; // PEM: who the gateway is for targets that ask; empty: nobody
    std::string key;         // PEM
    TlsPolicy policy = TlsPolicy::intermediate;
    int line = 0;
    friend bool operator==(const TlsClient&, const TlsClient&) = default;
};

} // namespace sallyport::config
