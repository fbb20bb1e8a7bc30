// SPDX-License-Identifier: Apache-2.0
// What does an HTTP/1 head say (RFC 9112)? Reading of requests and responses into the heads of message.hpp, with how
// far a request can be read in another way (desync.hpp).
//
// `bytes` is all that came from the head's first byte on: while more is needed, call again with the same bytes and
// more, and with the same finder; `finder.clear()` before the next head. At `done` the head's views point into the
// arena. Nothing is read behind the head.
//
// Left out of `fields` beyond what message.hpp says: what Connection names (RFC 9110 7.6.1), except fields that name
// the client or decide about access (Authorization, Cookie, X-Forwarded-* and their kin: they stay, for a client could
// take them out of the target's sight); fields whose name is no token; names that others may take for Content-Length or
// Transfer-Encoding. An Upgrade to h2c is not given: whoever forwarded it would tunnel requests past all rules.
//
// Written over, in values: control characters and folded lines become blanks (RFC 9110 5.5, RFC 9112 5.2). In `path`
// and `query`: blanks, control characters and bytes above 127 are percent-encoded, and a fragment is cut off; `target`
// has them as they came.
#pragma once

#include "balance/http/desync.hpp"
#include "balance/http/head_finder.hpp"
#include "balance/http/message.hpp"
#include "balance/http/text_arena.hpp"

namespace sallyport::http {

struct RequestReading {
    HeadState state = HeadState::needs_more;
    std::size_t size = 0;     // done: bytes of the head, empty lines in front included
    std::uint16_t status = 0; // malformed: what to answer: 400, 414, 431, 501, 505; the connection ends with it
    DesyncReport desync;      // malformed: why, where it has to do with desync
};

[[nodiscard]] RequestReading read_request_head(std::string_view bytes, HeadFinder& finder, TextArena& arena,
                                               RequestHead& head);

struct ResponseReading {
    HeadState state = HeadState::needs_more;
    std::size_t size = 0;
    std::string_view fault; // malformed: a sentence's part for logs
};

/// 1xx heads are `done` too, without body: read the next head behind them (101 is the last one).
[[nodiscard]] ResponseReading read_response_head(std::string_view bytes, HeadFinder& finder,
                                                 std::string_view request_method, TextArena& arena, ResponseHead& head);

} // namespace sallyport::http
