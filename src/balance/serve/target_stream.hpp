// SPDX-License-Identifier: Apache-2.0
// Between an exchange and the target's connection that it has the use of, whichever version of HTTP is spoken there.
#pragma once

#include "balance/http/message.hpp"

#include <cstdint>
#include <string_view>

namespace sallyport::serve {

/// What went wrong at a target, in the words of ALB's causes.
enum class TargetFault : std::uint8_t {
    refused,      // RST, or no way there
    shortage,     // no port, descriptor or memory here: says nothing of the target
    connect_time, // no answer to the SYN in time
    tls,          // no handshake, or a certificate that is not believed
    closed,       // the connection ended before the answer did
    malformed,    // what came is no answer
    header_size,  // an answer's head beyond limits
    unprocessed,  // HTTP/2: the target says that it has done nothing with the request (RFC 9113 8.7)
};

/// Of an exchange, towards its target.
class TargetStream {
public:
    /// A head, then its content and its end; for an `upgrade` what follows is the tunnel's once it is granted.
    virtual void send_head(const http::RequestHead& head) = 0;
    /// No other request on this connection after this one, where a request has one to itself. Before send_head().
    virtual void close_afterwards() {}
    virtual void send_body(std::string_view bytes) = 0;
    virtual void send_end(const http::Fields& trailers) = 0;
    [[nodiscard]] virtual bool is_congested() const = 0;
    /// The exchange wants content again (after TargetUser::on_response_body() had said false).
    virtual void resume() = 0;
    /// The exchange has no more use for it, whatever is under way. It hears nothing of it any more.
    virtual void cancel() = 0;

protected:
    ~TargetStream() = default;
};

/// Whom a target's connection tells: an exchange.
class TargetUser {
public:
    /// The connection is there: the request may be sent.
    virtual void on_target_ready() = 0;
    /// Informational heads (1xx) come before the one that counts; `head` is good during the call.
    virtual void on_response_head(http::ResponseHead& head) = 0;
    /// False: taken, but no more of it before TargetStream::resume().
    virtual bool on_response_body(std::string_view bytes) = 0;
    /// The stream is the connection's again.
    virtual void on_response_end(const http::Fields& trailers) = 0;
    /// Before on_target_ready() as well. The stream is gone.
    virtual void on_target_fault(TargetFault fault) = 0;
    virtual void on_target_drained() = 0;

protected:
    ~TargetUser() = default;
};

} // namespace sallyport::serve
