// SPDX-License-Identifier: Apache-2.0
// What nghttp2 asks and tells a client's connection, and how it is set up for that. Made once for the process.
#pragma once

#include <nghttp2/nghttp2.h>

namespace sallyport::serve {

class Http2Client;

/// A server's session; null: no memory.
[[nodiscard]] nghttp2_session* new_http2_session(Http2Client& client);

} // namespace sallyport::serve
