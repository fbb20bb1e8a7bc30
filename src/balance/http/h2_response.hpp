// SPDX-License-Identifier: Apache-2.0
// What answer do the fields of an HTTP/2 stream make (RFC 9113 8.3.2)? The same head as HTTP/1's reader makes.
#pragma once

#include "balance/http/message.hpp"

#include <string_view>

namespace sallyport::http {

/// `fields` are as they came, :status first. `ends`: the stream ended with the head. The head's views are those of
/// `fields`. Not empty: it is none, and why (a sentence's part for logs).
[[nodiscard]] std::string_view read_h2_response(const Fields& fields, bool ends, std::string_view request_method,
                                                ResponseHead& head);

} // namespace sallyport::http
