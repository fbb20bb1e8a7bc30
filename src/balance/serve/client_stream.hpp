// SPDX-License-Identifier: Apache-2.0
// Between a request and the client's connection that it came on, whichever version of HTTP is spoken there.
//
// The connection reads a head into Exchange::request(), and gives it the request (Exchange::begin()), its content
// (on_body()) and its end (on_end()). The exchange answers by the calls below: one head, content, the end. Content
// goes both ways at the pace of the slower side: what comes is taken, and whoever has enough says so, and later when
// there is room again.
#pragma once

#include "balance/http/message.hpp"
#include "balance/l7/forwarded_headers.hpp"
#include "balance/l7/trace.hpp"
#include "balance/serve/client_counts.hpp"
#include "balance/serve/plan.hpp"

#include <memory>
#include <openssl/types.h>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sallyport::serve {

/// What a request's path needs to know of the connection that it came on; a connection's own, for all its requests.
struct ClientConnection {
    std::shared_ptr<const ListenerPlan> listener; // as it was when the connection came
    IpAddress peer;
    std::uint16_t peer_port = 0;
    l7::ClientSide side;
    l7::ConnectionTraceId trace_id;
    ClientCounts::Place place;
    bool is_too_much = false; // there are more than the gateway serves: it is told so
    bool is_tls = false;
    // Of TLS; empty otherwise.
    std::string tls_protocol;
    std::string tls_cipher;
    std::string server_name;
    std::string certificate_serial;                                      // of the gateway's
    std::vector<std::pair<std::string, std::string>> certificate_fields; // X-Amzn-Mtls-Clientcert and its kin
};

class ClientStream {
public:
    /// 100 Continue.
    virtual void send_continue() = 0;
    /// The final head, once. With an `upgrade` (101, or 200 to an extended CONNECT) all that follows, both ways, is
    /// the tunnel's. Connection fields and framing are the connection's business: by head.body.
    virtual void send_head(const http::ResponseHead& head) = 0;
    /// Taken in any case; see is_congested().
    virtual void send_body(std::string_view bytes) = 0;
    virtual void send_end(const http::Fields& trailers) = 0;
    /// In the place of finished(): the answer can not be completed, and the connection (HTTP/2: the stream) is reset.
    virtual void abort() = 0;
    /// No more answers on this connection after this one. Before send_head().
    virtual void close_afterwards() = 0;
    /// More waits to be sent than should: Exchange::on_client_drained() follows.
    [[nodiscard]] virtual bool is_congested() const = 0;
    /// The exchange wants content again (after Exchange::on_body() had said false).
    virtual void resume() = 0;
    /// The exchange is over and calls nothing any more; the request may not have been read to its end.
    virtual void finished() = 0;

protected:
    ~ClientStream() = default;
};

} // namespace sallyport::serve
