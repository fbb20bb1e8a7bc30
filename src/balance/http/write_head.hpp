// SPDX-License-Identifier: Apache-2.0
// How is a head written as HTTP/1.1? Framing and connection fields come from the head's members; a field whose name is
// no token, or whose value has CR, LF or NUL, is left out.
#pragma once

#include "balance/http/message.hpp"

#include <string>

namespace sallyport::http {

/// To a target: the request line from `path` and `query`, Host first, then `fields`, then framing by `body`.
/// `keeps_alive` is about the target's connection (head.keeps_alive, the client's, is not asked). Expect is not sent.
/// An `upgrade` is asked for; for one that came by HTTP/2 (method CONNECT) the caller has made a GET of it before.
void append_request(std::string& out, const RequestHead& head, bool keeps_alive = true);

/// How the content has to be framed for a client of HTTP/1: one of 1.0 knows no chunks, for one of 1.1 a target's
/// content until the end of the connection is sent in chunks. With until_close the connection cannot be kept.
[[nodiscard]] Framing client_framing(const ResponseHead& head, Version client) noexcept;

/// To a client of that version (HTTP/1), with framing by client_framing; the status line says HTTP/1.1 in any case
/// (RFC 9110 2.5). Without a phrase the standard one is written.
void append_response(std::string& out, const ResponseHead& head, Version client, bool keeps_alive);

/// 100 Continue, for a request that expects it.
void append_continue(std::string& out);

} // namespace sallyport::http
