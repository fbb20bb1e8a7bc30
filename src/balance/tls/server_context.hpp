// SPDX-License-Identifier: Apache-2.0
// Who is a listener for its clients, and what may be spoken with them? Made whole on the control thread, then used by
// every L7 thread without a lock: OpenSSL counts references to it, and its session cache is off.
#pragma once

#include "balance/tls/handles.hpp"
#include "balance/tls/ticket_keys.hpp"
#include "config/tls.hpp"
#include "support/result.hpp"

#include <memory>
#include <string>
#include <vector>

namespace sallyport::tls {

class ServerContext {
public:
    /// Reads the files. Without keys (nullptr) or with mutual authentication sessions are not resumed. Keys are of one
    /// listener: what it has agreed with a client is not another's to take up. The error names the file.
    static Result<std::shared_ptr<const ServerContext>> load(const config::TlsServer& config,
                                                             std::shared_ptr<const TicketKeys> keys);

    /// A connection's end that waits for a ClientHello; the caller gives it a socket. Null: no memory.
    /// OpenSSL reads ahead: read until SSL_ERROR_WANT_READ, for what it has read no poll will announce.
    [[nodiscard]] Session accept() const;

    /// What is worth an operator's look but stands in nobody's way: sentences.
    [[nodiscard]] const std::vector<std::string>& warnings() const noexcept { return warnings_; }

private:
    ServerContext() = default;

    ContextHandle first_; // of the certificate for clients that ask for no name that is known; holds the others
    std::vector<std::string> warnings_;
};

/// The files that load() reads.
[[nodiscard]] std::vector<std::string> files_of(const config::TlsServer& config);

} // namespace sallyport::tls
