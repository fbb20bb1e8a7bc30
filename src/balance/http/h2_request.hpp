// SPDX-License-Identifier: Apache-2.0
// What request do the fields of an HTTP/2 stream make (RFC 9113 8.3, RFC 8441)? The same head as HTTP/1's reader makes,
// by the same rules about names, lengths and targets: what is forwarded may be written as HTTP/1.
//
// HTTP/2 has one way to frame a message, so most of desync's classes have no case here. What RFC 9113 calls malformed
// is refused in all modes: names that are no tokens or have capital letters, values with control characters or blanks
// at their ends, fields of a connection (8.2.2), lengths that contradict each other or the stream's end (8.1.1), a Host
// that is not the :authority (8.3.1).
#pragma once

#include "balance/http/desync.hpp"
#include "balance/http/message.hpp"
#include "balance/http/text_arena.hpp"

#include <cstdint>

namespace sallyport::http {

struct H2RequestReading {
    std::uint16_t status = 0; // what to answer: 400, 405 (CONNECT), 501 (an unknown :protocol); 0: it is a request
    DesyncReport desync;
};

/// `fields` are as they came, pseudo fields first. `ends`: the stream ended with the head. The head's views are those
/// of `fields`, or point into the arena; of a head that is refused, what could be read of it is there for logs.
[[nodiscard]] H2RequestReading read_h2_request(const Fields& fields, bool ends, TextArena& arena, RequestHead& head);

/// Those that may come behind the content (RFC 9110 6.5.1, RFC 9113 8.1) are left. False: they are malformed.
[[nodiscard]] bool read_h2_trailers(Fields& fields);

} // namespace sallyport::http
