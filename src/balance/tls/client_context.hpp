// SPDX-License-Identifier: Apache-2.0
// Whom does the gateway believe at the targets of a group, and what is spoken with them? Made whole on the control
// thread, then used by every L7 thread without a lock.
#pragma once

#include "balance/tls/handles.hpp"
#include "config/tls.hpp"
#include "support/address.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace sallyport::tls {

/// What is offered by ALPN (RFC 7301); the target's choice is SSL_get0_alpn_selected().
enum class Offer : std::uint8_t { nothing, http1, http2, http2_or_http1 };

class ClientContext {
public:
    /// Reads the files. The error names the file.
    static Result<std::shared_ptr<const ClientContext>> load(const config::TlsClient& config);

    /// A connection's end about to send a ClientHello to that target; the caller gives it a socket. The certificate has
    /// to be for the configured server name, or for the address without one. Null: no memory.
    [[nodiscard]] Session connect(const IpAddress& target, Offer offer) const;

    [[nodiscard]] const std::vector<std::string>& warnings() const noexcept { return warnings_; }

private:
    ClientContext() = default;
    [[nodiscard]] bool set_names(SSL* session, const IpAddress& target) const;

    ContextHandle context_;
    std::string server_name_; // SNI and the certificate's name; empty: the address
    std::vector<std::string> warnings_;
};

/// What can be resumed of a connection to a target, once it has been read from (TLS 1.3 sends tickets late); null:
/// nothing. Give it to one SSL_set_session() of the next connection to the same target: tickets are for one use
/// (RFC 8446 appendix C.4).
[[nodiscard]] Resumable resumable(SSL* session);

/// The files that load() reads.
[[nodiscard]] std::vector<std::string> files_of(const config::TlsClient& config);

} // namespace sallyport::tls
